/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Condition variables. The waiter links itself before it gives the mutex back,
 * and who signals has held the mutex since: so a look at the queue without its
 * lock does not miss it.
 */

#include "sync.h"
#include <pith/cond.h>

void cond_init(struct cond *c)
{
    waitq_init(&c->waiters);
}

static bool give_up(struct cond *c, struct waiter *w)
{
    unsigned long flags = spin_lock_irqsave(&c->waiters.lock);
    bool gone = sync_dequeue_locked(w);

    spin_unlock_irqrestore(&c->waiters.lock, flags);
    return gone;
}

static int wait_for(struct cond *c, struct mutex *m, uint64_t deadline_ns,
                    bool interruptible)
{
    struct waiter w;
    unsigned long flags = spin_lock_irqsave(&c->waiters.lock);
    int rc;

    sync_enqueue_locked(&c->waiters, &w);
    spin_unlock_irqrestore(&c->waiters.lock, flags);
    mutex_unlock(m);
    rc = sync_block_if(&w, deadline_ns, interruptible);
    /* A signal that came with the deadline is not to be lost. */
    if (rc && !give_up(c, &w))
        rc = 0;
    if (!rc)
        sync_woken(&c->waiters, &w);
    mutex_lock(m);
    return rc;
}

int cond_wait_until(struct cond *c, struct mutex *m, uint64_t deadline_ns)
{
    return wait_for(c, m, deadline_ns, false);
}

int cond_wait_interruptible(struct cond *c, struct mutex *m,
                            uint64_t deadline_ns)
{
    return wait_for(c, m, deadline_ns, true);
}

void cond_wait(struct cond *c, struct mutex *m)
{
    cond_wait_until(c, m, DEADLINE_NEVER);
}

static bool nobody_waits(struct cond *c)
{
    return READ_ONCE(c->waiters.waiters.next) == &c->waiters.waiters;
}

void cond_signal(struct cond *c)
{
    if (!nobody_waits(c))
        waitq_wake_one(&c->waiters);
}

void cond_broadcast(struct cond *c)
{
    if (!nobody_waits(c))
        waitq_wake_all(&c->waiters);
}
