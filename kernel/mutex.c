/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutexes. Free ones are taken and given back by one compare-and-exchange; a
 * wanted one is handed to the thread that has waited longest, under the wait
 * queue's lock, so that nobody overtakes it.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/mutex.h>
#include <pith/panic.h>

enum { FREE, HELD, WANTED };

void mutex_init(struct mutex *m)
{
    m->state = FREE;
    m->owner = NULL;
    waitq_init(&m->waiters);
}

/*
 * 1. link to the queue; 2. say that the mutex is wanted. If it was free at 2,
 * it is ours, and nobody who gives mutexes away can have seen us in between:
 * only the holder does. Otherwise its holder sees WANTED, or has seen us
 * already and made us the owner.
 */
static void lock_wait(struct mutex *m, struct thread *self)
{
    struct waiter w;

    waitq_prepare(&m->waiters, &w);
    if (atomic_exchange(&m->state, WANTED) == FREE)
        m->owner = self;
    else
        waitq_block_on(&w, DEADLINE_NEVER);
    waitq_cancel(&w);
}

void mutex_lock(struct mutex *m)
{
    struct thread *self = current();
    uint32_t expected = FREE;

    ASSERT(m->owner != self);
    if (likely(atomic_compare_exchange(&m->state, &expected, HELD)))
        m->owner = self;
    else
        lock_wait(m, self);
}

int mutex_trylock(struct mutex *m)
{
    uint32_t expected = FREE;

    if (!atomic_compare_exchange(&m->state, &expected, HELD))
        return -XEN_EBUSY;
    m->owner = current();
    return 0;
}

void mutex_unlock(struct mutex *m)
{
    uint32_t expected = HELD;
    unsigned long flags;

    ASSERT(m->owner == current());
    m->owner = NULL;
    if (likely(atomic_compare_exchange(&m->state, &expected, FREE)))
        return;
    flags = spin_lock_irqsave(&m->waiters.lock);
    m->owner = waitq_wake_one_locked(&m->waiters);
    if (!m->owner)
        atomic_store(&m->state, FREE);
    spin_unlock_irqrestore(&m->waiters.lock, flags);
}
