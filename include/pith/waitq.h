/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wait queues: the one way in which threads block. kernel/.
 *
 * Use: WAITQ_WAIT_UNTIL(&q, cond, deadline), and a wake after each change that
 * can make cond true.
 */
#ifndef PITH_WAITQ_H
#define PITH_WAITQ_H

#include <pith/list.h>
#include <pith/spinlock.h>

struct waitq {
    struct spinlock lock; /* protects waiters; taken with interrupts off */
    struct list waiters;
};

#define WAITQ_INIT(name) \
    { \
        SPINLOCK_INIT, LIST_INIT((name).waiters) \
    }

void waitq_init(struct waitq *q);

struct waiter {
    struct list link;
    struct thread *thread;
    struct waitq *queue; /* from prepare to cancel */
    /* Called in place of waking thread: waitq_watch. */
    void (*notify)(struct waiter *w);
    uint32_t woken;
};

/*
 * Low level: prepare links w to q before the condition is tested; a block
 * blocks unless a wake came since; cancel ends each prepare, woken or not
 * (a w that was never prepared and has queue NULL is left alone). Thread
 * context.
 *
 * waitq_block_on waits for w alone. waitq_block waits for any of the waiters
 * that this thread has prepared: for poll and its like, which link to several
 * queues. Between prepare and block the thread may block elsewhere, on a mutex
 * say, and loses no wake by it.
 *
 * Both return 0, or -XEN_ETIME when the deadline passed first; deadline in
 * clock_monotonic_ns() time or DEADLINE_NEVER.
 */
void waitq_prepare(struct waitq *q, struct waiter *w);
int waitq_block_on(struct waiter *w, uint64_t deadline_ns);
int waitq_block(uint64_t deadline_ns);
void waitq_cancel(struct waiter *w);

/*
 * For w that was prepared: from now on the wake does not make the thread ready
 * but calls notify, once, at once if it has come already; until waitq_cancel,
 * which any thread may call. notify runs in the waker's context, in upcalls
 * too, with the queue's lock held and interrupts off; other queues it wakes by
 * waitq_wake_nested. For queues that are woken as a whole: who wakes one waiter
 * alone may hit one that no thread stands for.
 */
void waitq_watch(struct waiter *w, void (*notify)(struct waiter *w));
/* The same, interruptible (pith/interrupt.h): or -XEN_EINTR. */
int waitq_block_on_interruptible(struct waiter *w, uint64_t deadline_ns);
int waitq_block_interruptible(uint64_t deadline_ns);

/* Tests cond (an expression) until it holds: 0, or -XEN_ETIME. */
#define WAITQ_WAIT_UNTIL(q, cond, deadline_ns) \
    WAITQ_WAIT_BY(waitq_block_on, q, cond, deadline_ns)
/* The same, interruptible: or -XEN_EINTR, unless cond holds. */
#define WAITQ_WAIT_INTERRUPTIBLE(q, cond, deadline_ns) \
    WAITQ_WAIT_BY(waitq_block_on_interruptible, q, cond, deadline_ns)

/* What both are made of. */
#define WAITQ_WAIT_BY(block_on, q, cond, deadline_ns) \
    ({ \
        int wait_rc_ = 0; \
        while (!(cond)) { \
            struct waiter waiter_; \
            waitq_prepare(q, &waiter_); \
            if (cond) { \
                waitq_cancel(&waiter_); \
                break; \
            } \
            wait_rc_ = block_on(&waiter_, deadline_ns); \
            waitq_cancel(&waiter_); \
            if (wait_rc_ && !(cond)) \
                break; \
            wait_rc_ = 0; \
        } \
        wait_rc_; \
    })

/* Wake the first waiter / every waiter. Any context. */
void waitq_wake_one(struct waitq *q);
void waitq_wake_all(struct waitq *q);
/* waitq_wake_all for a notify function (waitq_watch). */
void waitq_wake_nested(struct waitq *q);

#endif
