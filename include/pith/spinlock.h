/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spin locks for short sections. Only between vCPUs and against upcalls: a
 * thread that waits for another thread uses a wait queue or a mutex. Header
 * only. arch/.
 */
#ifndef PITH_SPINLOCK_H
#define PITH_SPINLOCK_H

#include <pith/atomic.h>
#include <pith/cpu.h>

struct spinlock {
    uint32_t held;
};

#define SPINLOCK_INIT \
    { \
        0 \
    }

/* For data that no upcall touches. The holder must not block. */
static inline void spin_lock(struct spinlock *lock)
{
    if (likely(!atomic_exchange(&lock->held, 1)))
        return;
    do
        while (READ_ONCE(lock->held))
            cpu_relax();
    while (atomic_exchange(&lock->held, 1));
}

static inline void spin_unlock(struct spinlock *lock)
{
    atomic_store(&lock->held, 0);
}

/* For data that upcalls touch too: interrupts are off while it is held. */
static inline unsigned long spin_lock_irqsave(struct spinlock *lock)
{
    unsigned long flags = irq_save();

    spin_lock(lock);
    return flags;
}

static inline void spin_unlock_irqrestore(struct spinlock *lock,
                                          unsigned long flags)
{
    spin_unlock(lock);
    irq_restore(flags);
}

#endif
