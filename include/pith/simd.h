/* SPDX-License-Identifier: BSD-2-Clause */
/* Which vector instructions a program's code may run. kernel/. */
#ifndef PITH_SIMD_H
#define PITH_SIMD_H

#include <stdbool.h>

/* Those of 32 bytes: the CPU has AVX2 and Xen lets its state be kept. The same
 * from before the first thread on; any context; no exit. */
bool simd_avx2(void);

#endif
