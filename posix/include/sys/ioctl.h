/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef _SYS_IOCTL_H
#define _SYS_IOCTL_H

#define FIONREAD 1 /* int *: bytes that read gives at once */
#define FIONBIO 2  /* int *: not 0 sets O_NONBLOCK */

#ifdef __cplusplus
extern "C" {
#endif

int ioctl(int fd, unsigned long request, ...);

#ifdef __cplusplus
}
#endif

#endif
