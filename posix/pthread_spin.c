/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spin locks, which hold the owner's number. Threads are preempted, so who has
 * one may not be running: after some rounds the others give way, and then
 * sleep, which lets threads of any priority run.
 */

#include "interrupt.h"
#include "private.h"
#include "thread.h"
#include <errno.h>
#include <pith/interrupt.h>
#include <pith/timer.h>

#define SPINS 200
#define YIELDS 20
#define SLEEP_NS (100 * NS_PER_US)

int pthread_spin_init(pthread_spinlock_t *lock, int shared)
{
    *lock = 0;
    return 0;
}

int pthread_spin_destroy(pthread_spinlock_t *lock)
{
    return atomic_load(lock) ? EBUSY : 0;
}

int pthread_spin_trylock(pthread_spinlock_t *lock)
{
    uint32_t expected = 0;

    return atomic_compare_exchange(lock, &expected, posix_thread_id()) ? 0
                                                                       : EBUSY;
}

int pthread_spin_lock(pthread_spinlock_t *lock)
{
    for (unsigned round = 0; pthread_spin_trylock(lock); round++) {
        if (READ_ONCE(*lock) == posix_thread_id())
            return EDEADLK;
        for (unsigned i = 0; i < SPINS && READ_ONCE(*lock); i++)
            cpu_relax();
        if (!READ_ONCE(*lock))
            continue;
        if (round < YIELDS)
            thread_yield();
        else if (thread_sleep_interruptible(clock_monotonic_ns() + SLEEP_NS))
            posix_handlers_run();
    }
    return 0;
}

int pthread_spin_unlock(pthread_spinlock_t *lock)
{
    if (READ_ONCE(*lock) != posix_thread_id())
        return EPERM;
    atomic_store(lock, 0);
    return 0;
}
