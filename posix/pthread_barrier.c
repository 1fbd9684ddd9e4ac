/* SPDX-License-Identifier: BSD-2-Clause */
/* Barriers: the last one to arrive begins the next round. Each thread counts
 * itself in __inside until it has left, for which pthread_barrier_destroy
 * waits. */

#include "interrupt.h"
#include "private.h"
#include "thread.h"
#include <errno.h>
#include <pith/errno.h>
#include <pith/waitaddr.h>

#define DESTROYED 0x80000000u /* in __inside */

int pthread_barrier_init(pthread_barrier_t *restrict b,
                         const pthread_barrierattr_t *restrict attr,
                         unsigned count)
{
    if (!count || count >= DESTROYED)
        return EINVAL;
    *b = (pthread_barrier_t){.__count = count};
    return 0;
}

int pthread_barrier_destroy(pthread_barrier_t *b)
{
    uint32_t inside;

    if (atomic_load(&b->__arrived))
        return EBUSY;
    inside = atomic_or(&b->__inside, DESTROYED) | DESTROYED;
    for (; inside != DESTROYED; inside = atomic_load(&b->__inside))
        waitaddr_wait(&b->__inside, inside, DEADLINE_NEVER);
    b->__count = 0;
    return 0;
}

static void leave(pthread_barrier_t *b)
{
    if (atomic_sub(&b->__inside, 1) == (DESTROYED | 1))
        waitaddr_wake(&b->__inside, 1);
}

int pthread_barrier_wait(pthread_barrier_t *b)
{
    uint32_t round;
    bool last;

    if (!b->__count)
        return EINVAL;
    atomic_add(&b->__inside, 1);
    round = atomic_load(&b->__round);
    last = atomic_add(&b->__arrived, 1) + 1 == b->__count;
    if (last) {
        atomic_store(&b->__arrived, 0);
        atomic_add(&b->__round, 1);
        waitaddr_wake(&b->__round, UINT32_MAX);
    }
    while (!last && atomic_load(&b->__round) == round)
        if (waitaddr_wait_interruptible(&b->__round, round, DEADLINE_NEVER) ==
            -XEN_EINTR)
            posix_handlers_run();
    leave(b);
    return last ? PTHREAD_BARRIER_SERIAL_THREAD : 0;
}
