/* SPDX-License-Identifier: BSD-2-Clause */
/* Older ways to ask for the time, and to set it: the wall clock is Xen's. */

#include "private.h"
#include <errno.h>
#include <pith/timer.h>
#include <sys/time.h>
#include <sys/timeb.h>

int settimeofday(const struct timeval *to, const struct timezone *zone)
{
    return posix_fail(EPERM);
}

int ftime(struct timeb *out)
{
    uint64_t ns = clock_realtime_ns();

    *out = (struct timeb){
        .time = (time_t)(ns / NS_PER_SEC),
        .millitm = (unsigned short)(ns % NS_PER_SEC / 1000000),
    };
    return 0;
}
