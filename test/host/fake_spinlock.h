/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of pith/spinlock.h (flags: -include): a host program may not turn
 * interrupts off. Checks that locks are taken and released in turn. */
#ifndef PITH_SPINLOCK_H
#define PITH_SPINLOCK_H

#include <assert.h>
#include <pith/atomic.h>

struct spinlock {
    unsigned held;
};

#define SPINLOCK_INIT \
    { \
        0 \
    }

static inline void spin_lock(struct spinlock *lock)
{
    assert(!lock->held++);
}

static inline void spin_unlock(struct spinlock *lock)
{
    assert(lock->held--);
}

#include "fake_irqsave.h"

static inline void preempt_disable(void)
{
}

static inline void preempt_enable(void)
{
}

static inline void preempt_check(void)
{
}

#define spin_lock_raw spin_lock
#define spin_unlock_raw spin_unlock

#endif
