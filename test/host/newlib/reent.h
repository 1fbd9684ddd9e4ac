/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of newlib's: what posix/ names of it. */
struct _reent;
int _close_r(struct _reent *reent, int fd);
