/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's source of random numbers. Only kernel/random.c's generator
 * uses it directly: everybody else wants that (pith/random.h). arch/.
 * Source: SDM volume 1, "Random Number Generator Instructions".
 */
#ifndef PITH_CPURANDOM_H
#define PITH_CPURANDOM_H

#include <pith/compiler.h>
#include <stdbool.h>

/* Keeps from EBX of CPUID leaf 7 whether there is RDSEED, and draws this boot's
 * stack canary. Once, first of all, by a function that never returns. */
void cpu_random_start(uint32_t features_7);
/* Stores a word of RDSEED's, or of RDRAND's where that has none. False: the
 * CPU shows neither, or both failed. Any context. */
bool cpu_random(uint64_t *out);

#endif
