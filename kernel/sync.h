/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What mutexes, condition variables, semaphores, rwlocks and waits on addresses
 * share: each links a waiter to a queue whose lock it holds anyway.
 */
#ifndef PITH_KERNEL_SYNC_H
#define PITH_KERNEL_SYNC_H

#include "private.h"
#include <pith/errno.h>
#include <pith/panic.h>

/* Makes w the running thread's, last in q. q->lock is held. */
static inline void sync_enqueue_locked(struct waitq *q, struct waiter *w)
{
    w->thread = current();
    w->queue = q;
    w->notify = NULL;
    w->woken = 0;
    list_push_back(&q->waiters, &w->link);
}

/* sched_block for w, which no upcall of the kernel's wakes. mutex: what it is
 * about, or WAITS_FOR_THREAD. */
static inline int sync_block(const struct waiter *w, const void *mutex,
                             uint64_t deadline_ns)
{
    struct thread *self = w->thread;
    int rc;

    if (deadline_ns == DEADLINE_NEVER)
        self->waits = mutex;
    rc = sched_block(&w->woken, deadline_ns);
    self->waits = NULL;
    return rc;
}

/* The same, or interruptible. */
static inline int sync_block_if(const struct waiter *w, uint64_t deadline_ns,
                                bool interruptible)
{
    return interruptible ? sched_block_interruptible(&w->woken, deadline_ns)
                         : sync_block(w, WAITS_FOR_THREAD, deadline_ns);
}

/* Returns when the waker of a waiter is done with it and with q, which is then
 * the caller's to free: wakers hold q->lock throughout. */
static inline void sync_let_go(struct waitq *q)
{
    while (unlikely(atomic_load(&q->lock.held)))
        cpu_relax();
}

/* The same for a w that was woken by the queue's functions, which count. */
static inline void sync_woken(struct waitq *q, struct waiter *w)
{
    atomic_sub(&w->thread->pending, 1);
    sync_let_go(q);
}

/* What a wait whose deadline passed finds: false if w was woken meanwhile, else
 * takes it out. q->lock is held. */
static inline bool sync_dequeue_locked(struct waiter *w)
{
    if (w->woken)
        return false;
    list_remove(&w->link);
    return true;
}

#endif
