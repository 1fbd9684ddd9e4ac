/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receiving. Pages are granted once and posted again as soon as their frame is
 * copied out to the client; more are added while the peer fills them faster
 * than they are polled. Source: xen/io/netif.h, "Guest receive".
 */
#include "private.h"

#include <pith/errno.h>
#include <pith/string.h>

#define BAD_INDEX "a receive index that cannot be, taken"

static void post(struct half *rx)
{
    int id;

    while ((id = slot_pool_take(&rx->slots)) >= 0) {
        struct netif_rx_request req = {.id = id, .gref = rx->pages[id].ref};

        front_ring_put(&rx->ring, &req, sizeof(req));
    }
}

/* Brings the pool to count pages, or as far as memory and grants go. */
static int grow(struct netfront *nf, unsigned count)
{
    struct half *rx = &nf->rx;
    int rc;

    while (rx->page_count < MIN(count, rx->page_limit)) {
        rc = shared_page_make(nf, false, &rx->pages[rx->page_count]);
        if (rc)
            return rc;
        rx->page_count++;
        slot_pool_add(&rx->slots);
    }
    return 0;
}

static unsigned csum_flags(unsigned rx_flags)
{
    unsigned flags = 0;

    if (rx_flags & NETRXF_data_validated)
        flags |= NETDEV_CSUM_VALID;
    if (rx_flags & NETRXF_csum_blank)
        flags |= NETDEV_CSUM_BLANK;
    return flags;
}

static void deliver(struct netfront *nf, const struct netif_rx_response *rsp)
{
    struct netdev *dev = &nf->netdev;
    const char *from = (char *)nf->rx.pages[rsp->id].page + rsp->offset;
    void *cookie, *to = NULL;

    if (dev->client)
        to = dev->client->rx_buffer(dev->client_arg, rsp->status, &cookie);
    if (!to) {
        dev->stats.rx_dropped++;
        return;
    }
    memcpy(to, from, rsp->status);
    dev->stats.rx_frames++;
    dev->stats.rx_bytes += rsp->status;
    dev->client->rx_deliver(dev->client_arg, cookie, csum_flags(rsp->flags));
}

/* Takes one response: 1, 0 when there is none, -XEN_EIO after a lie. */
static int take(struct netfront *nf)
{
    struct half *rx = &nf->rx;
    struct netif_rx_response rsp;
    const char *why;
    uint64_t value;
    int rc = front_ring_get(&rx->ring, &rsp, sizeof(rsp));

    if (rc < 0)
        netfront_lied(nf, BAD_INDEX, rx->ring.rsp_cons);
    if (rc <= 0)
        return rc;
    if (slot_pool_return(&rx->slots, rsp.id)) {
        netfront_lied(nf, "a frame in no request, id", rsp.id);
        return -XEN_EIO;
    }
    switch (rx_response_judge(&rsp, &why, &value)) {
    case RX_LIE:
        netfront_lied(nf, why, value);
        return -XEN_EIO;
    case RX_DROP:
        nf->netdev.stats.rx_dropped++;
        break;
    case RX_FRAME:
        deliver(nf, &rsp);
        break;
    }
    return 1;
}

/* Takes at most budget responses; fewer only after events were armed. */
static unsigned drain(struct netfront *nf, unsigned budget)
{
    unsigned done = 0;
    int rc;

    do {
        rc = 1;
        while (done < budget && (rc = take(nf)) > 0)
            done++;
        if (rc < 0 || done == budget)
            return done;
        rc = front_ring_arm(&nf->rx.ring, 1);
    } while (rc > 0);
    if (rc < 0)
        netfront_lied(nf, BAD_INDEX, nf->rx.ring.rsp_cons);
    return done;
}

int rx_init(struct netfront *nf)
{
    struct page_stats memory;
    int rc;

    /* At most a 32nd of memory, so that small guests keep theirs. */
    page_get_stats(&memory);
    rc = half_init(
        nf, &nf->rx, sizeof(union netif_rx_sring_entry),
        MIN(MAX(memory.total_pages / 32, RX_PAGES_FIRST), RING_SLOTS));
    if (!rc)
        rc = grow(nf, RX_PAGES_FIRST);
    if (rc)
        return rc;
    post(&nf->rx);
    /* Nobody listens yet: the peer finds the requests when it connects. */
    front_ring_push(&nf->rx.ring);
    return 0;
}

unsigned rx_poll(struct netdev *dev, unsigned budget)
{
    struct netfront *nf = container_of(dev, struct netfront, netdev);
    unsigned done = 0;

    mutex_lock(&nf->rx.lock);
    if (nf->up) {
        done = drain(nf, budget);
        /* Half of all buffers at once means that a burst nearly ran dry. */
        if (nf->up && done >= nf->rx.page_count / 2)
            grow(nf, nf->rx.page_count * 2);
        /* Not each buffer as it gets free: its id must not be in flight again
         * when the peer gives it back twice in one go. */
        if (nf->up) {
            post(&nf->rx);
            half_push(nf, &nf->rx);
        }
    }
    mutex_unlock(&nf->rx.lock);
    return done;
}
