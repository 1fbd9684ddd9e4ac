/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests on their way: cut into pieces that fit a ring slot, copied through
 * the pool, queued while the ring or the pool is full, and answered.
 *
 * A piece is copied with the disk's lock held. Answers are taken by the thread
 * "blkfront" and not by the upcall: an answer to a read brings a copy of up to
 * 44 KiB, which would keep interrupts off for too long.
 */

#include "private.h"

#include <pith/errno.h>
#include <pith/log.h>
#include <pith/string.h>

/* Our notes in a request while it is ours. */
struct progress {
    uint64_t sent_bytes; /* of the request, that are or were on the ring */
    uint32_t pieces;     /* on the ring now */
    int32_t status;      /* the first error */
};
_Static_assert(sizeof(struct progress) ==
                   sizeof(((struct blk_request *)0)->driver_data),
               "fits what the class gives us");

static struct progress progress_get(const struct blk_request *req)
{
    struct progress p;

    /* Inline, which the plain name is not in a freestanding program. */
    __builtin_memcpy(&p, req->driver_data, sizeof(p));
    return p;
}

static void progress_set(struct blk_request *req, struct progress p)
{
    __builtin_memcpy(req->driver_data, &p, sizeof(p));
}

static void count_end(struct blkdev *dev, const struct blk_request *req,
                      int status)
{
    if (status) {
        dev->stats.errors++;
    } else if (req->op == BLK_READ) {
        dev->stats.reads++;
        dev->stats.read_bytes += req->length_bytes;
    } else if (req->op == BLK_WRITE) {
        dev->stats.writes++;
        dev->stats.written_bytes += req->length_bytes;
    } else {
        dev->stats.flushes++;
    }
}

/* Moves req from where it is to the list of those whose done is due. */
static void end_locked(struct blkfront *disk, struct blk_request *req,
                       int status, struct list *ended)
{
    struct progress p = progress_get(req);

    p.status = status;
    progress_set(req, p);
    count_end(&disk->blkdev, req, status);
    list_remove(&req->link);
    list_push_back(ended, &req->link);
}

/* Without the lock: done may submit the next request. */
static void run_done(struct list *ended)
{
    struct list *link;

    while ((link = list_pop_front(ended))) {
        struct blk_request *req = list_entry(link, struct blk_request, link);

        req->done(req, progress_get(req).status);
    }
}

/* Copies between the buffer and the pages of a piece. */
static void copy_piece(struct blk_connection *c, const struct blk_flight *f)
{
    char *buffer = (char *)f->request->buffer + f->at_bytes;

    for (uint32_t i = 0, done = 0; i < f->page_count; i++) {
        uint32_t bytes = MIN(f->bytes - done, BLK_PAGE_BYTES);
        void *page = c->pool.pages[f->pages[i]];

        if (f->operation == BLKIF_OP_READ)
            memcpy(buffer + done, page, bytes);
        else
            memcpy(page, buffer + done, bytes);
        done += bytes;
    }
}

static uint8_t operation_of(const struct blkfront *disk, enum blk_op op)
{
    if (op == BLK_READ)
        return BLKIF_OP_READ;
    if (op == BLK_WRITE)
        return BLKIF_OP_WRITE;
    return disk->flush == BLK_FLUSH_BARRIER ? BLKIF_OP_WRITE_BARRIER
                                            : BLKIF_OP_FLUSH_DISKCACHE;
}

/* The slot is kept from request to request: its padding, which the backend
 * sees, stays zero without being cleared each time. */
static void put_on_ring(struct blkfront *disk, const struct blk_flight *f)
{
    struct blk_connection *c = disk->connection;
    struct blkif_request *slot = &c->slot;

    slot->operation = f->operation;
    slot->nr_segments = f->page_count;
    slot->handle = (blkif_vdev_t)disk->vdev;
    slot->id = f->id;
    slot->sector_number = (f->request->offset_bytes + f->at_bytes) /
                          BLK_UNIT_BYTES;
    for (uint32_t i = 0; i < f->page_count; i++)
        blk_segment(&slot->seg[i], c->pool.refs[f->pages[i]], i, f->bytes);
    front_ring_put(&c->ring, slot,
                   offsetof(struct blkif_request, seg[f->page_count]));
}

