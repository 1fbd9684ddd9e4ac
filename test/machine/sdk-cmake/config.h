/* SPDX-License-Identifier: BSD-2-Clause */
/* What autoconf would have written. */
#define HAVE_MALLOC 1
#define HAVE_REALLOC 1
#define HAVE_NANOSLEEP 1
#define HAVE_UNISTD_H 1
