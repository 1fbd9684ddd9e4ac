/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Condition variables: a thread that holds a mutex waits until somebody has
 * changed what the mutex protects. kernel/.
 *
 * Use: while (!condition) cond_wait(&c, &m); and a signal after each change
 * that can make the condition true, made with the mutex held.
 */
#ifndef PITH_COND_H
#define PITH_COND_H

#include <pith/mutex.h>

struct cond {
    struct waitq waiters;
};

#define COND_INIT(name) \
    { \
        WAITQ_INIT((name).waiters) \
    }

void cond_init(struct cond *c);
/* Gives m back, blocks until signalled, takes m again; nothing between the
 * first two is missed. Thread context; the caller holds m. c is borrowed until
 * this returns. */
void cond_wait(struct cond *c, struct mutex *m);
/* The same up to a deadline, in clock_monotonic_ns() time or DEADLINE_NEVER.
 * 0, or -XEN_ETIME when it passed without a signal. m is held in both cases,
 * which may take longer than the deadline. */
int cond_wait_until(struct cond *c, struct mutex *m, uint64_t deadline_ns);
/* The same, interruptible (pith/interrupt.h): or -XEN_EINTR. */
int cond_wait_interruptible(struct cond *c, struct mutex *m,
                            uint64_t deadline_ns);
/* Wake the thread that has waited longest / all. Any context; m need not be
 * held any more. */
void cond_signal(struct cond *c);
void cond_broadcast(struct cond *c);

#endif
