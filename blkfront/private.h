/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of blkfront/ share with each other. */
#ifndef PITH_BLKFRONT_PRIVATE_H
#define PITH_BLKFRONT_PRIVATE_H

#include "request.h"

#include <pith/blkdev.h>
#include <pith/evtchn.h>
#include <pith/grant.h>
#include <pith/ring.h>
#include <pith/spinlock.h>
#include <pith/waitq.h>
#include <pith/xenbus.h>

#define BLK_POOL_PAGES (BLK_FLIGHTS * BLK_SEGMENTS)

/* Pages that stay granted to the backend from their first use to disconnect:
 * a backend that maps persistently then maps each of them once. What was used
 * last is used next, so that few of them get warm and stay so. */
struct blk_pool {
    unsigned limit, page_count, free_count;
    void *pages[BLK_POOL_PAGES];
    grant_ref_t refs[BLK_POOL_PAGES];
    uint16_t free[BLK_POOL_PAGES];
};

/* What one connection owns, from connect to disconnect. */
struct blk_connection {
    struct front_ring ring;
    void *ring_page;
    grant_ref_t ring_ref;
    evtchn_port_t port;
    uint64_t request_count;
    struct blkif_request slot; /* the next one on the ring */
    unsigned free_count;
    uint8_t free[BLK_FLIGHTS];
    struct blk_flight flights[BLK_FLIGHTS];
    struct blk_pool pool;
};

enum blk_flush_kind { BLK_FLUSH_NONE, BLK_FLUSH_CACHE, BLK_FLUSH_BARRIER };

/*
 * A disk. Never freed: a program may hold its blkdev when the toolstack
 * detaches it. The same disk attached again is the same struct.
 */
struct blkfront {
    struct blkdev blkdev; /* size, readonly, lost: by lock */
    unsigned vdev;
    bool registered;  /* with the device class; the bus's callbacks */
    struct list link; /* worker.c */
    bool event;       /* set by the upcall; atomic */

    /* Protects the rest. Threads only, the holder copies one piece at most. */
    struct spinlock lock;
    struct xenbus_device *bus; /* NULL: not attached */
    struct blk_connection *connection;
    bool running; /* connected, not suspended, the backend has not lied */
    enum blk_flush_kind flush;
    struct list queue;    /* requests not wholly on the ring, oldest first */
    struct list sent;     /* wholly on the ring, not wholly answered */
    uint64_t give_up_ns;  /* when what waits for a backend fails */
    struct waitq drained; /* woken when nothing is on the ring any more */
};

/* pool.c. The disk's lock is held, or nobody else knows the pool yet. */
int pool_init(struct blk_pool *pool, uint16_t domid);
void pool_fini(struct blk_pool *pool);
/* Takes at most count pages into numbers; returns how many. */
unsigned pool_take(struct blk_pool *pool, uint16_t domid, uint16_t *numbers,
                   unsigned count);
void pool_give(struct blk_pool *pool, const uint16_t *numbers, unsigned count);

/* connect.c: of blk_ops. */
int blk_reconnect(struct blkdev *dev);

/* io.c */
extern const struct blkdev_ops blk_ops;
/* Takes all answers off the ring and sends what was queued. Thread context. */
void io_drain(struct blkfront *disk);
/* Sends what is queued. */
void io_start(struct blkfront *disk);
/* All that is on the ring goes back to the queue, as if it had not been sent.
 * By lock. */
void io_requeue_locked(struct blkfront *disk);
/* Ends all queued requests with -XEN_EIO. */
void io_fail_queue(struct blkfront *disk);

/* worker.c: the thread "blkfront". */
int worker_add(struct blkfront *disk);
/* The disk of this number, if it was ever attached. Bus callbacks only. */
struct blkfront *worker_find(unsigned vdev);
/* Makes the worker look at the disk. Any context. */
void worker_wake(struct blkfront *disk);

#endif
