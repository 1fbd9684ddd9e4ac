/* SPDX-License-Identifier: BSD-2-Clause */
/* What a further vCPU inherits from the one that starts it. */

#include <pith/cpu.h>

#define MSR_EFER 0xc0000080
#define EFER_LMA (1ul << 10)

/* Xen refuses neither LMA nor its absence; the CPU sets it by itself. XSAVE is
 * turned on by each vCPU's fpu_init. */
void cpu_get_control(struct cpu_control *out)
{
    __asm__ volatile("mov %%cr0, %0" : "=r"(out->cr0));
    __asm__ volatile("mov %%cr3, %0" : "=r"(out->cr3));
    __asm__ volatile("mov %%cr4, %0" : "=r"(out->cr4));
    out->cr4 &= ~(uint64_t)CR4_OSXSAVE;
    out->efer = msr_read(MSR_EFER) | EFER_LMA;
}
