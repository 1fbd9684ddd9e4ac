/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures how long the same short work takes, again and again: caches,
 * translation buffers, memory, the other hardware thread and what Xen does
 * beside it make the durations differ. lib/ judges what that is worth.
 */

#include "private.h"
#include <pith/cpu.h>
#include <pith/drbg.h>
#include <pith/errno.h>
#include <pith/heap.h>

#define WALK_BYTES 32768u /* as large as a first-level cache */
#define STEPS 64

/* Where it goes next depends on what it finds, and it changes what it finds:
 * nothing can be fetched ahead or left out. */
static uint32_t walk(uint8_t *memory, uint32_t at)
{
    for (int i = 0; i < STEPS; i++) {
        at = at * 1664525 + memory[at % WALK_BYTES] + 1013904223;
        memory[at % WALK_BYTES] += (uint8_t)(at >> 24);
    }
    return at;
}

int noise_gather(struct noise *noise, uint32_t durations[JITTER_BATCH],
                 unsigned *out_bits)
{
    uint8_t *memory = heap_zalloc(WALK_BYTES);
    uint64_t start;

    if (!memory)
        return -XEN_ENOMEM;
    *out_bits = 0;
    for (unsigned i = 0; i < JITTER_BATCH; i++) {
        start = tsc_read();
        noise->at = walk(memory, noise->at);
        durations[i] = (uint32_t)(tsc_read() - start);
        *out_bits += jitter_add(&noise->jitter, durations[i]);
    }
    drbg_wipe(memory, WALK_BYTES);
    heap_free(memory);
    return 0;
}
