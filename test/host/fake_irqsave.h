/* SPDX-License-Identifier: BSD-2-Clause */
/* Locks that turn interrupts off, in tests where these are always on: on top of
 * a header that has spin_lock and spin_unlock. */
#ifndef FAKE_IRQSAVE_H
#define FAKE_IRQSAVE_H

static inline unsigned long spin_lock_irqsave(struct spinlock *lock)
{
    spin_lock(lock);
    return 0;
}

static inline void spin_unlock_irqrestore(struct spinlock *lock,
                                          unsigned long flags)
{
    spin_unlock(lock);
}

#endif
