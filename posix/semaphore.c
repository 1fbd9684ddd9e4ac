/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Semaphores: the value and the number of those that wait, in one word, so that
 * sem_post learns by the same exchange whom it has to wake, and touches nothing
 * of the semaphore then: who was let through may destroy it. Waiters wait on
 * the lower half, the value.
 */

#include "interrupt.h"
#include "private.h"
#include "thread.h"
#include <errno.h>
#include <pith/errno.h>
#include <pith/waitaddr.h>
#include <semaphore.h>

#define WAITER (1ul << 32)

static uint32_t value_of(unsigned long state)
{
    return (uint32_t)state;
}

int sem_init(sem_t *sem, int shared, unsigned value)
{
    if (value > SEM_VALUE_MAX)
        return posix_fail(EINVAL);
    sem->__state = value;
    return 0;
}

int sem_destroy(sem_t *sem)
{
    return atomic_load(&sem->__state) >= WAITER ? posix_fail(EBUSY) : 0;
}

int sem_getvalue(sem_t *restrict sem, int *restrict out)
{
    *out = (int)value_of(atomic_load(&sem->__state));
    return 0;
}

int sem_post(sem_t *sem)
{
    unsigned long state = atomic_load(&sem->__state);

    do {
        if (value_of(state) == SEM_VALUE_MAX)
            return posix_fail(EOVERFLOW);
    } while (!atomic_compare_exchange(&sem->__state, &state, state + 1));
    if (state >= WAITER)
        waitaddr_wake((uint32_t *)&sem->__state, 1);
    return 0;
}

/* Takes one, and with less what stands for a waiter. */
static bool take(sem_t *sem, unsigned long less)
{
    unsigned long state = atomic_load(&sem->__state);

    while (value_of(state))
        if (atomic_compare_exchange(&sem->__state, &state, state - 1 - less))
            return true;
    return false;
}

int sem_trywait(sem_t *sem)
{
    return take(sem, 0) ? 0 : posix_fail(EAGAIN);
}

/* 0, -XEN_ETIME or -XEN_EINTR. */
static int wait_until(sem_t *sem, uint64_t deadline_ns)
{
    int rc;

    atomic_add(&sem->__state, WAITER);
    while (!take(sem, WAITER)) {
        rc = waitaddr_wait_interruptible((uint32_t *)&sem->__state, 0,
                                         deadline_ns);
        if (rc != -XEN_ETIME && rc != -XEN_EINTR)
            continue;
        if (take(sem, WAITER))
            break;
        atomic_sub(&sem->__state, WAITER);
        return rc;
    }
    return 0;
}

static int wait_or_end(sem_t *sem, uint64_t deadline_ns)
{
    int rc;

    do
        rc = wait_until(sem, deadline_ns);
    while (rc == -XEN_EINTR && posix_goes_on(deadline_ns == DEADLINE_NEVER));
    if (rc)
        return posix_fail(rc == -XEN_EINTR ? EINTR : ETIMEDOUT);
    return 0;
}

int sem_wait(sem_t *sem)
{
    posix_cancel_test();
    return take(sem, 0) ? 0 : wait_or_end(sem, DEADLINE_NEVER);
}

int sem_clockwait(sem_t *restrict sem, clockid_t clock,
                  const struct timespec *restrict until)
{
    uint64_t deadline_ns;
    int err;

    posix_cancel_test();
    if (take(sem, 0))
        return 0;
    err = posix_deadline(clock, until, &deadline_ns);
    return err ? posix_fail(err) : wait_or_end(sem, deadline_ns);
}

int sem_timedwait(sem_t *restrict sem, const struct timespec *restrict until)
{
    return sem_clockwait(sem, CLOCK_REALTIME, until);
}
