/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks and sleeping. */

#include "interrupt.h"
#include "private.h"
#include <errno.h>
#include <pith/interrupt.h>
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

uint64_t timespec_due_ns(clockid_t clock, const struct timespec *value,
                         bool absolute)
{
    uint64_t at = timespec_to_ns(value);

    if (!absolute)
        return deadline_after_ns(at);
    if (clock == CLOCK_REALTIME)
        at -= MIN(at, clock_realtime_offset_ns());
    else if (clock == CLOCK_PROCESS_CPUTIME_ID &&
             __builtin_add_overflow(at, clock_boot_ns(), &at))
        at = DEADLINE_NEVER;
    return MAX(at, 1);
}

static void timespec_from_ns(uint64_t ns, struct timespec *out)
{
    out->tv_sec = (time_t)(ns / NS_PER_SEC);
    out->tv_nsec = (long)(ns % NS_PER_SEC);
}

int (*posix_thread_clock)(clockid_t id, uint64_t *out_ns);

/* Out of line, or the quick way gets its frame. */
static __attribute__((noinline)) int other_clock(clockid_t id,
                                                 struct timespec *out)
{
    uint64_t ns;

    if (id == CLOCK_THREAD_CPUTIME_ID)
        ns = thread_cpu_ns(thread_current());
    else if (id == CLOCK_PROCESS_CPUTIME_ID) /* as times() */
        ns = clock_monotonic_ns() - clock_boot_ns();
    else if (!posix_thread_clock || posix_thread_clock(id, &ns))
        return posix_fail(EINVAL);
    timespec_from_ns(ns, out);
    return 0;
}

_Static_assert(offsetof(struct timespec, tv_nsec) == sizeof(long) &&
                   sizeof(time_t) == sizeof(long),
               "what clock.h calls parts");

int clock_gettime(clockid_t id, struct timespec *out)
{
    long *parts = (long *)(void *)out;

    if (likely(id == CLOCK_MONOTONIC))
        return clock_monotonic_parts(parts);
    switch (id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        return clock_realtime_parts(parts);
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
        return clock_monotonic_parts(parts);
    default:
        return other_clock(id, out);
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

int clock_getcpuclockid(pid_t pid, clockid_t *out)
{
    if (pid && pid != getpid())
        return ESRCH;
    *out = CLOCK_PROCESS_CPUTIME_ID;
    return 0;
}

/* The wall clock is Xen's. */
int clock_settime(clockid_t id, const struct timespec *to)
{
    return posix_fail(id == CLOCK_REALTIME && timespec_valid(to) ? EPERM
                                                                 : EINVAL);
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    uint64_t ns = clock_realtime_ns();

    out->tv_sec = (time_t)(ns / NS_PER_SEC);
    out->tv_usec = (suseconds_t)(ns % NS_PER_SEC / NS_PER_US);
    return 0;
}

/* Until deadline_ns or a handler ran: 0 or EINTR. */
static int sleep_until(uint64_t deadline_ns)
{
    posix_cancel_point();
    while (thread_sleep_interruptible(deadline_ns))
        if (!posix_goes_on(false))
            return EINTR;
    return 0;
}

static void time_left(uint64_t deadline_ns, struct timespec *out)
{
    uint64_t now_ns = clock_monotonic_ns();

    timespec_from_ns(deadline_ns - MIN(deadline_ns, now_ns), out);
}

int clock_nanosleep(clockid_t id, int flags, const struct timespec *wanted,
                    struct timespec *left)
{
    bool absolute = flags & TIMER_ABSTIME;
    uint64_t until;
    int err;

    if (!timespec_valid(wanted))
        return EINVAL;
    if (id != CLOCK_REALTIME && id != CLOCK_MONOTONIC && id != CLOCK_BOOTTIME)
        return id == CLOCK_PROCESS_CPUTIME_ID ? ENOTSUP : EINVAL;
    until = timespec_to_ns(wanted);
    if (!absolute)
        until = deadline_after_ns(until);
    else if (id == CLOCK_REALTIME)
        until -= MIN(until, clock_realtime_offset_ns());
    err = sleep_until(until);
    if (err && left && !absolute)
        time_left(until, left);
    return err;
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    int err = clock_nanosleep(CLOCK_MONOTONIC, 0, wanted, left);

    return err ? posix_fail(err) : 0;
}

/* What is left of it, in whole seconds, when a handler ended it. */
unsigned sleep(unsigned seconds)
{
    struct timespec ts = {.tv_sec = seconds};

    if (!clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, &ts))
        return 0;
    return (unsigned)ts.tv_sec + (ts.tv_nsec > 0);
}

int usleep(useconds_t us)
{
    struct timespec ts = {.tv_sec = us / 1000000,
                          .tv_nsec = us % 1000000 * 1000};

    return nanosleep(&ts, NULL);
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
