/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linked into a program with --wrap=front_ring_init: all rings begin shortly
 * before 2^32, so that their indices wrap in honest traffic. Linux's backends
 * and the liar begin where a ring's indices are. Source: xen/io/ring.h.
 */
#include <pith/ring.h>
#include <xen/io/ring.h>

#define START ((uint32_t)-100)

DEFINE_RING_TYPES(any, uint8_t, uint8_t);

void __real_front_ring_init(struct front_ring *ring, void *shared, size_t bytes,
                            uint32_t slot_bytes);
void __wrap_front_ring_init(struct front_ring *ring, void *shared, size_t bytes,
                            uint32_t slot_bytes);

void __wrap_front_ring_init(struct front_ring *ring, void *shared, size_t bytes,
                            uint32_t slot_bytes)
{
    struct any_sring *header = shared;

    __real_front_ring_init(ring, shared, bytes, slot_bytes);
    ring->req_prod = ring->rsp_cons = ring->pushed = START;
    header->req_prod = header->rsp_prod = START;
    header->req_event = header->rsp_event = START + 1;
}
