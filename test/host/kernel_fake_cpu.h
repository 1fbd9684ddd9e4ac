/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands in for <pith/cpu.h> in host tests of kernel/: one vCPU whose
 * interrupts are a flag, and whose idle instruction calls fake_idle.
 */
#ifndef PITH_CPU_H
#define PITH_CPU_H

#include <pith/compiler.h>
#include <stdbool.h>

struct cpu {
    uint32_t id, upcall_depth;
    void *thread, *sched;
};

static struct cpu fake_cpu;
static bool fake_interrupts = true;

/* The test's: what happens while the vCPU sleeps. */
static void fake_idle(void);

static inline struct cpu *this_cpu(void)
{
    return &fake_cpu;
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

#endif
