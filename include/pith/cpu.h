/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPU: interrupt state, per-vCPU data, CPUID, MSRs, TSC. arch/.
 * Any context unless said otherwise.
 */
#ifndef PITH_CPU_H
#define PITH_CPU_H

/* Selectors, the same in boot/'s descriptor table and in the final one. */
#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10
#define SELECTOR_TSS 0x18
/* Their flat descriptors: 64-bit code, data; present, accessed, ring 0. */
#define DESCRIPTOR_CODE 0x00af9b000000ffff
#define DESCRIPTOR_DATA 0x00cf93000000ffff

/* Offset in struct cpu of the top of the stack that interrupts enter on. */
#define CPU_INTERRUPT_STACK 164

#define RFLAGS_IF 0x200 /* interrupts are enabled */

#define CPUID_FEATURES_ECX_XSAVE (1 << 26)
#define CR4_OSXSAVE (1 << 18)

#ifndef __ASSEMBLY__

#include <pith/compiler.h>
#include <stdbool.h>

#define CPU_MAX 128

/* SDM volume 3, "Task Management in 64-bit Mode". */
struct cpu_tss {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7]; /* ist[0] is what the manual calls IST1 */
    uint64_t reserved2;
    uint16_t reserved3, io_map_offset;
} __packed;

/* One per vCPU, reached through GS. Only the vCPU itself writes its fields. */
struct cpu {
    struct cpu *self;      /* first: read as gs:0 */
    uint32_t id;           /* vCPU number, 0 is the boot vCPU */
    uint32_t upcall_depth; /* > 0 while an upcall handler runs */
    uint32_t preempt;      /* pith/preempt.h */
    uint32_t reserved;
    void *thread;       /* kernel/: the running thread */
    void *sched;        /* kernel/: this vCPU's run queue */
    void *evtchn;       /* xen/: this vCPU's event channel state */
    void *heap;         /* mm/: this vCPU's free objects */
    void *trace;        /* kernel/: this vCPU's trace ring */
    uint64_t gdt[5];    /* arch/: null, code, data, TSS (two slots) */
    struct cpu_tss tss; /* arch/: where vectors find their stacks */
    uint64_t counters;  /* from vCPU 0's counters to this one's, in bytes */
};

/* What vectors run on: the address above each stack, 16-byte aligned. Each
 * kind has its own, since a vector that arrives while its stack is in use
 * would start at the top again and destroy what it interrupted. */
struct cpu_stacks {
    void *exception_top;
    void *double_fault_top; /* also for a fault on exception's stack */
    void *nmi_top;          /* NMI and machine check */
    void *interrupt_top;    /* vectors from 0x20 on: entry only */
};
#define EXCEPTION_STACK_BYTES 8192
#define INTERRUPT_STACK_BYTES 4096

/* Loads descriptor tables, GS and the IDT on the vCPU that runs it, which must
 * do so before it takes any vector. cpu is taken for ever: zeroed, but for id
 * and what cpu_set_stacks set. Interrupts off. */
void cpu_init(struct cpu *cpu);
/* Sets the stacks of cpu, NULL: keeps the one it has. Before cpu_init, or on
 * cpu itself with interrupts off and no vector running. The stacks are taken
 * until replaced. */
void cpu_set_stacks(struct cpu *cpu, const struct cpu_stacks *stacks);

static inline struct cpu *this_cpu(void)
{
    struct cpu *cpu;

    __asm__ volatile("mov %%gs:0, %0" : "=r"(cpu));
    return cpu;
}

/* One field of this vCPU's struct cpu, by one instruction: right even where the
 * thread may be preempted and go on elsewhere. 32 or 64 bits. */
#define cpu_read(field) \
    ({ \
        __typeof__(this_cpu()->field) value_; \
        __asm__ volatile("mov %%gs:%c1, %0" \
                         : "=r"(value_) \
                         : "i"(offsetof(struct cpu, field))); \
        value_; \
    })

/* The same, written. Interrupts or preemption off. */
#define cpu_write(field, value) \
    __asm__ volatile("mov %0, %%gs:%c1" \
                     : \
                     : "r"((__typeof__(this_cpu()->field))(value)), \
                       "i"(offsetof(struct cpu, field)) \
                     : "memory")

/* Disables maskable interrupts; the result goes to irq_restore. */
static inline unsigned long irq_save(void)
{
    unsigned long flags;

    __asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
    return flags;
}

static inline void irq_restore(unsigned long flags)
{
    if (likely(flags & RFLAGS_IF))
        __asm__ volatile("sti" : : : "memory");
}

static inline bool irq_enabled(void)
{
    unsigned long flags;

    __asm__ volatile("pushfq; popq %0" : "=r"(flags));
    return flags & RFLAGS_IF;
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

/* What a vCPU other than the boot vCPU starts with, for the registers of
 * xen/hvm/hvm_vcpu.h: cpu_start_secondary (rip) with rsp, and cpu in rdi, runs
 * cpu_init and then entry(), from rsi, which must not return. The control
 * registers are those of the vCPU that asks. */
struct cpu_control {
    uint64_t cr0, cr3, cr4, efer;
};
void cpu_get_control(struct cpu_control *out);
void cpu_start_secondary(void);

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

/* Leaf 1, "Version Information and Features", read once, at entry. */
extern struct cpuid_result cpu_leaf_1;
static inline const struct cpuid_result *cpu_features(void)
{
    return &cpu_leaf_1;
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

#endif /* !__ASSEMBLY__ */
#endif
