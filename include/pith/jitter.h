/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much chance there is in the durations of one and the same work, a low
 * estimate. Pure; the owner locks. lib/.
 * Source: the most-common-value and lag estimates of NIST SP 800-90B.
 */
#ifndef PITH_JITTER_H
#define PITH_JITTER_H

#include <pith/compiler.h>

#define JITTER_BATCH 256
#define JITTER_LAGS 16
#define JITTER_BATCH_BITS 32 /* what a good batch is taken for */

/* All zero: at the start of a batch. */
struct jitter {
    unsigned count;
    uint64_t recent[JITTER_LAGS];
    uint16_t hits[JITTER_LAGS]; /* [n]: as the duration n + 1 before */
    uint16_t values[256];       /* how often, by the low eight bits */
};

/* Counts a duration. After each JITTER_BATCH of them it says what the batch
 * was worth: JITTER_BATCH_BITS, or 0; at all other times 0. */
unsigned jitter_add(struct jitter *j, uint64_t duration);

#endif
