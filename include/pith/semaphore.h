/* SPDX-License-Identifier: BSD-2-Clause */
/* Counting semaphores, first come first served. kernel/. */
#ifndef PITH_SEMAPHORE_H
#define PITH_SEMAPHORE_H

#include <pith/waitq.h>

struct semaphore {
    int32_t count;   /* below 0: as many wait */
    uint32_t passed; /* waiters.lock: posts whose waiter is not linked yet */
    struct waitq waiters;
};

/* value is at most INT32_MAX. */
#define SEMAPHORE_INIT(name, value) \
    { \
        value, 0, WAITQ_INIT((name).waiters) \
    }

void semaphore_init(struct semaphore *s, uint32_t value);
/* Takes one; blocks while there is none. Thread context. When it returns s is
 * the caller's to free, as far as the post that it took is concerned. */
void semaphore_wait(struct semaphore *s);
/* The same up to a deadline, in clock_monotonic_ns() time or DEADLINE_NEVER.
 * 0, or -XEN_ETIME. */
int semaphore_wait_until(struct semaphore *s, uint64_t deadline_ns);
/* 0 or -XEN_EAGAIN; never blocks. Any context. */
int semaphore_trywait(struct semaphore *s);
/* Gives one, which goes to the thread that has waited longest. Any context. The
 * sum of what was given and not taken must stay below 2^31. */
void semaphore_post(struct semaphore *s);
/* How many could be taken now. Any context. */
uint32_t semaphore_value(const struct semaphore *s);

#endif
