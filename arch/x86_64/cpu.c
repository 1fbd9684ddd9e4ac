/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptor tables and the data of each vCPU. Owns that of vCPU 0.
 * Source: SDM volume 3, "System Architecture Overview" and "Task Management".
 */

#include "private.h"
#include <pith/preempt.h>
#include <pith/room.h>
#include <pith/tls.h>

/* Available 64-bit TSS, present, ring 0. */
#define DESCRIPTOR_TSS 0x0000890000000000ull

_Static_assert(sizeof(struct cpu_tss) == 104, "SDM: 64-bit TSS");
_Static_assert(offsetof(struct cpu_tss, ist) == 36, "SDM: 64-bit TSS");
_Static_assert(offsetof(struct cpu, self) == 0, "this_cpu reads gs:0");
_Static_assert(offsetof(struct cpu, tss.ist) + 8 * (IST_INTERRUPT - 1) ==
                   CPU_INTERRUPT_STACK,
               "stubs.S reads it");

bool cpu_fsgsbase;
static struct cpu cpu_boot;
/* boot/'s entry fills it in. */
struct cpuid_result cpu_leaf_1;
_Static_assert(offsetof(struct cpuid_result, ecx) == 8, "entry.S");
/* All vectors of vCPU 0 until mm/ has guarded stacks: until then each is the
 * end of the system, so that one suffices. Double faults stay on it. */
static char early_stack[EXCEPTION_STACK_BYTES] __aligned(16);

static void gdt_fill(struct cpu *cpu)
{
    uint64_t base = (uint64_t)&cpu->tss, limit = sizeof(cpu->tss) - 1;

    cpu->gdt[SELECTOR_CODE / 8] = DESCRIPTOR_CODE;
    cpu->gdt[SELECTOR_DATA / 8] = DESCRIPTOR_DATA;
    cpu->gdt[SELECTOR_TSS / 8] = DESCRIPTOR_TSS | limit |
                                 (base & 0xffffff) << 16 |
                                 (base >> 24 & 0xff) << 56;
    cpu->gdt[SELECTOR_TSS / 8 + 1] = base >> 32;
}

static void stack_set(struct cpu *cpu, unsigned number, void *top)
{
    if (top)
        cpu->tss.ist[number - 1] = (uint64_t)top;
}

void cpu_set_stacks(struct cpu *cpu, const struct cpu_stacks *stacks)
{
    stack_set(cpu, IST_EXCEPTION, stacks->exception_top);
    stack_set(cpu, IST_DOUBLE_FAULT, stacks->double_fault_top);
    stack_set(cpu, IST_NMI, stacks->nmi_top);
    stack_set(cpu, IST_INTERRUPT, stacks->interrupt_top);
}

/* The segment registers keep what boot/ loaded: the selectors mean the same
 * in the new table. */
void cpu_init(struct cpu *cpu)
{
    struct table_pointer gdt = {sizeof(cpu->gdt) - 1, (uint64_t)cpu->gdt};

    cpu->self = cpu;
    cpu->preempt = PREEMPT_NOT_DUE;
    cpu->tss.io_map_offset = sizeof(cpu->tss);
    gdt_fill(cpu);
    __asm__ volatile("lgdt %0" : : "m"(gdt));
    __asm__ volatile("ltr %w0" : : "r"(SELECTOR_TSS) : "memory");
    arch_idt_load();
    msr_write(MSR_GS_BASE, (uint64_t)cpu);
}

void cpu_stop(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

static int arch_init(void)
{
    char *top = early_stack + sizeof(early_stack);
    struct cpu_stacks stacks = {top, top, top, top};

    arch_idt_init();
    cpu_set_stacks(&cpu_boot, &stacks);
    cpu_init(&cpu_boot);
    return 0;
}

ROOM("020", arch, arch_init, 0);
