/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutexes for threads: not recursive. Who asks for a free one gets it at once,
 * before those that have just been woken for it; but one that was woken in
 * vain is promised it, and is the next. kernel/.
 */
#ifndef PITH_MUTEX_H
#define PITH_MUTEX_H

#include <pith/waitq.h>

struct mutex {
    uint32_t state; /* 0 free, 1 held, 2 wanted, 3 promised */
    struct thread *owner;
    struct waitq waiters;
};

#define MUTEX_INIT(name) \
    { \
        0, NULL, WAITQ_INIT((name).waiters) \
    }

void mutex_init(struct mutex *m);
/* Blocks until it is free. Thread context. */
void mutex_lock(struct mutex *m);
/* The same up to a deadline, in clock_monotonic_ns() time or DEADLINE_NEVER.
 * 0, or -XEN_ETIME. */
int mutex_lock_until(struct mutex *m, uint64_t deadline_ns);
/* 0 or -XEN_EBUSY; never blocks. Thread context. */
int mutex_trylock(struct mutex *m);
/* Only the holder. m is borrowed until this returns: somebody else that has it
 * by then must not free it yet. */
void mutex_unlock(struct mutex *m);
/* True if the running thread holds it. */
bool mutex_is_mine(const struct mutex *m);

#endif
