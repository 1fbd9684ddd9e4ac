/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arithmetic on free-running 32-bit ring indices. Indices wrap at 2^32, so
 * they are only ever subtracted or compared for equality. Pure; any context.
 * lib/. Source: xen/io/ring.h.
 */
#ifndef PITH_RINGIDX_H
#define PITH_RINGIDX_H

#include <pith/compiler.h>
#include <stdbool.h>

/* How many entries the producer is ahead of the consumer. */
static inline uint32_t ringidx_ahead(uint32_t prod, uint32_t cons)
{
    return prod - cons;
}

/* True if a peer's prod cannot be: more than limit entries ahead of cons. */
static inline bool ringidx_overflows(uint32_t prod, uint32_t cons,
                                     uint32_t limit)
{
    return prod - cons > limit;
}

/* True if moving the producer from old to new passes event, the index at which
 * the peer asked to be woken (RING_PUSH_*_AND_CHECK_NOTIFY). */
static inline bool ringidx_passes_event(uint32_t old, uint32_t new,
                                        uint32_t event)
{
    return (uint32_t)(new - event) < (uint32_t)(new - old);
}

#endif
