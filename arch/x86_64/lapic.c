/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enables the local APIC and ends its interrupts. Owns how it is reached.
 * Source: SDM volume 3, "Advanced Programmable Interrupt Controller".
 */

#include "private.h"
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/lapic.h>

#define CPUID_FEATURES_ECX_X2APIC (1u << 21)

#define APIC_BASE_X2APIC (1u << 10)
#define APIC_BASE_ENABLE (1u << 11)

/* Byte offsets in the xAPIC page. */
enum { XAPIC_EOI = 0xb0, XAPIC_SPURIOUS = 0xf0 };

#define SPURIOUS_VECTOR 0xff
#define SPURIOUS_ENABLE (1u << 8)

/* NULL: x2APIC. Written once at boot, the same on every vCPU. */
static volatile char *xapic_page;

static void xapic_write(unsigned offset, uint32_t value)
{
    *(volatile uint32_t *)(xapic_page + offset) = value;
}

/* The APIC raises this one when an interrupt went away; it wants no EOI. */
static void ignore_spurious(struct trap_frame *frame)
{
}

int lapic_enable(volatile void *xapic)
{
    uint64_t base;

    vector_set_handler(SPURIOUS_VECTOR, ignore_spurious);
    if (cpu_features()->ecx & CPUID_FEATURES_ECX_X2APIC) {
        base = msr_read(MSR_APIC_BASE);
        /* From disabled to x2APIC leads only by way of xAPIC. */
        if (!(base & APIC_BASE_ENABLE))
            msr_write(MSR_APIC_BASE, base | APIC_BASE_ENABLE);
        msr_write(MSR_APIC_BASE, base | APIC_BASE_ENABLE | APIC_BASE_X2APIC);
        msr_write(MSR_X2APIC_SPURIOUS, SPURIOUS_ENABLE | SPURIOUS_VECTOR);
        return 0;
    }
    if (!xapic)
        return -XEN_EINVAL;
    xapic_page = xapic;
    msr_write(MSR_APIC_BASE, msr_read(MSR_APIC_BASE) | APIC_BASE_ENABLE);
    xapic_write(XAPIC_SPURIOUS, SPURIOUS_ENABLE | SPURIOUS_VECTOR);
    return 0;
}

void lapic_eoi(void)
{
    if (xapic_page)
        xapic_write(XAPIC_EOI, 0);
    else
        msr_write(MSR_X2APIC_EOI, 0);
}
