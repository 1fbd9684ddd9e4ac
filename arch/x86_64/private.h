/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of arch/x86_64 share. */
#ifndef ARCH_PRIVATE_H
#define ARCH_PRIVATE_H

#include <pith/compiler.h>
#include <pith/vectors.h>

/* SDM volume 4, "Model-Specific Registers". */
enum {
    MSR_APIC_BASE = 0x1b,
    MSR_X2APIC_EOI = 0x80b,
    MSR_X2APIC_SPURIOUS = 0x80f,
    MSR_GS_BASE = 0xc0000101,
};

/* Which of cpu_stacks a vector uses: an index of the TSS's IST, from 1. */
enum { IST_EXCEPTION = 1, IST_DOUBLE_FAULT, IST_NMI, IST_INTERRUPT };

/* The operand of LGDT and LIDT. */
struct table_pointer {
    uint16_t limit;
    uint64_t base;
} __packed;

/* stubs.S: entry n is at arch_stubs + n * ARCH_STUB_BYTES. */
extern char arch_stubs[];
#define ARCH_STUB_BYTES 9

/* Called by stubs.S on the stack of the vector. */
void arch_dispatch(struct trap_frame *frame);

/* Fills the IDT that all vCPUs share, once; loads it on this vCPU. */
void arch_idt_init(void);
void arch_idt_load(void);

/* switch.S: where a context starts that never ran. */
void arch_context_start(void);

#endif
