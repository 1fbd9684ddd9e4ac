/* SPDX-License-Identifier: BSD-2-Clause */
/* A disk in memory. Source: xen/io/blkif.h. */
#include "liar.h"

#include <string.h>
#include <xen/io/blkif.h>

#define DISK_BYTES (4u << 20)
#define SECTOR_BYTES 512u
#define RING_SLOTS 32
/* Of a storm of events, so many bursts of so many. */
#define BURSTS 100
#define BURST 500

static char disk[DISK_BYTES];

static int16_t transfer(const struct blkif_request *req)
{
    uint64_t at = req->sector_number * SECTOR_BYTES;

    if (req->operation == BLKIF_OP_FLUSH_DISKCACHE)
        return BLKIF_RSP_OKAY;
    for (unsigned i = 0; i < req->nr_segments; i++) {
        const struct blkif_request_segment *seg = &req->seg[i];
        unsigned offset = seg->first_sect * SECTOR_BYTES;
        unsigned bytes = (seg->last_sect - seg->first_sect + 1u) * SECTOR_BYTES;

        if (at + bytes > DISK_BYTES)
            return BLKIF_RSP_ERROR;
        if (!(req->operation == BLKIF_OP_READ
                  ? grant_write(seg->gref, offset, disk + at, bytes)
                  : grant_read(seg->gref, offset, disk + at, bytes)))
            return BLKIF_RSP_ERROR;
        at += bytes;
    }
    return BLKIF_RSP_OKAY;
}

static void twist(struct liar *liar, struct ring *ring,
                  struct blkif_response *rsp, uint64_t id_before)
{
    switch (liar->lie) {
    case RSP_PROD:
        ring->rsp_prod += 1000;
        break;
    case ID_UNKNOWN:
        rsp->id = 0xdeadbeefdeadbeef;
        break;
    case ID_IDLE: /* the frontend has few in flight, of neighbouring ids */
        rsp->id ^= RING_SLOTS / 2;
        break;
    case ID_TWICE:
        rsp->id = id_before;
        break;
    case OPERATION:
        rsp->operation = BLKIF_OP_DISCARD;
        break;
    case STATUS:
        rsp->status = 77;
        break;
    case ERROR:
        rsp->status = BLKIF_RSP_ERROR;
        break;
    default:
        break;
    }
}

/* False: this connection's end. */
static bool answer(struct liar *liar, struct ring *ring,
                   const struct blkif_request *req)
{
    static uint64_t id_before;
    static unsigned count;
    struct blkif_response rsp = {
        .id = req->id, .operation = req->operation, .status = transfer(req)};

    if (count++ == liar->after) {
        liar->lied = true;
        twist(liar, ring, &rsp, id_before);
    }
    if (liar->lied && liar->lie == SILENT)
        return true;
    id_before = req->id;
    ring_put(ring, &rsp, sizeof(rsp));
    ring_push(ring);
    return count != liar->after + 1 ||
           (liar->lie != RESTART && liar->lie != VANISH);
}

void vbd_serve(struct liar *liar)
{
    unsigned bursts = liar->lie == STORM ? BURSTS : 0;
    struct blkif_request req;
    struct ring ring;

    channel_open(liar);
    ring_attach(&ring, liar, "ring-ref", sizeof(union blkif_sring_entry),
                RING_SLOTS);
    back_state(liar, XenbusStateConnected);
    do {
        while (ring_take(&ring, &req, sizeof(req)))
            if (!answer(liar, &ring, &req))
                return;
        ring_arm(&ring);
        for (unsigned i = 0; bursts && i < BURST; i++)
            channel_notify();
        if (ring.req_cons == ring.shared->req_prod)
            channel_wait(bursts ? 0 : 1000);
        bursts -= bursts != 0;
    } while (front_state(liar) == XenbusStateInitialised ||
             front_state(liar) == XenbusStateConnected);
}
