/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPU: interrupt state, per-vCPU data, CPUID, MSRs, TSC. arch/.
 * Any context unless said otherwise.
 */
#ifndef PITH_CPU_H
#define PITH_CPU_H

#include <pith/compiler.h>
#include <stdbool.h>

#define CPU_MAX 128

/* One per vCPU, reached through GS. Only the vCPU itself writes its fields. */
struct cpu {
    struct cpu *self;      /* first: read as gs:0 */
    uint32_t id;           /* vCPU number, 0 is the boot vCPU */
    uint32_t upcall_depth; /* > 0 while an upcall handler runs */
    void *thread;          /* kernel/: the running thread */
    void *sched;           /* kernel/: this vCPU's run queue */
    void *evtchn;          /* xen/: this vCPU's event channel state */
};

static inline struct cpu *this_cpu(void)
{
    struct cpu *cpu;

    __asm__ volatile("mov %%gs:0, %0" : "=r"(cpu));
    return cpu;
}

/* Disables maskable interrupts; the result goes to irq_restore. */
static inline unsigned long irq_save(void)
{
    unsigned long flags;

    __asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
    return flags;
}

static inline void irq_restore(unsigned long flags)
{
    if (flags & 0x200)
        __asm__ volatile("sti" : : : "memory");
}

static inline bool irq_enabled(void)
{
    unsigned long flags;

    __asm__ volatile("pushfq; popq %0" : "=r"(flags));
    return flags & 0x200;
}

static inline void irq_enable(void)
{
    __asm__ volatile("sti" : : : "memory");
}

static inline void irq_disable(void)
{
    __asm__ volatile("cli" : : : "memory");
}

/* With interrupts disabled: enables them and sleeps until the next one. STI's
 * shadow closes the window between the two. Returns with them enabled. */
static inline void cpu_wait_for_interrupt(void)
{
    __asm__ volatile("sti; hlt" : : : "memory");
}

static inline void cpu_relax(void)
{
    __asm__ volatile("pause" : : : "memory");
}

/* Stops this vCPU for ever. */
void cpu_stop(void) __attribute__((noreturn));

struct cpuid_result {
    uint32_t eax, ebx, ecx, edx;
};

/* Under Xen each call is an exit (6,000 instructions here): keep results. */
static inline struct cpuid_result cpuid(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_result r;

    __asm__ volatile("cpuid"
                     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                     : "a"(leaf), "c"(subleaf));
    return r;
}

static inline uint64_t msr_read(uint32_t msr)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t msr, uint64_t value)
{
    __asm__ volatile("wrmsr"
                     :
                     : "c"(msr), "a"((uint32_t)value),
                       "d"((uint32_t)(value >> 32))
                     : "memory");
}

/* Not RDTSCP: it need not exist, and some hosts crash a guest that uses it. */
static inline uint64_t tsc_read(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static inline void port_write8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t port_read8(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

#endif
