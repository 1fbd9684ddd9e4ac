/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The three timers that each process has: setitimer() and on the first of them
 * alarm() and ualarm(). CPU time is the time since the start (times()), so the
 * other two differ in their signal only.
 */

#include "expiry.h"
#include "private.h"
#include "signals.h"
#include <errno.h>
#include <sys/time.h>
#include <unistd.h>

static void real_fired(struct timer *timer);
static void virtual_fired(struct timer *timer);
static void profile_fired(struct timer *timer);

/* Each has a lock of its own. */
static struct expiry itimers[] = {
    [ITIMER_REAL] = {.timer.fn = real_fired},
    [ITIMER_VIRTUAL] = {.timer.fn = virtual_fired},
    [ITIMER_PROF] = {.timer.fn = profile_fired},
};

static void fired(int which, int sig)
{
    if (expiry_take(&itimers[which]))
        signals_post(NULL, NULL, sig, SI_KERNEL, NULL);
}

static void real_fired(struct timer *timer)
{
    fired(ITIMER_REAL, SIGALRM);
}

static void virtual_fired(struct timer *timer)
{
    fired(ITIMER_VIRTUAL, SIGVTALRM);
}

static void profile_fired(struct timer *timer)
{
    fired(ITIMER_PROF, SIGPROF);
}

static struct expiry_time set_real(uint64_t after_ns, uint64_t interval_ns)
{
    struct expiry_time before;

    signals_start();
    expiry_set(&itimers[ITIMER_REAL],
               after_ns ? deadline_after_ns(after_ns) : 0, interval_ns,
               &before);
    return before;
}

/* Whole seconds, and not 0 for what is still to come. */
unsigned alarm(unsigned seconds)
{
    uint64_t left_ns = set_real(seconds * NS_PER_SEC, 0).left_ns;
    unsigned left = (unsigned)((left_ns + NS_PER_SEC / 2) / NS_PER_SEC);

    return left_ns && !left ? 1 : left;
}

useconds_t ualarm(useconds_t us, useconds_t interval_us)
{
    uint64_t left_ns =
        set_real(us * NS_PER_US, interval_us * NS_PER_US).left_ns;

    return (useconds_t)((left_ns + NS_PER_US - 1) / NS_PER_US);
}

static bool valid(int which)
{
    return which >= 0 && which < (int)ARRAY_SIZE(itimers);
}

static bool to_ns(const struct timeval *tv, uint64_t *out)
{
    struct timespec ts = {tv->tv_sec, tv->tv_usec * 1000};

    if (tv->tv_usec < 0 || tv->tv_usec >= 1000000 || !timespec_valid(&ts))
        return false;
    *out = timespec_to_ns(&ts);
    return true;
}

static struct timeval to_timeval(uint64_t ns)
{
    uint64_t us = (ns + NS_PER_US - 1) / NS_PER_US;

    return (struct timeval){(time_t)(us / 1000000),
                            (suseconds_t)(us % 1000000)};
}

int setitimer(int which, const struct itimerval *restrict value,
              struct itimerval *restrict old)
{
    uint64_t after_ns, interval_ns;
    struct expiry_time before;

    if (!valid(which) || !to_ns(&value->it_value, &after_ns) ||
        !to_ns(&value->it_interval, &interval_ns))
        return posix_fail(EINVAL);
    signals_start();
    expiry_set(&itimers[which], after_ns ? deadline_after_ns(after_ns) : 0,
               interval_ns, &before);
    if (old)
        *old = (struct itimerval){to_timeval(before.interval_ns),
                                  to_timeval(before.left_ns)};
    return 0;
}

int getitimer(int which, struct itimerval *out)
{
    struct expiry_time now;

    if (!valid(which))
        return posix_fail(EINVAL);
    now = expiry_get(&itimers[which]);
    *out = (struct itimerval){to_timeval(now.interval_ns),
                              to_timeval(now.left_ns)};
    return 0;
}
