/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting on an address: the threads that wait, in buckets by address, each
 * with its lock. The value is compared with the bucket's lock held, which the
 * waker takes after it has changed it: so the one that comes second sees what
 * the first one did.
 *
 * A waiter may be moved to another bucket: waiter.queue says where it is, and
 * changes with the locks of both held. Two are locked by ascending address.
 */

#include "sync.h"
#include <pith/waitaddr.h>

#define BUCKETS 128 /* a power of two */

struct addr_waiter {
    struct waiter waiter;
    const uint32_t *addr;
};

/* A zeroed bucket is one without waiters, since not all are used: a list is
 * made when its first waiter comes. */
static struct {
    struct waitq buckets[BUCKETS];
} waitaddr;

static struct waitq *bucket_of(const uint32_t *addr)
{
    uint64_t hash = ((uint64_t)addr >> 2) * 0x9e3779b97f4a7c15ull;

    return &waitaddr.buckets[hash >> 57 & (BUCKETS - 1)];
}

static bool is_empty_locked(const struct waitq *q)
{
    return !q->waiters.next || list_empty(&q->waiters);
}

/* The first waiter on addr from node on, NULL if there is none. */
static struct addr_waiter *find_locked(struct waitq *q, struct list *node,
                                       const uint32_t *addr)
{
    for (; node != &q->waiters; node = node->next) {
        struct addr_waiter *w =
            list_entry(node, struct addr_waiter, waiter.link);

        if (w->addr == addr)
            return w;
    }
    return NULL;
}

static int enqueue(struct waitq *q, struct addr_waiter *w, uint32_t expected)
{
    unsigned long flags = spin_lock_irqsave(&q->lock);
    int rc = READ_ONCE(*w->addr) == expected ? 0 : -XEN_EAGAIN;

    if (!rc) {
        if (!q->waiters.next)
            list_init(&q->waiters);
        sync_enqueue_locked(q, &w->waiter);
    }
    spin_unlock_irqrestore(&q->lock, flags);
    return rc;
}

/* Locks the bucket that w is in, which may change until then. */
static struct waitq *lock_where(struct addr_waiter *w, unsigned long *flags)
{
    for (;;) {
        struct waitq *q = READ_ONCE(w->waiter.queue);

        *flags = spin_lock_irqsave(&q->lock);
        if (q == READ_ONCE(w->waiter.queue))
            return q;
        spin_unlock_irqrestore(&q->lock, *flags);
    }
}

static bool give_up(struct addr_waiter *w)
{
    unsigned long flags;
    struct waitq *q = lock_where(w, &flags);
    bool gone = sync_dequeue_locked(&w->waiter);

    spin_unlock_irqrestore(&q->lock, flags);
    return gone;
}

static int wait_on(uint32_t *addr, uint32_t expected, uint64_t deadline_ns,
                   bool interruptible)
{
    struct addr_waiter w = {.addr = addr};
    int rc;

    /* Also touches the page, whose fault no lock would survive. */
    if (READ_ONCE(*addr) != expected || enqueue(bucket_of(addr), &w, expected))
        return -XEN_EAGAIN;
    rc = sync_block_if(&w.waiter, deadline_ns, interruptible);
    if (rc && give_up(&w))
        return rc;
    sync_woken(w.waiter.queue, &w.waiter);
    return 0;
}

int waitaddr_wait(uint32_t *addr, uint32_t expected, uint64_t deadline_ns)
{
    lock_order_may_block(addr, CALLED_FROM);
    return wait_on(addr, expected, deadline_ns, false);
}

int waitaddr_wait_interruptible(uint32_t *addr, uint32_t expected,
                                uint64_t deadline_ns)
{
    lock_order_may_block(addr, CALLED_FROM);
    return wait_on(addr, expected, deadline_ns, true);
}

static uint32_t wake_locked(struct waitq *q, const uint32_t *addr, uint32_t max)
{
    uint32_t woken = 0;
    struct list *node, *next;

    if (is_empty_locked(q))
        return 0;
    for (node = q->waiters.next; woken < max; node = next) {
        struct addr_waiter *w = find_locked(q, node, addr);

        if (!w)
            break;
        next = w->waiter.link.next;
        list_remove(&w->waiter.link);
        sched_wake(&w->waiter);
        woken++;
    }
    return woken;
}

uint32_t waitaddr_wake(const uint32_t *addr, uint32_t max)
{
    struct waitq *q = bucket_of(addr);
    unsigned long flags = spin_lock_irqsave(&q->lock);
    uint32_t woken = wake_locked(q, addr, max);

    spin_unlock_irqrestore(&q->lock, flags);
    preempt_check();
    return woken;
}

static uint32_t move_locked(struct waitq *from, const uint32_t *addr,
                            struct waitq *q, const uint32_t *to, uint32_t max)
{
    uint32_t moved = 0;
    struct addr_waiter *w;

    if (is_empty_locked(from) || addr == to)
        return 0;
    if (!q->waiters.next)
        list_init(&q->waiters);
    while (moved < max && (w = find_locked(from, from->waiters.next, addr))) {
        list_remove(&w->waiter.link);
        w->addr = to;
        WRITE_ONCE(w->waiter.queue, q);
        list_push_back(&q->waiters, &w->waiter.link);
        moved++;
    }
    return moved;
}

long waitaddr_requeue(uint32_t *addr, uint32_t expected, uint32_t max_wake,
                      uint32_t *to, uint32_t max_move)
{
    struct waitq *from = bucket_of(addr), *q = bucket_of(to);
    struct waitq *first = MIN(from, q), *second = MAX(from, q);
    unsigned long flags;
    long count = -XEN_EAGAIN;

    (void)READ_ONCE(*addr); /* as in waitaddr_wait */
    flags = spin_lock_irqsave(&first->lock);
    if (first != second)
        spin_lock_raw(&second->lock);
    if (READ_ONCE(*addr) == expected)
        count = (long)wake_locked(from, addr, max_wake) +
                move_locked(from, addr, q, to, max_move);
    if (first != second)
        spin_unlock_raw(&second->lock);
    spin_unlock_irqrestore(&first->lock, flags);
    preempt_check();
    return count;
}
