/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What decides whether a response can be believed: the table of ids that the
 * peer holds, and the checks on a received frame's descriptor. Pure; the
 * caller locks. Source: xen/io/netif.h, "Guest receive".
 */
#include "private.h"

#include <pith/errno.h>
#include <pith/panic.h>

void slot_pool_add(struct slot_pool *pool)
{
    ASSERT(pool->count < RING_SLOTS);
    pool->free[pool->free_count++] = pool->count++;
}

int slot_pool_take(struct slot_pool *pool)
{
    unsigned id;

    if (!pool->free_count)
        return -1;
    id = pool->free[--pool->free_count];
    pool->held[id] = true;
    return id;
}

int slot_pool_return(struct slot_pool *pool, unsigned id)
{
    if (id >= pool->count || !pool->held[id])
        return -XEN_EIO;
    pool->held[id] = false;
    pool->free[pool->free_count++] = id;
    return 0;
}

enum rx_verdict rx_response_judge(const struct netif_rx_response *rsp,
                                  const char **why, uint64_t *value)
{
    uint32_t end = (uint32_t)rsp->offset + (uint32_t)rsp->status;

    *value = rsp->flags;
    if (rsp->flags & NETRXF_extra_info) {
        *why = "extra info that was not negotiated, flags";
        return RX_LIE;
    }
    if (rsp->flags & NETRXF_more_data) {
        *why = "a frame in pieces without feature-sg, flags";
        return RX_LIE;
    }
    if (rsp->status < 0)
        return RX_DROP;
    if (end > PAGE_SIZE) {
        *why = "a frame that leaves its page, its end";
        *value = end;
        return RX_LIE;
    }
    if ((uint32_t)rsp->status < ETH_HEADER_BYTES)
        return RX_DROP;
    return RX_FRAME;
}