/* Sends the next piece of req. False: no slot or no page is free. */
static bool send_piece_locked(struct blkfront *disk, struct blk_request *req)
{
    struct blk_connection *c = disk->connection;
    struct progress p = progress_get(req);
    uint64_t left = req->op == BLK_FLUSH ? 0 : req->length_bytes - p.sent_bytes;
    struct blk_flight *f;
    unsigned index;

    if (!c->free_count || !front_ring_free(&c->ring))
        return false;
    index = c->free[c->free_count - 1];
    f = &c->flights[index];
    f->bytes = blk_piece_bytes(left);
    f->page_count = (uint8_t)pool_take(&c->pool, disk->bus->peer_domid,
                                       f->pages, blk_pages_of(f->bytes));
    if (left && !f->page_count)
        return false;
    f->bytes = MIN(f->bytes, f->page_count * BLK_PAGE_BYTES);
    c->free_count--;
    f->busy = true;
    f->operation = operation_of(disk, req->op);
    f->at_bytes = p.sent_bytes;
    f->id = c->request_count++ * BLK_FLIGHTS + index;
    f->request = req;
    if (req->op == BLK_WRITE)
        copy_piece(c, f);
    put_on_ring(disk, f);
    p.sent_bytes += f->bytes;
    p.pieces++;
    progress_set(req, p);
    if (left == f->bytes) {
        list_remove(&req->link);
        list_push_back(&disk->sent, &req->link);
    }
    return true;
}

/* Several requests share a notification: the backend asks for one only when
 * it has emptied the ring. */
static void send_queue_locked(struct blkfront *disk)
{
    if (!disk->running)
        return;
    while (!list_empty(&disk->queue) &&
           send_piece_locked(
               disk, list_entry(disk->queue.next, struct blk_request, link)))
        ;
    if (front_ring_push(&disk->connection->ring))
        evtchn_notify(disk->connection->port);
}

static int status_of(struct blkfront *disk, const struct blk_flight *f,
                     int16_t status)
{
    if (status == BLKIF_RSP_OKAY)
        return 0;
    if (f->request->op != BLK_FLUSH || status != BLKIF_RSP_EOPNOTSUPP)
        return -XEN_EIO;
    log_warning("%s: the backend does not flush after all", disk->blkdev.name);
    disk->flush = BLK_FLUSH_NONE;
    return 0;
}

static void piece_end_locked(struct blkfront *disk, struct blk_flight *f,
                             int status, struct list *ended)
{
    struct blk_connection *c = disk->connection;
    struct blk_request *req = f->request;
    struct progress p = progress_get(req);

    if (!status && f->operation == BLKIF_OP_READ)
        copy_piece(c, f);
    pool_give(&c->pool, f->pages, f->page_count);
    f->busy = false;
    c->free[c->free_count++] = (uint8_t)(f - c->flights);
    p.pieces--;
    if (status && !p.status) {
        p.status = status;
        p.sent_bytes = req->length_bytes; /* the rest is not sent any more */
        list_remove(&req->link);
        list_push_back(&disk->sent, &req->link);
    }
    progress_set(req, p);
    if (!p.pieces &&
        (req->op == BLK_FLUSH || p.sent_bytes == req->length_bytes))
        end_locked(disk, req, p.status, ended);
    if (c->free_count == BLK_FLIGHTS)
        waitq_wake_all(&disk->drained);
}

/* The backend must not be believed any more; nothing is sent to it. */
static void lied_locked(struct blkfront *disk, const char *why, uint64_t value)
{
    disk->running = false;
    xenbus_fail_deferred(disk->bus, why, value);
}

