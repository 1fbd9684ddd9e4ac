/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Floating-point and vector state, kept where a thread is preempted: elsewhere
 * switches are calls, and the ABI leaves nothing of it to keep but the control
 * words. arch/. Source: SDM volume 1, "Managing State Using the XSAVE Feature
 * Set".
 */
#ifndef PITH_FPU_H
#define PITH_FPU_H

#include <pith/compiler.h>
#include <stdbool.h>

/* Turns on what this vCPU has of x87, SSE, AVX and AVX-512. Each vCPU once,
 * the boot vCPU first. */
void fpu_init(void);

/* AVX2 may be used: boot/ writes what CPUID says, fpu_init whether its state
 * can be kept. Constant from then on. */
extern bool fpu_avx2;

#define FPU_ALIGN 64
/* Size of what fpu_save writes. */
size_t fpu_bytes(void);
/* Saves to and loads from area, which is aligned to FPU_ALIGN. */
void fpu_save(void *area);
void fpu_load(const void *area);

#endif
