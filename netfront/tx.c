/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sending. A frame is copied into half a page that stays granted, so sending
 * costs neither a grant operation nor, usually, an event: responses are taken
 * when a slot is wanted, and an event is asked for only when none is left.
 * Source: xen/io/netif.h, "Guest transmit".
 */
#include "private.h"

#include <pith/errno.h>
#include <pith/string.h>

/* So far ahead that a response index gets there once in 2^30 frames. */
#define EVENT_FAR (1u << 30)
#define BAD_INDEX "a transmit index that cannot be, taken"

static void *slot_buffer(struct half *tx, unsigned id)
{
    return (char *)tx->pages[id / TX_SLOTS_PER_PAGE].page +
           id % TX_SLOTS_PER_PAGE * TX_SLOT_BYTES;
}

static void grow(struct netfront *nf)
{
    struct half *tx = &nf->tx;

    if (tx->page_count == tx->page_limit ||
        shared_page_make(nf, true, &tx->pages[tx->page_count]))
        return;
    tx->page_count++;
    for (unsigned i = 0; i < TX_SLOTS_PER_PAGE; i++)
        slot_pool_add(&tx->slots);
}

/* Takes the slots back that the peer is done with. */
static int reap(struct netfront *nf)
{
    struct netif_tx_response rsp;
    int rc;

    while ((rc = front_ring_get(&nf->tx.ring, &rsp, sizeof(rsp))) > 0) {
        if (slot_pool_return(&nf->tx.slots, rsp.id)) {
            netfront_lied(nf, "a response for no request, id", rsp.id);
            return -XEN_EIO;
        }
        if (rsp.status != NETIF_RSP_OKAY)
            nf->netdev.stats.tx_dropped++;
    }
    if (rc < 0)
        netfront_lied(nf, BAD_INDEX, nf->tx.ring.rsp_cons);
    return rc;
}

/* A free id, -XEN_EAGAIN (an event will come), or -XEN_EIO. */
static int slot_get(struct netfront *nf)
{
    struct half *tx = &nf->tx;
    int rc, id = slot_pool_take(&tx->slots);

    if (id >= 0)
        return id;
    do {
        rc = reap(nf);
        if (rc < 0)
            return rc;
        if (!tx->slots.free_count)
            grow(nf);
        id = slot_pool_take(&tx->slots);
        if (id >= 0)
            return id;
        if (!tx->slots.count)
            return -XEN_ENOBUFS;
        /* The peer can only answer what it has seen. */
        half_push(nf, tx);
        rc = front_ring_arm(&tx->ring, (tx->slots.count + 1u) / 2);
    } while (rc > 0);
    if (!rc)
        return -XEN_EAGAIN;
    netfront_lied(nf, BAD_INDEX, tx->ring.rsp_cons);
    return rc;
}

static size_t frame_bytes(const struct netdev_frag *frags, unsigned count)
{
    size_t bytes = 0;

    for (unsigned i = 0; i < count; i++)
        bytes += frags[i].length;
    return bytes;
}

static void frame_put(struct netfront *nf, unsigned id,
                      const struct netdev_frag *frags, unsigned count,
                      size_t bytes, unsigned flags)
{
    struct half *tx = &nf->tx;
    char *to = slot_buffer(tx, id);
    struct netif_tx_request req = {
        .gref = tx->pages[id / TX_SLOTS_PER_PAGE].ref,
        .offset = id % TX_SLOTS_PER_PAGE * TX_SLOT_BYTES,
        .id = id,
        .size = bytes,
    };

    if (flags & NETDEV_CSUM_BLANK)
        req.flags = NETTXF_csum_blank | NETTXF_data_validated;
    for (unsigned i = 0; i < count; i++) {
        memcpy(to, frags[i].base, frags[i].length);
        to += frags[i].length;
    }
    nf->sent[id] = (struct tx_frame){tx->ring.req_prod, bytes, req.flags};
    front_ring_put(&tx->ring, &req, sizeof(req));
    nf->netdev.stats.tx_frames++;
    nf->netdev.stats.tx_bytes += bytes;
}

void tx_keep(struct netfront *nf)
{
    /* Most of what was sent has been answered and just not looked at. */
    reap(nf);
    half_end_ring(&nf->tx);
}

