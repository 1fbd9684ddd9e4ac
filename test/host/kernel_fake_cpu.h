/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands in for <pith/cpu.h> in host tests of kernel/: one vCPU whose
 * interrupts are a flag, and whose idle instruction calls fake_idle.
 */
#ifndef PITH_CPU_H
#define PITH_CPU_H

#include <pith/compiler.h>
#include <stdbool.h>

#define PITH_PREEMPT_H /* there is one vCPU, and nothing preempts */
static inline void preempt_disable(void)
{
}

static inline void preempt_enable(void)
{
}

static inline void preempt_check(void)
{
}

#define PITH_TLS_H /* the host's own must stay */
static void *fake_tls_base;
static inline void tls_load(void *base)
{
    fake_tls_base = base;
}

static inline void preempt_set_due(void)
{
}

static inline void preempt_clear_due(void)
{
}

#define PREEMPT_NOT_DUE 0x80000000u
__attribute__((unused)) static void (*preempt_give_way)(void);
struct trap_frame;
__attribute__((unused)) static void (*preempt_interrupted)(
    struct trap_frame *frame);

struct cpu {
    uint32_t id, upcall_depth, preempt;
    void *thread, *sched, *trace;
    uint64_t counters;
};
#define CPU_MAX 128
#define cpu_read(field) (this_cpu()->field)
#define cpu_write(field, value) ((void)(this_cpu()->field = (value)))

static struct cpu fake_cpu;
static bool fake_interrupts = true;

/* The test's: what happens while the vCPU sleeps. */
static void fake_idle(void);

static inline struct cpu *this_cpu(void)
{
    return &fake_cpu;
}

/* Time as the TSC tells it: one tick a reading. */
static uint64_t fake_tsc = 1;

static inline uint64_t tsc_read(void)
{
    return fake_tsc++;
}

static inline unsigned long irq_save(void)
{
    unsigned long flags = fake_interrupts ? 0x200 : 0;

    fake_interrupts = false;
    return flags;
}

static inline void irq_restore(unsigned long flags)
{
    fake_interrupts |= (flags & 0x200) != 0;
}

static inline bool irq_enabled(void)
{
    return fake_interrupts;
}

static inline void irq_enable(void)
{
    fake_interrupts = true;
}

static inline void irq_disable(void)
{
    fake_interrupts = false;
}

static inline void cpu_wait_for_interrupt(void)
{
    fake_cpu.upcall_depth++;
    fake_idle();
    fake_cpu.upcall_depth--;
    fake_interrupts = true;
}

static inline void cpu_relax(void)
{
}

/* In place of arch/'s: with one vCPU no lock is ever waited for. */
struct spinlock;
void spin_wait(struct spinlock *lock);
__attribute__((weak)) void spin_wait(struct spinlock *lock)
{
    __builtin_trap();
}

#endif
