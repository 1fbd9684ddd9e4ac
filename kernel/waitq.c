/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wait queues: lists of waiters, first come, first woken.
 *
 * No wake is lost, on any number of vCPUs: the waker changes the condition and
 * takes q->lock; the waiter takes q->lock to link itself and then tests. The
 * one that comes second sees what the first one did.
 */

#include "private.h"
#include <pith/thread.h>

void waitq_init(struct waitq *q)
{
    lock_order_forget(q, sizeof(*q));
    q->lock = (struct spinlock)SPINLOCK_INIT;
    list_init(&q->waiters);
}

void waitq_prepare(struct waitq *q, struct waiter *w)
{
    unsigned long flags;

    w->thread = current();
    w->queue = q;
    w->notify = NULL;
    w->woken = 0;
    flags = spin_lock_irqsave(&q->lock);
    list_push_back(&q->waiters, &w->link);
    spin_unlock_irqrestore(&q->lock, flags);
}

int waitq_block_on(struct waiter *w, uint64_t deadline_ns)
{
    lock_order_may_block(w->queue, CALLED_FROM);
    return sched_block(&w->woken, deadline_ns);
}

int waitq_block(uint64_t deadline_ns)
{
    lock_order_may_block(&current()->pending, CALLED_FROM);
    return sched_block(&current()->pending, deadline_ns);
}

int waitq_block_on_interruptible(struct waiter *w, uint64_t deadline_ns)
{
    lock_order_may_block(w->queue, CALLED_FROM);
    return sched_block_interruptible(&w->woken, deadline_ns);
}

int waitq_block_interruptible(uint64_t deadline_ns)
{
    lock_order_may_block(&current()->pending, CALLED_FROM);
    return sched_block_interruptible(&current()->pending, deadline_ns);
}

/* Takes the lock even if w was woken: its waker may still hold it, and the
 * queue is the caller's to free once this returns. */
void waitq_cancel(struct waiter *w)
{
    struct waitq *q = w->queue;
    unsigned long flags;

    if (!q)
        return;
    flags = spin_lock_irqsave(&q->lock);
    if (!w->woken)
        list_remove(&w->link);
    else if (!w->notify)
        atomic_sub(&w->thread->pending, 1);
    w->queue = NULL;
    spin_unlock_irqrestore(&q->lock, flags);
}

void waitq_watch(struct waiter *w, void (*notify)(struct waiter *w))
{
    struct waitq *q = w->queue;
    unsigned long flags = spin_lock_irqsave(&q->lock);

    w->notify = notify;
    if (w->woken) { /* before it was known whom to tell */
        atomic_sub(&w->thread->pending, 1);
        notify(w);
    }
    spin_unlock_irqrestore(&q->lock, flags);
    preempt_check();
}

struct thread *waitq_wake_one_locked(struct waitq *q)
{
    struct list *link = list_pop_front(&q->waiters);
    struct waiter *w = list_entry(link, struct waiter, link);
    struct thread *thread;

    if (!link)
        return NULL;
    thread = w->thread;
    if (w->notify) {
        WRITE_ONCE(w->woken, 1);
        w->notify(w);
    } else {
        sched_wake(w);
    }
    return thread;
}

void waitq_wake_one(struct waitq *q)
{
    unsigned long flags = spin_lock_irqsave(&q->lock);

    waitq_wake_one_locked(q);
    spin_unlock_irqrestore(&q->lock, flags);
    preempt_check();
}

/* Who woke the outer queue gives way, once it has let go of its lock. */
void waitq_wake_nested(struct waitq *q)
{
    unsigned long flags = spin_lock_irqsave(&q->lock);

    while (waitq_wake_one_locked(q))
        ;
    spin_unlock_irqrestore(&q->lock, flags);
}

void waitq_wake_all(struct waitq *q)
{
    waitq_wake_nested(q);
    preempt_check();
}
