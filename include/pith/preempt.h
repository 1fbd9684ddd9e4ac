/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Preemption: a thread may be left for another one, and go on on another vCPU,
 * wherever interrupts are on and this counter is 0. Header only. arch/.
 */
#ifndef PITH_PREEMPT_H
#define PITH_PREEMPT_H

#include <pith/cpu.h>

/* cpu->preempt counts the disables that are open, plus this as long as no
 * other thread is due: 0 says in one test that it is time to give way. */
#define PREEMPT_NOT_DUE 0x80000000u

/* What gives way; kernel/ sets it. Called with preemption on; interrupts may
 * be off, and then it leaves things as they are. */
extern void (*preempt_give_way)(void);

struct trap_frame;

/* What gives way at the end of an upcall, on the interrupted stack, where
 * cpu->preempt is 0, with the frame of what was interrupted; kernel/ sets it.
 * Interrupts off; keeps all registers that the upcall does not, floating point
 * included. */
extern void (*preempt_interrupted)(struct trap_frame *frame);

/* From here to the matching enable the thread stays on its vCPU. Nests. */
static inline void preempt_disable(void)
{
    __asm__ volatile("incl %%gs:%c0"
                     :
                     : "i"(offsetof(struct cpu, preempt))
                     : "memory", "cc");
}

/* Ends a disable. True: the caller must call preempt_give_way. For paths that
 * have something to return and would rather end with that call. */
static inline bool preempt_enable_is_due(void)
{
    bool due;

    __asm__ volatile("decl %%gs:%c1"
                     : "=@ccz"(due)
                     : "i"(offsetof(struct cpu, preempt))
                     : "memory");
    return due;
}

/* Ends a disable; gives way at once if that is due. */
static inline void preempt_enable(void)
{
    if (unlikely(preempt_enable_is_due()))
        preempt_give_way();
}

/* Says, or takes back, that another thread is due. Interrupts off. */
static inline void preempt_set_due(void)
{
    __asm__ volatile("andl %0, %%gs:%c1"
                     :
                     : "i"(~PREEMPT_NOT_DUE), "i"(offsetof(struct cpu, preempt))
                     : "memory", "cc");
}

static inline void preempt_clear_due(void)
{
    __asm__ volatile("orl %0, %%gs:%c1"
                     :
                     : "i"(PREEMPT_NOT_DUE), "i"(offsetof(struct cpu, preempt))
                     : "memory", "cc");
}

/* Gives way if that is due: after a wake, say. */
static inline void preempt_check(void)
{
    if (unlikely(!cpu_read(preempt)))
        preempt_give_way();
}

#endif
