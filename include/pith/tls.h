/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The base of the running thread's variables (FS), which changes with the
 * thread. Header only. arch/. Source: SDM volume 2, WRFSBASE; volume 4,
 * IA32_FS_BASE, which a Xen guest writes without an exit.
 */
#ifndef PITH_TLS_H
#define PITH_TLS_H

#include <pith/cpu.h>

#define CR4_FSGSBASE 0x10000
#define MSR_FS_BASE 0xc0000100

#ifndef __ASSEMBLY__

/* WRFSBASE exists, and each vCPU starts with CR4_FSGSBASE. boot/ sets it. */
extern bool cpu_fsgsbase;

/* Makes base the running thread's on this vCPU. Where that thread cannot be
 * left for another one, or base is its own. */
static inline void tls_load(void *base)
{
    if (likely(cpu_fsgsbase))
        __asm__ volatile("wrfsbase %0" : : "r"(base) : "memory");
    else
        msr_write(MSR_FS_BASE, (uint64_t)base);
}

#endif /* !__ASSEMBLY__ */
#endif
