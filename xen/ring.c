/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The frontend half of a shared ring. The peer can write all of the shared
 * page at any time: what counts is kept privately, each shared field is read
 * once, and responses are copied out. Pure. Source: xen/io/ring.h.
 */
#include <pith/atomic.h>
#include <pith/errno.h>
#include <pith/panic.h>
#include <pith/ring.h>
#include <pith/ringidx.h>
#include <pith/string.h>
#include <pith/trace.h>
#include <xen/io/ring.h>
#include <xen/xen.h>

/* The header of a ring of any kind; slots begin at ring. */
DEFINE_RING_TYPES(any, uint8_t, uint8_t);

static struct any_sring *header(const struct front_ring *ring)
{
    return ring->shared;
}

static void *slot(const struct front_ring *ring, uint32_t index)
{
    return (uint8_t *)header(ring)->ring +
           (size_t)(index & (ring->size - 1)) * ring->slot_bytes;
}

/* Responses that wait, or -XEN_EIO when there cannot be so many: the peer may
 * answer only what was published and is not answered yet. */
static long waiting(struct front_ring *ring)
{
    uint32_t prod = READ_ONCE(header(ring)->rsp_prod);

    if (ringidx_overflows(prod, ring->rsp_cons,
                          ringidx_ahead(ring->pushed, ring->rsp_cons)))
        ring->broken = true;
    if (ring->broken)
        return -XEN_EIO;
    return ringidx_ahead(prod, ring->rsp_cons);
}

void front_ring_init(struct front_ring *ring, void *shared, size_t bytes,
                     uint32_t slot_bytes)
{
    uint32_t fit = (bytes - offsetof(struct any_sring, ring)) / slot_bytes;

    ASSERT(fit);
    *ring = (struct front_ring){
        .shared = shared,
        .size = 1u << (31 - __builtin_clz(fit)), /* rounded down, as Xen's */
        .slot_bytes = slot_bytes,
    };
    memset(shared, 0, bytes);
    header(ring)->req_event = 1;
    header(ring)->rsp_event = 1;
}

uint32_t front_ring_free(const struct front_ring *ring)
{
    return ring->size - ringidx_ahead(ring->req_prod, ring->rsp_cons);
}

void front_ring_put(struct front_ring *ring, const void *request,
                    size_t request_bytes)
{
    ASSERT(request_bytes <= ring->slot_bytes && front_ring_free(ring));
    memcpy(slot(ring, ring->req_prod), request, request_bytes);
    ring->req_prod++;
}

TRACE_EVENT(traced_push, "ring %lx: %lu requests pushed");
TRACE_EVENT(traced_take, "ring %lx: response %lu taken");

bool front_ring_push(struct front_ring *ring)
{
    uint32_t old = ring->pushed;

    if (ring->broken || old == ring->req_prod)
        return false;
    /* The slots before the index; with the backend's barrier between reading
     * req_prod and the slots. */
    barrier_write();
    WRITE_ONCE(header(ring)->req_prod, ring->req_prod);
    ring->pushed = ring->req_prod;
    trace(traced_push, ring->shared, ring->pushed - old);
    /* With the backend's between setting req_event and checking for requests
     * once more (RING_FINAL_CHECK_FOR_REQUESTS): one of both sees the other. */
    barrier_full();
    return ringidx_passes_event(old, ring->pushed,
                                READ_ONCE(header(ring)->req_event));
}

int front_ring_get(struct front_ring *ring, void *response,
                   size_t response_bytes)
{
    long count = waiting(ring);

    ASSERT(response_bytes <= ring->slot_bytes);
    if (count <= 0)
        return count;
    /* With the backend's barrier between writing a slot and rsp_prod. */
    barrier_read();
    memcpy(response, slot(ring, ring->rsp_cons), response_bytes);
    trace(traced_take, ring->shared, ring->rsp_cons);
    ring->rsp_cons++;
    return 1;
}

bool front_ring_moved(const struct front_ring *ring)
{
    return READ_ONCE(header(ring)->rsp_prod) != READ_ONCE(ring->rsp_cons);
}

int front_ring_arm(struct front_ring *ring, uint32_t after)
{
    long count;

    if (ring->broken)
        return -XEN_EIO;
    WRITE_ONCE(header(ring)->rsp_event, ring->rsp_cons + after);
    /* With the backend's between writing rsp_prod and reading rsp_event
     * (RING_PUSH_RESPONSES_AND_CHECK_NOTIFY). */
    barrier_full();
    count = waiting(ring);
    return count < 0 ? count : count >= after;
}
