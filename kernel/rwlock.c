/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader-writer locks. One word counts the readers and says whether a writer
 * has the lock and whether anybody waits; without waiters it is changed by
 * compare-and-exchange alone.
 *
 * With QUEUED nobody takes the lock but by its turn in the queue: who leaves
 * it last, or leaves the queue, lets in those at its head that may, under
 * waiters.lock. Only there are QUEUED and, with it, WRITER changed.
 */

#include "sync.h"
#include <pith/rwlock.h>

#define WRITER 0x80000000u
#define QUEUED 0x40000000u

struct rw_waiter {
    struct waiter waiter;
    uint32_t claim; /* what it adds to state: 1 or WRITER */
};

void rwlock_init(struct rwlock *l)
{
    lock_order_forget(l, sizeof(*l));
    l->state = 0;
    l->writer = NULL;
    waitq_init(&l->waiters);
}

/* What must be clear in state for claim to be added. */
static uint32_t excluded_by(uint32_t claim)
{
    return claim == WRITER ? ~QUEUED : WRITER;
}

static bool try_claim(struct rwlock *l, uint32_t claim)
{
    uint32_t state = READ_ONCE(l->state);

    while (!(state & (excluded_by(claim) | QUEUED)))
        if (atomic_compare_exchange(&l->state, &state, state + claim))
            return true;
    return false;
}

static void let_in_locked(struct rwlock *l)
{
    struct list *head = &l->waiters.waiters;

    while (!list_empty(head)) {
        struct rw_waiter *w =
            list_entry(head->next, struct rw_waiter, waiter.link);

        /* Readers that leave meanwhile call us again. */
        if (READ_ONCE(l->state) & excluded_by(w->claim))
            return;
        atomic_add(&l->state, w->claim);
        waitq_wake_one_locked(&l->waiters);
    }
    atomic_and(&l->state, ~QUEUED);
}

/* May let in the new waiter itself: w->waiter.woken says so. */
static void enqueue(struct rwlock *l, struct rw_waiter *w)
{
    unsigned long flags = spin_lock_irqsave(&l->waiters.lock);

    sync_enqueue_locked(&l->waiters, &w->waiter);
    atomic_or(&l->state, QUEUED);
    let_in_locked(l);
    spin_unlock_irqrestore(&l->waiters.lock, flags);
}

static bool give_up(struct rwlock *l, struct rw_waiter *w)
{
    unsigned long flags = spin_lock_irqsave(&l->waiters.lock);
    bool gone = sync_dequeue_locked(&w->waiter);

    if (gone)
        let_in_locked(l); /* readers behind a writer, say */
    spin_unlock_irqrestore(&l->waiters.lock, flags);
    return gone;
}

static int claim_until(struct rwlock *l, uint32_t claim, uint64_t deadline_ns)
{
    struct rw_waiter w = {.claim = claim};

    lock_order_take(l, LOCK_BLOCKS, CALLED_FROM);
    if (likely(try_claim(l, claim)))
        return 0;
    enqueue(l, &w);
    if (sync_block(&w.waiter, WAITS_FOR_THREAD, deadline_ns) &&
        give_up(l, &w)) {
        lock_order_drop(l, LOCK_BLOCKS);
        return -XEN_ETIME;
    }
    sync_woken(&l->waiters, &w.waiter);
    return 0;
}

static void leave(struct rwlock *l, uint32_t claim)
{
    unsigned long flags;

    lock_order_drop(l, LOCK_BLOCKS);
    /* The last one out, and somebody waits. Who comes later sees to it
     * himself. */
    if (likely(atomic_sub(&l->state, claim) - claim != QUEUED))
        return;
    flags = spin_lock_irqsave(&l->waiters.lock);
    let_in_locked(l);
    spin_unlock_irqrestore(&l->waiters.lock, flags);
    preempt_check();
}

int rwlock_read_until(struct rwlock *l, uint64_t deadline_ns)
{
    ASSERT(READ_ONCE(l->writer) != current());
    return claim_until(l, 1, deadline_ns);
}

int rwlock_write_until(struct rwlock *l, uint64_t deadline_ns)
{
    int rc;

    ASSERT(READ_ONCE(l->writer) != current());
    rc = claim_until(l, WRITER, deadline_ns);
    if (!rc)
        WRITE_ONCE(l->writer, current());
    return rc;
}

void rwlock_read(struct rwlock *l)
{
    rwlock_read_until(l, DEADLINE_NEVER);
}

void rwlock_write(struct rwlock *l)
{
    rwlock_write_until(l, DEADLINE_NEVER);
}

int rwlock_tryread(struct rwlock *l)
{
    if (!try_claim(l, 1))
        return -XEN_EBUSY;
    lock_order_take(l, LOCK_BLOCKS | LOCK_TRY, CALLED_FROM);
    return 0;
}

int rwlock_trywrite(struct rwlock *l)
{
    if (!try_claim(l, WRITER))
        return -XEN_EBUSY;
    lock_order_take(l, LOCK_BLOCKS | LOCK_TRY, CALLED_FROM);
    WRITE_ONCE(l->writer, current());
    return 0;
}

void rwlock_unread(struct rwlock *l)
{
    ASSERT(READ_ONCE(l->state) & ~(WRITER | QUEUED));
    leave(l, 1);
}

void rwlock_unwrite(struct rwlock *l)
{
    ASSERT(READ_ONCE(l->writer) == current());
    WRITE_ONCE(l->writer, NULL);
    leave(l, WRITER);
}
