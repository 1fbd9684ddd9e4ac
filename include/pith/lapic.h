/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Local APIC: only what the per-vCPU upcall vector needs. x2APIC by MSR where
 * the CPU has it, the xAPIC page otherwise. arch/.
 * Source: SDM volume 3, "Advanced Programmable Interrupt Controller".
 */
#ifndef PITH_LAPIC_H
#define PITH_LAPIC_H

#include <pith/compiler.h>

#define LAPIC_PADDR 0xfee00000ul

/* Enables this vCPU's local APIC. xapic is where mm/ mapped LAPIC_PADDR
 * uncached; unused in x2APIC mode (may then be NULL). Returns 0, or -XEN_EINVAL
 * if xapic is needed and NULL. Thread context, once a vCPU. */
int lapic_enable(volatile void *xapic);
/* Ends the interrupt being served. Upcall context. */
void lapic_eoi(void);

#endif
