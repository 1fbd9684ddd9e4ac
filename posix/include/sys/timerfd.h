/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef _SYS_TIMERFD_H
#define _SYS_TIMERFD_H

#include <fcntl.h>
#include <time.h>

#define TFD_CLOEXEC 0x40000 /* O_CLOEXEC */
#define TFD_NONBLOCK 0x4000 /* O_NONBLOCK */
#define TFD_TIMER_ABSTIME 1
#define TFD_TIMER_CANCEL_ON_SET 2 /* means nothing: no clock is ever set */

#ifdef __cplusplus
extern "C" {
#endif

/* CLOCK_REALTIME, CLOCK_MONOTONIC or CLOCK_BOOTTIME. */
int timerfd_create(clockid_t clock, int flags);
int timerfd_settime(int fd, int flags, const struct itimerspec *wanted,
                    struct itimerspec *before);
int timerfd_gettime(int fd, struct itimerspec *out);

#ifdef __cplusplus
}
#endif

#endif