/* The ids of frames that the peer has, in the order that they were sent in;
 * returns how many. oldest: from this request on. */
static unsigned list_held(const struct netfront *nf, uint32_t oldest,
                          uint16_t ids[TX_PAGES_MAX * TX_SLOTS_PER_PAGE])
{
    unsigned count = 0, at;

    for (unsigned id = 0; id < nf->tx.slots.count; id++) {
        uint32_t age = nf->sent[id].number - oldest;

        if (!nf->tx.slots.held[id])
            continue;
        for (at = count++; at && nf->sent[ids[at - 1]].number - oldest > age;
             at--)
            ids[at] = ids[at - 1];
        ids[at] = (uint16_t)id;
    }
    return count;
}

static void put_again(struct netfront *nf, unsigned id)
{
    struct half *tx = &nf->tx;
    struct netif_tx_request req = {
        .gref = tx->pages[id / TX_SLOTS_PER_PAGE].ref,
        .offset = id % TX_SLOTS_PER_PAGE * TX_SLOT_BYTES,
        .flags = nf->sent[id].flags,
        .id = id,
        .size = nf->sent[id].bytes,
    };

    nf->sent[id].number = tx->ring.req_prod;
    front_ring_put(&tx->ring, &req, sizeof(req));
}

/* Grants the pages that tx_keep has kept to the new peer, and sends what is in
 * them, in order. In a restored domain nobody has them, so the old grants
 * end. */
static int send_kept(struct netfront *nf, uint32_t oldest)
{
    uint16_t ids[TX_PAGES_MAX * TX_SLOTS_PER_PAGE];
    struct half *tx = &nf->tx;
    unsigned count = list_held(nf, oldest, ids);
    int rc = 0;

    for (unsigned i = 0; i < tx->page_count && !rc; i++) {
        rc = grant_end(tx->pages[i].ref);
        if (!rc)
            rc = grant_access(nf->bus->peer_domid, tx->pages[i].page, true,
                              &tx->pages[i].ref);
    }
    for (unsigned i = 0; i < count && !rc; i++)
        put_again(nf, ids[i]);
    if (!rc) /* nobody listens yet, as in rx_init */
        front_ring_push(&tx->ring);
    return rc;
}

int tx_init(struct netfront *nf)
{
    uint32_t oldest = nf->tx.ring.req_prod - RING_SLOTS;
    struct page_stats memory;
    int rc;

    /* At most a 64th of memory, so that small guests keep theirs. */
    page_get_stats(&memory);
    rc = half_init(nf, &nf->tx, sizeof(union netif_tx_sring_entry),
                   MIN(MAX(memory.total_pages / 64, 8), TX_PAGES_MAX));
    if (!rc && nf->lost)
        rc = send_kept(nf, oldest);
    if (!rc)
        rc = front_ring_arm(&nf->tx.ring, EVENT_FAR);
    return rc;
}

void tx_fini(struct netfront *nf)
{
    struct half *tx = &nf->tx;

    /* Most of what was sent has been answered and just not looked at. */
    if (nf->up)
        reap(nf);
    nf->netdev.stats.tx_dropped += tx->slots.count - tx->slots.free_count;
    half_fini(tx);
}

int tx_transmit(struct netdev *dev, const struct netdev_frag *frags,
                unsigned count, unsigned flags)
{
    struct netfront *nf = container_of(dev, struct netfront, netdev);
    size_t bytes = frame_bytes(frags, count);
    int rc = -XEN_EIO;

    if (bytes < ETH_HEADER_BYTES || bytes > ETH_HEADER_BYTES + dev->mtu)
        return -XEN_EMSGSIZE;
    mutex_lock(&nf->tx.lock);
    if (nf->up)
        rc = slot_get(nf);
    else if (nf->lost && !nf->bus->dead)
        rc = -XEN_EAGAIN; /* the link that goes up is the wake */
    if (rc >= 0) {
        frame_put(nf, rc, frags, count, bytes, flags);
        rc = 0;
    }
    mutex_unlock(&nf->tx.lock);
    return rc;
}

void tx_flush(struct netdev *dev)
{
    struct netfront *nf = container_of(dev, struct netfront, netdev);

    mutex_lock(&nf->tx.lock);
    if (nf->up)
        half_push(nf, &nf->tx);
    mutex_unlock(&nf->tx.lock);
}
