/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counting semaphores. Both sides change count by one atomic addition and are
 * done unless it says that somebody waits.
 *
 * Then the lock decides, under which each post that found count below 0 meets
 * one wait that did: the second of the two finds the first, as a waiter in the
 * queue or as a post in passed. Counted in instructions: two threads that post
 * to each other are a figure of the benchmarks.
 */

#include "sync.h"
#include <pith/semaphore.h>

void semaphore_init(struct semaphore *s, uint32_t value)
{
    s->count = (int32_t)value;
    s->passed = 0;
    waitq_init(&s->waiters);
}

/* A post had come before us. Locked, where that is needed. */
static inline bool take_passed(struct semaphore *s)
{
    if (likely(!s->passed))
        return false;
    s->passed--;
    return true;
}

static __attribute__((noinline)) void wait_locked(struct semaphore *s)
{
    bool passed;

    spin_lock_raw(&s->waiters.lock);
    passed = take_passed(s);
    if (!passed) {
        sched_wait_locked(&s->waiters);
        return;
    }
    spin_unlock_raw(&s->waiters.lock);
    irq_enable();
}

static __attribute__((noinline)) FRAMELESS void wait_slow(struct semaphore *s)
{
    ASSERT(!IS_ENABLED(CONFIG_CHECKS) || irq_enabled());
    irq_disable();
    if (unlikely(!sched_simple))
        wait_locked(s);
    else if (unlikely(take_passed(s)))
        irq_enable();
    else
        sched_wait_simple(&s->waiters);
}

/* Takes back that somebody waits; false if a post has counted on it. */
static bool unclaim(struct semaphore *s)
{
    int32_t count = READ_ONCE(s->count);

    while (count < 0)
        if (atomic_compare_exchange(&s->count, &count, count + 1))
            return true;
    return false;
}

static bool give_up(struct semaphore *s, struct waiter *w)
{
    unsigned long flags = spin_lock_irqsave(&s->waiters.lock);
    bool gone = !w->woken && unclaim(s);

    if (gone)
        list_remove(&w->link);
    spin_unlock_irqrestore(&s->waiters.lock, flags);
    return gone;
}

static int wait_slow_until(struct semaphore *s, uint64_t deadline_ns)
{
    struct waiter w;
    unsigned long flags = spin_lock_irqsave(&s->waiters.lock);
    bool passed = take_passed(s);

    if (!passed)
        sync_enqueue_locked(&s->waiters, &w);
    spin_unlock_irqrestore(&s->waiters.lock, flags);
    if (passed)
        return 0;
    if (sync_block(&w, WAITS_FOR_THREAD, deadline_ns)) {
        if (give_up(s, &w))
            return -XEN_ETIME;
        /* There are as many posts on their way as threads in the queue. */
        sched_block(&w.woken, DEADLINE_NEVER);
    }
    sync_let_go(&s->waiters);
    return 0;
}

int semaphore_wait_until(struct semaphore *s, uint64_t deadline_ns)
{
    lock_order_may_block(s, CALLED_FROM);
    if (likely(atomic_sub(&s->count, 1) > 0))
        return 0;
    return wait_slow_until(s, deadline_ns);
}

void semaphore_wait(struct semaphore *s)
{
    lock_order_may_block(s, CALLED_FROM);
    if (unlikely(atomic_sub(&s->count, 1) <= 0))
        wait_slow(s);
}

int semaphore_trywait(struct semaphore *s)
{
    int32_t count = READ_ONCE(s->count);

    while (count > 0)
        if (atomic_compare_exchange(&s->count, &count, count - 1))
            return 0;
    return -XEN_EAGAIN;
}

static __attribute__((noinline)) void post_locked(struct semaphore *s)
{
    unsigned long flags = spin_lock_irqsave(&s->waiters.lock);

    if (!sched_wake_first_locked(&s->waiters))
        s->passed++;
    spin_unlock_irqrestore(&s->waiters.lock, flags);
    preempt_check();
}

static __attribute__((noinline)) FRAMELESS void post_slow(struct semaphore *s)
{
    unsigned long flags;

    if (unlikely(!sched_simple)) {
        post_locked(s);
        return;
    }
    flags = irq_save();
    if (likely(!list_empty(&s->waiters.waiters)))
        sched_wake_first_simple(&s->waiters);
    else
        s->passed++;
    irq_restore(flags);
    preempt_check();
}

void semaphore_post(struct semaphore *s)
{
    if (unlikely(atomic_add(&s->count, 1) < 0))
        post_slow(s);
}

uint32_t semaphore_value(const struct semaphore *s)
{
    int32_t count = READ_ONCE(s->count);

    return count > 0 ? (uint32_t)count : 0;
}
