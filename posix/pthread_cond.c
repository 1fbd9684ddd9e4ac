/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Condition variables: a word that each signal changes, on which threads wait
 * as long as it has the value that it had while they held the mutex.
 *
 * Whoever is woken may find the condition destroyed: pthread_cond_destroy waits
 * for those that are about to look at the word or have just been woken, who
 * count themselves in __inside.
 */

#include "interrupt.h"
#include "private.h"
#include "pthread_mutex.h"
#include "thread.h"
#include <errno.h>
#include <pith/errno.h>
#include <pith/waitaddr.h>

#define DESTROYED 0x80000000u /* in __inside */

int pthread_cond_init(pthread_cond_t *restrict c,
                      const pthread_condattr_t *restrict attr)
{
    *c = (pthread_cond_t){
        .__monotonic = attr && attr->__clock == (int)CLOCK_MONOTONIC,
    };
    return 0;
}

int pthread_cond_destroy(pthread_cond_t *c)
{
    uint32_t inside = atomic_or(&c->__inside, DESTROYED) | DESTROYED;

    for (; inside != DESTROYED; inside = atomic_load(&c->__inside))
        waitaddr_wait(&c->__inside, inside, DEADLINE_NEVER);
    return 0;
}

static void leave(pthread_cond_t *c)
{
    if (atomic_sub(&c->__inside, 1) == (DESTROYED | 1))
        waitaddr_wake(&c->__inside, 1);
}

static int wait_until(pthread_cond_t *c, pthread_mutex_t *m,
                      uint64_t deadline_ns)
{
    uint32_t changes, depth;
    int err, rc;

    posix_cancel_test();
    atomic_add(&c->__inside, 1);
    changes = atomic_load(&c->__changes);
    err = pthread_mutex_leave(m, &depth);
    if (err) {
        leave(c);
        return err;
    }
    rc = waitaddr_wait_interruptible(&c->__changes, changes, deadline_ns);
    leave(c);
    err = pthread_mutex_return(m, depth);
    /* Handlers run, and cancellation happens, with the mutex. */
    if (rc == -XEN_EINTR)
        posix_goes_on(true);
    if (err)
        return err;
    return rc == -XEN_ETIME ? ETIMEDOUT : 0;
}

int pthread_cond_wait(pthread_cond_t *restrict c, pthread_mutex_t *restrict m)
{
    return wait_until(c, m, DEADLINE_NEVER);
}

int pthread_cond_clockwait(pthread_cond_t *restrict c,
                           pthread_mutex_t *restrict m, clockid_t clock,
                           const struct timespec *restrict until)
{
    uint64_t deadline_ns;
    int err = posix_deadline(clock, until, &deadline_ns);

    return err ? err : wait_until(c, m, deadline_ns);
}

int pthread_cond_timedwait(pthread_cond_t *restrict c,
                           pthread_mutex_t *restrict m,
                           const struct timespec *restrict until)
{
    return pthread_cond_clockwait(
        c, m, c->__monotonic ? CLOCK_MONOTONIC : CLOCK_REALTIME, until);
}

static void wake(pthread_cond_t *c, uint32_t max)
{
    /* Who waits has said so with the mutex, which the caller has had since. */
    if (!atomic_load(&c->__inside))
        return;
    atomic_add(&c->__changes, 1);
    waitaddr_wake(&c->__changes, max);
}

int pthread_cond_signal(pthread_cond_t *c)
{
    wake(c, 1);
    return 0;
}

int pthread_cond_broadcast(pthread_cond_t *c)
{
    wake(c, UINT32_MAX);
    return 0;
}
