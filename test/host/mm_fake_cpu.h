/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In place of pith/cpu.h, preempt.h and spinlock.h (flags: -include) in tests
 * of the heap: each thread of the test is a vCPU, locks spin. Checks that locks
 * and preempt_disable are in turn.
 */
#ifndef PITH_CPU_H
#define PITH_CPU_H
#define PITH_PREEMPT_H
#define PITH_SPINLOCK_H

#include <assert.h>
#include <pith/atomic.h>
#include <sched.h>

#define PREEMPT_NOT_DUE 0x80000000u

/* Where an upcall may come. */
#ifndef FAKE_UPCALL
#define FAKE_UPCALL() ((void)0)
#endif

struct cpu {
    uint32_t upcall_depth, preempt;
    void *heap;
};

extern _Thread_local struct cpu fake_cpu;
extern bool fake_interrupts; /* the test's: whether they are on */

#define cpu_read(field) (fake_cpu.field)

static inline struct cpu *this_cpu(void)
{
    return &fake_cpu;
}

static inline bool irq_enabled(void)
{
    return fake_interrupts;
}

static inline void preempt_disable(void)
{
    fake_cpu.preempt++;
}

static inline bool preempt_enable_is_due(void)
{
    assert(fake_cpu.preempt & ~PREEMPT_NOT_DUE);
    return --fake_cpu.preempt == 0;
}

static inline void preempt_give_way(void)
{
    fake_cpu.preempt |= PREEMPT_NOT_DUE;
}

static inline void preempt_enable(void)
{
    if (preempt_enable_is_due())
        preempt_give_way();
}

struct spinlock {
    uint32_t held;
};

static inline void spin_lock(struct spinlock *lock)
{
    preempt_disable();
    while (atomic_exchange(&lock->held, 1)) {
        FAKE_UPCALL();
        sched_yield();
    }
}

static inline void spin_unlock(struct spinlock *lock)
{
    assert(atomic_load(&lock->held));
    atomic_store(&lock->held, 0);
    preempt_enable();
}

#include "fake_irqsave.h"

#endif
