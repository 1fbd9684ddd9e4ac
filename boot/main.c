/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds Xen, has it fill the hypercall page, fills boot_info, leaves for
 * kernel/. Owns boot_info. Runs once, interrupts off, on the boot stack.
 * Source: xen/arch-x86/cpuid.h.
 */

#include "private.h"
#include <pith/cpu.h>
#include <pith/cpurandom.h>
#include <pith/fpu.h>
#include <pith/tls.h>
#include <xen/arch-x86/cpuid.h>

/* SDM volume 2, CPUID: leaf 7, EBX. */
#define FEATURE_7_FSGSBASE (1u << 0)
#define FEATURE_7_AVX2 (1u << 5)
#define EXTENDED_FEATURE_1G_LEAVES (1u << 26)

/* Another hypervisor's interface that Xen offers beside its own (Viridian)
 * comes first, and moves Xen's up in these steps. */
#define XEN_CPUID_STEP 0x100
#define XEN_CPUID_END 0x40010000

#define COM1 0x3f8
#define COM1_LINE_STATUS (COM1 + 5)
#define LINE_STATUS_EMPTY 0x20

struct boot_info boot_info;

/* 0 if there is no Xen. */
static uint32_t xen_find(void)
{
    uint32_t base = XEN_CPUID_FIRST_LEAF;

    for (; base < XEN_CPUID_END; base += XEN_CPUID_STEP) {
        struct cpuid_result r = cpuid(base, 0);

        if (r.ebx == XEN_CPUID_SIGNATURE_EBX &&
            r.ecx == XEN_CPUID_SIGNATURE_ECX &&
            r.edx == XEN_CPUID_SIGNATURE_EDX && r.eax >= base + 2)
            return base;
    }
    return 0;
}

/* EBX of the third leaf names an MSR; writing a page's address (a page number
 * of 0 in the low bits) makes Xen fill that page. */
static void hypercall_page_install(uint32_t xen_base)
{
    uint32_t msr = cpuid(xen_base + 2, 0).ebx;

    msr_write(msr, image_paddr(hypercall_page));
}

/* Where nobody else listens: the first serial port of a PC. */
static void __attribute__((noreturn)) stop_without_xen(void)
{
    static const char text[] =
        "pith: not running on Xen: this image is a Xen PVH guest, start it "
        "with xl (type=\"pvh\", kernel=\"...\")\r\n";

    for (const char *c = text; *c; c++) {
        for (int tries = 0; tries < 100000; tries++)
            if (port_read8(COM1_LINE_STATUS) & LINE_STATUS_EMPTY)
                break;
        port_write8(COM1, (uint8_t)*c);
    }
    cpu_stop();
}

void boot_main(uint64_t start_info_paddr, uint32_t extended_features,
               uint32_t features_7)
{
    cpu_random_start(features_7);
    boot_info.xen_cpuid_base = xen_find();
    if (!boot_info.xen_cpuid_base)
        stop_without_xen();
    hypercall_page_install(boot_info.xen_cpuid_base);
    early_panic_init();
    fpu_avx2 = features_7 & FEATURE_7_AVX2;
    cpu_fsgsbase = features_7 & FEATURE_7_FSGSBASE;
    boot_info.leaves_1g = extended_features & EXTENDED_FEATURE_1G_LEAVES;
    start_info_read(start_info_paddr, &boot_info);
    kernel_start();
}
