/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutexes. A free one is taken and given back by one compare-and-exchange.
 *
 * A wanted one is not handed to the thread that waits: until that has been
 * switched to, nobody would run in the section, and on a busy mutex each use
 * would then cost two switches, a convoy. It becomes free, the first waiter is
 * woken to try, and whoever runs already may take it. So that none tries for
 * ever, a waiter that tried in vain has the mutex promised: to it alone it is
 * handed.
 *
 * From FREE to HELD and back by anybody; all else under waiters.lock. A thread
 * that was woken and has not tried yet stands for those that still wait: HELD
 * may thus have waiters, but then one of them is awake, and says WANTED again.
 */

#include "sync.h"
#include <pith/mutex.h>

enum { FREE, HELD, WANTED, PROMISED };

void mutex_init(struct mutex *m)
{
    lock_order_forget(m, sizeof(*m));
    m->state = FREE;
    m->owner = NULL;
    waitq_init(&m->waiters);
}

bool mutex_is_mine(const struct mutex *m)
{
    return READ_ONCE(m->owner) == current();
}

/* Takes m or says that it is wanted. */
static bool claim_locked(struct mutex *m, struct thread *self, bool lost)
{
    uint32_t old = atomic_exchange(&m->state, WANTED);

    if (old == FREE) {
        WRITE_ONCE(m->owner, self);
        if (list_empty(&m->waiters.waiters))
            atomic_store(&m->state, HELD);
        return true;
    }
    if (lost || old == PROMISED)
        atomic_store(&m->state, PROMISED);
    return false;
}

/* w is in the queue no more; m is held. */
static void unwant_locked(struct mutex *m)
{
    atomic_store(&m->state, list_empty(&m->waiters.waiters) ? HELD : WANTED);
}

/* True if m is ours or w waits for it, a loser before all others. */
static bool claim_or_enqueue(struct mutex *m, struct waiter *w, bool lost)
{
    unsigned long flags = spin_lock_irqsave(&m->waiters.lock);
    bool taken = claim_locked(m, current(), lost);

    if (!taken) {
        sync_enqueue_locked(&m->waiters, w);
        if (lost) {
            list_remove(&w->link);
            list_push_front(&m->waiters.waiters, &w->link);
        }
    }
    spin_unlock_irqrestore(&m->waiters.lock, flags);
    return taken;
}

/* True unless w was woken just now: then it has to try again, or the wake would
 * be lost for the others. */
static bool give_up(struct mutex *m, struct waiter *w)
{
    unsigned long flags = spin_lock_irqsave(&m->waiters.lock);
    bool gone = sync_dequeue_locked(w);

    if (gone && READ_ONCE(m->state) > HELD)
        unwant_locked(m);
    spin_unlock_irqrestore(&m->waiters.lock, flags);
    return gone;
}

static int lock_wait(struct mutex *m, uint64_t deadline_ns)
{
    struct waiter w;

    for (bool lost = false; !claim_or_enqueue(m, &w, lost); lost = true) {
        deadlock_mutex_wait();
        if (sync_block(&w, m, deadline_ns) && give_up(m, &w))
            return -XEN_ETIME;
        sync_woken(&m->waiters, &w);
        if (READ_ONCE(m->owner) == w.thread) /* promised */
            return 0;
    }
    return 0;
}

static inline int lock_until(struct mutex *m, uint64_t deadline_ns)
{
    uint32_t expected = FREE;

    ASSERT(READ_ONCE(m->owner) != current());
    if (unlikely(!atomic_compare_exchange(&m->state, &expected, HELD)))
        return lock_wait(m, deadline_ns);
    WRITE_ONCE(m->owner, current());
    return 0;
}

int mutex_lock_until(struct mutex *m, uint64_t deadline_ns)
{
    int rc;

    lock_order_take(m, LOCK_BLOCKS, CALLED_FROM);
    rc = lock_until(m, deadline_ns);
    if (rc)
        lock_order_drop(m, LOCK_BLOCKS);
    return rc;
}

void mutex_lock(struct mutex *m)
{
    lock_order_take(m, LOCK_BLOCKS, CALLED_FROM);
    lock_until(m, DEADLINE_NEVER);
}

int mutex_trylock(struct mutex *m)
{
    uint32_t expected = FREE;

    if (!atomic_compare_exchange(&m->state, &expected, HELD))
        return -XEN_EBUSY;
    lock_order_take(m, LOCK_BLOCKS | LOCK_TRY, CALLED_FROM);
    WRITE_ONCE(m->owner, current());
    return 0;
}

static void unlock_wanted(struct mutex *m)
{
    unsigned long flags = spin_lock_irqsave(&m->waiters.lock);

    if (READ_ONCE(m->state) == PROMISED && !list_empty(&m->waiters.waiters)) {
        WRITE_ONCE(m->owner, waitq_wake_one_locked(&m->waiters));
        unwant_locked(m);
    } else {
        atomic_store(&m->state, FREE);
        waitq_wake_one_locked(&m->waiters);
    }
    spin_unlock_irqrestore(&m->waiters.lock, flags);
    preempt_check();
}

void mutex_unlock(struct mutex *m)
{
    uint32_t expected = HELD;

    ASSERT(mutex_is_mine(m));
    lock_order_drop(m, LOCK_BLOCKS);
    WRITE_ONCE(m->owner, NULL);
    if (unlikely(!atomic_compare_exchange(&m->state, &expected, FREE)))
        unlock_wanted(m);
}
