/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks and sleeping. */

#include "private.h"
#include <errno.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <reent.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

uint64_t deadline_after_ns(uint64_t ns)
{
    uint64_t deadline;

    if (ns == 0)
        return 0;
    if (__builtin_add_overflow(clock_monotonic_ns(), ns, &deadline))
        return DEADLINE_NEVER;
    return deadline;
}

bool timespec_valid(const struct timespec *ts)
{
    return ts->tv_sec >= 0 && ts->tv_nsec >= 0 &&
           (uint64_t)ts->tv_nsec < NS_PER_SEC;
}

uint64_t timespec_to_ns(const struct timespec *ts)
{
    uint64_t ns;

    if (__builtin_mul_overflow((uint64_t)ts->tv_sec, NS_PER_SEC, &ns) ||
        __builtin_add_overflow(ns, (uint64_t)ts->tv_nsec, &ns))
        return UINT64_MAX;
    return ns;
}

static void timespec_from_ns(uint64_t ns, struct timespec *out)
{
    out->tv_sec = (time_t)(ns / NS_PER_SEC);
    out->tv_nsec = (long)(ns % NS_PER_SEC);
}

int clock_gettime(clockid_t id, struct timespec *out)
{
    switch (id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        timespec_from_ns(clock_realtime_ns(), out);
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
        timespec_from_ns(clock_monotonic_ns(), out);
        return 0;
    default:
        return posix_fail(EINVAL);
    }
}

int clock_getres(clockid_t id, struct timespec *out)
{
    struct timespec now;

    if (clock_gettime(id, &now))
        return -1;
    if (out)
        timespec_from_ns(1, out);
    return 0;
}

/* The wall clock is Xen's. */
int clock_settime(clockid_t id, const struct timespec *to)
{
    return posix_fail(id == CLOCK_REALTIME ? EPERM : EINVAL);
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    uint64_t ns = clock_realtime_ns();

    out->tv_sec = (time_t)(ns / NS_PER_SEC);
    out->tv_usec = (suseconds_t)(ns % NS_PER_SEC / NS_PER_US);
    return 0;
}

int clock_nanosleep(clockid_t id, int flags, const struct timespec *wanted,
                    struct timespec *left)
{
    uint64_t until;

    if (!timespec_valid(wanted))
        return EINVAL;
    until = timespec_to_ns(wanted);
    if (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC)
        return EINVAL;
    if (!(flags & TIMER_ABSTIME))
        until = deadline_after_ns(until);
    else if (id == CLOCK_REALTIME)
        until -= MIN(until, clock_realtime_offset_ns());
    thread_sleep_until(until);
    return 0;
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    int err = clock_nanosleep(CLOCK_MONOTONIC, 0, wanted, left);

    return err ? posix_fail(err) : 0;
}

unsigned sleep(unsigned seconds)
{
    thread_sleep_until(deadline_after_ns(seconds * NS_PER_SEC));
    return 0;
}

int usleep(useconds_t us)
{
    thread_sleep_until(deadline_after_ns(us * NS_PER_US));
    return 0;
}

/* The guest runs nothing else, so time since its start stands for the time
 * that it used, as far as C's clock() can tell. */
clock_t times(struct tms *out)
{
    uint64_t ns = clock_monotonic_ns() - clock_boot_ns();
    clock_t ticks = (clock_t)(ns / (NS_PER_SEC / CLOCKS_PER_SEC));

    *out = (struct tms){.tms_utime = ticks};
    return ticks;
}

/* --- what newlib calls --- */

int _gettimeofday_r(struct _reent *reent, struct timeval *out, void *zone)
{
    return gettimeofday(out, zone);
}

_CLOCK_T_ _times_r(struct _reent *reent, struct tms *out)
{
    return times(out);
}
