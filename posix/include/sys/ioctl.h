/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef _SYS_IOCTL_H
#define _SYS_IOCTL_H

#define FIONREAD 1 /* int *: bytes that read gives at once */
#define FIONBIO 2  /* int *: not 0 sets O_NONBLOCK */
/* struct winsize *: of the console, 80 by 24 until somebody sets it. */
#define TIOCGWINSZ 3
#define TIOCSWINSZ 4

#ifndef _STRUCT_WINSIZE
#define _STRUCT_WINSIZE
struct winsize {
    unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};
#endif

#ifdef __cplusplus
extern "C" {
#endif

int ioctl(int fd, unsigned long request, ...);

#ifdef __cplusplus
}
#endif

#endif
