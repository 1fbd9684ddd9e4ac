/* SPDX-License-Identifier: BSD-2-Clause */
/* Deadlines of waits, and what else pthread.h has about clocks. */

#include "private.h"
#include "thread.h"
#include <errno.h>
#include <pith/timer.h>
#include <time.h>

int posix_deadline(clockid_t clock, const struct timespec *until,
                   uint64_t *out_ns)
{
    uint64_t ns;

    if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC) ||
        until->tv_nsec < 0 || (uint64_t)until->tv_nsec >= NS_PER_SEC)
        return EINVAL;
    ns = until->tv_sec < 0 ? 0 : timespec_to_ns(until);
    if (clock == CLOCK_REALTIME && ns != UINT64_MAX)
        ns -= MIN(ns, clock_realtime_offset_ns());
    *out_ns = ns;
    return 0;
}

/* A clock's id is that of its thread, which is even, and 1. */
static int read_clock(clockid_t id, uint64_t *out_ns)
{
    unsigned long flags = spin_lock_irqsave(&posix_threads.lock);
    struct posix_thread *thread = posix_thread_find_locked(id - 1);
    bool found = id % 2 && thread && thread->kernel;

    if (found)
        *out_ns = thread_cpu_ns(thread->kernel);
    spin_unlock_irqrestore(&posix_threads.lock, flags);
    return found ? 0 : EINVAL;
}

int pthread_getcpuclockid(pthread_t id, clockid_t *out)
{
    unsigned long flags = spin_lock_irqsave(&posix_threads.lock);
    struct posix_thread *thread = posix_thread_find_locked(id);

    spin_unlock_irqrestore(&posix_threads.lock, flags);
    if (!thread)
        return ESRCH;
    posix_thread_clock = read_clock;
    *out = thread == posix_self() ? CLOCK_THREAD_CPUTIME_ID : id + 1;
    return 0;
}

/* There is no fork: what would run before and after it never does. */
int pthread_atfork(void (*prepare)(void), void (*parent)(void),
                   void (*child)(void))
{
    return 0;
}
