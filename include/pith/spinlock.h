/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spin locks for short sections. Only between vCPUs and against upcalls: a
 * thread that waits for another thread uses a wait queue or a mutex. Header
 * only. arch/.
 */
#ifndef PITH_SPINLOCK_H
#define PITH_SPINLOCK_H

#include <pith/atomic.h>
#include <pith/lockorder.h>
#include <pith/preempt.h>

struct spinlock {
    uint32_t held;
};

#define SPINLOCK_INIT \
    { \
        0 \
    }

/* Waits for a lock that is held. After some rounds it lets other vCPUs run in
 * place of this one, since Xen may have taken the holder's processor away. */
void spin_wait(struct spinlock *lock);
/* What it calls then; xen/ sets it. */
extern void (*spin_yield)(void);

/* Raw: where interrupts or preemption are off already, and stay so. */
static inline void spin_lock_raw(struct spinlock *lock)
{
    lock_order_take(lock, LOCK_SPIN, CODE_HERE);
    if (unlikely(atomic_exchange(&lock->held, 1)))
        spin_wait(lock);
}

static inline void spin_unlock_raw(struct spinlock *lock)
{
    lock_order_drop(lock, LOCK_SPIN);
    atomic_store(&lock->held, 0);
}

/* For data that no upcall touches. The holder is not preempted and must not
 * block. */
static inline void spin_lock(struct spinlock *lock)
{
    preempt_disable();
    spin_lock_raw(lock);
}

static inline void spin_unlock(struct spinlock *lock)
{
    spin_unlock_raw(lock);
    preempt_enable();
}

/* For data that upcalls touch too: interrupts are off while it is held. */
static inline unsigned long spin_lock_irqsave(struct spinlock *lock)
{
    unsigned long flags = irq_save();

    spin_lock_raw(lock);
    return flags;
}

static inline void spin_unlock_irqrestore(struct spinlock *lock,
                                          unsigned long flags)
{
    spin_unlock_raw(lock);
    irq_restore(flags);
}

#endif
