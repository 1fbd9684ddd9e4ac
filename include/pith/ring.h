/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frontend half of a shared ring, with every check on the peer. xen/.
 * Source: xen/io/ring.h.
 *
 * Slots are copied, never parsed in place. An index from the peer that cannot
 * be marks the ring broken: from then on every call says -XEN_EIO and the
 * driver disconnects. The caller locks. Any context.
 */
#ifndef PITH_RING_H
#define PITH_RING_H

#include <pith/compiler.h>
#include <stdbool.h>

struct front_ring {
    void *shared;        /* the granted page(s); peer writes it */
    uint32_t size;       /* slots, a power of two */
    uint32_t slot_bytes; /* size of the union of request and response */
    uint32_t req_prod;   /* private producer */
    uint32_t rsp_cons;   /* private consumer */
    uint32_t pushed;     /* req_prod as last published */
    bool broken;
};

/* Zeroes bytes (a multiple of PAGE_SIZE) at shared and lays out a ring with
 * slots of slot_bytes there. */
void front_ring_init(struct front_ring *ring, void *shared, size_t bytes,
                     uint32_t slot_bytes);
/* Slots that a request can still be put into. */
uint32_t front_ring_free(const struct front_ring *ring);
/* Where the next request is written (request_bytes <= slot_bytes are copied
 * from request), and the private producer moves on. front_ring_free() > 0. */
void front_ring_put(struct front_ring *ring, const void *request,
                    size_t request_bytes);
/* Publishes what was put. True if the peer asked to be notified. */
bool front_ring_push(struct front_ring *ring);
/* Copies the next response into response. Returns 1, 0 when there is none, or
 * -XEN_EIO when the peer's index cannot be. */
int front_ring_get(struct front_ring *ring, void *response,
                   size_t response_bytes);
/* Whether the peer has moved its index: a response may be there. For an event's
 * handler, which need not hold the caller's lock. */
bool front_ring_moved(const struct front_ring *ring);
/* Asks for an event once "after" responses more than those taken are there (1:
 * the next one). Returns 0; 1 if they are there already, so that no event will
 * come (the caller drains and arms again); or -XEN_EIO. */
int front_ring_arm(struct front_ring *ring, uint32_t after);

#endif