/* Returns 1, or -XEN_EIO for an answer that cannot be. */
static int answer_locked(struct blkfront *disk,
                         const struct blkif_response *rsp, struct list *ended)
{
    struct blk_flight *flights = disk->connection->flights;
    const char *why;
    uint64_t value;
    int index = blk_response_match(flights, rsp, &why, &value);

    if (index < 0) {
        lied_locked(disk, why, value);
        return index;
    }
    piece_end_locked(disk, &flights[index],
                     status_of(disk, &flights[index], rsp->status), ended);
    return 1;
}

/* Takes one answer. 0 or less when there is none; 0: an event will tell of the
 * next. */
static int take_answer_locked(struct blkfront *disk, struct list *ended)
{
    struct blk_connection *c = disk->connection;
    struct blkif_response rsp;
    int rc;

    if (!c || disk->bus->dead)
        return -XEN_EIO;
    rc = front_ring_get(&c->ring, &rsp, sizeof(rsp));
    if (!rc)
        rc = front_ring_arm(&c->ring, 1);
    else if (rc > 0)
        rc = answer_locked(disk, &rsp, ended);
    else
        lied_locked(disk, "impossible ring index after", c->ring.rsp_cons);
    return rc;
}

void io_drain(struct blkfront *disk)
{
    bool more;

    do {
        struct list ended = LIST_INIT(ended);

        spin_lock(&disk->lock);
        more = take_answer_locked(disk, &ended) > 0;
        if (!more)
            send_queue_locked(disk);
        spin_unlock(&disk->lock);
        run_done(&ended);
    } while (more);
}

void io_start(struct blkfront *disk)
{
    spin_lock(&disk->lock);
    send_queue_locked(disk);
    spin_unlock(&disk->lock);
}

/* Reads and writes may be done twice: what was under way had no order. */
void io_requeue_locked(struct blkfront *disk)
{
    struct blk_request *req;
    struct list *link;

    while (!list_empty(&disk->sent)) {
        link = disk->sent.prev;
        list_remove(link);
        list_push_front(&disk->queue, link);
    }
    list_for_each (req, &disk->queue, link)
        progress_set(req, (struct progress){0});
}

void io_fail_queue(struct blkfront *disk)
{
    struct list ended = LIST_INIT(ended);

    spin_lock(&disk->lock);
    while (!list_empty(&disk->queue))
        end_locked(disk, list_entry(disk->queue.next, struct blk_request, link),
                   -XEN_EIO, &ended);
    spin_unlock(&disk->lock);
    run_done(&ended);
}

static int check_locked(const struct blkfront *disk,
                        const struct blk_request *req)
{
    const struct blkdev *dev = &disk->blkdev;

    if (dev->lost)
        return -XEN_EIO;
    if (req->op == BLK_FLUSH)
        return 0;
    if (!req->length_bytes ||
        !blk_range_valid(req->offset_bytes, req->length_bytes, dev->size_bytes,
                         dev->sector_bytes))
        return -XEN_EINVAL;
    return req->op == BLK_WRITE && dev->readonly ? -XEN_EROFS : 0;
}

static int submit(struct blkdev *dev, struct blk_request *req)
{
    struct blkfront *disk = container_of(dev, struct blkfront, blkdev);
    struct list ended = LIST_INIT(ended);
    int rc;

    spin_lock(&disk->lock);
    rc = check_locked(disk, req);
    if (!rc) {
        progress_set(req, (struct progress){0});
        list_push_back(&disk->queue, &req->link);
        /* A backend that offers no flush has no cache to flush. */
        if (req->op == BLK_FLUSH && disk->flush == BLK_FLUSH_NONE)
            end_locked(disk, req, 0, &ended);
        else
            send_queue_locked(disk);
    }
    spin_unlock(&disk->lock);
    run_done(&ended);
    return rc;
}

const struct blkdev_ops blk_ops = {.submit = submit,
                                   .reconnect = blk_reconnect};
