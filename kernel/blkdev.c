/* SPDX-License-Identifier: BSD-2-Clause */
/* The class of block devices: the list of them, and requests that block. */

#include "private.h"
#include <pith/blkdev.h>
#include <pith/errno.h>
#include <pith/lifecycle.h>
#include <pith/log.h>
#include <pith/mutex.h>
#include <pith/report.h>
#include <pith/string.h>

ROOM_NEEDS_LIST(blkdev_drivers);
REPORT_NEEDS(kernel_blkdevs);

#define LAST_FLUSH_NS (5 * NS_PER_SEC)

/* lock protects devices; flushing, how many disks have not answered the flush
 * at the end, is atomic, flushed is woken when it falls. */
static struct {
    struct mutex lock;
    struct list devices; /* in order of registration */
    uint32_t flushing;
    struct waitq flushed;
} blkdevs = {.lock = MUTEX_INIT(blkdevs.lock),
             .devices = LIST_INIT(blkdevs.devices),
             .flushed = WAITQ_INIT(blkdevs.flushed)};

static struct blkdev *find_locked(const char *name)
{
    struct blkdev *dev;

    list_for_each (dev, &blkdevs.devices, link)
        if (strcmp(dev->name, name) == 0)
            return dev;
    return NULL;
}

int blkdev_register(struct blkdev *dev)
{
    int rc = 0;

    mutex_init(&dev->partial_lock);
    mutex_lock(&blkdevs.lock);
    if (find_locked(dev->name))
        rc = -XEN_EEXIST;
    else
        list_push_back(&blkdevs.devices, &dev->link);
    mutex_unlock(&blkdevs.lock);
    if (!rc)
        log_info("%s: is there: %lu KiB%s", dev->name, dev->size_bytes >> 10,
                 dev->readonly ? ", read-only" : "");
    return rc;
}

void blkdev_unregister(struct blkdev *dev)
{
    mutex_lock(&blkdevs.lock);
    list_remove(&dev->link);
    mutex_unlock(&blkdevs.lock);
    log_info("%s: is gone", dev->name);
}

struct blkdev *blkdev_find(const char *name)
{
    struct blkdev *dev;

    mutex_lock(&blkdevs.lock);
    dev = find_locked(name);
    mutex_unlock(&blkdevs.lock);
    return dev;
}

void blkdev_for_each(void (*fn)(struct blkdev *dev, void *arg), void *arg)
{
    struct blkdev *dev;

    mutex_lock(&blkdevs.lock);
    list_for_each (dev, &blkdevs.devices, link)
        fn(dev, arg);
    mutex_unlock(&blkdevs.lock);
}

/* One request that a thread waits for, on its stack. */
struct wait {
    struct waitq q; /* protects the wake; status is set before */
    int status;
};

static void wait_done(struct blk_request *req, int status)
{
    struct wait *wait = req->done_arg;

    wait->status = status;
    waitq_wake_one(&wait->q);
}

/* The wake itself is what is waited for, not a flag: the cancel then makes sure
 * that wait_done has left the queue before it goes off the stack. */
static int submit_and_wait(struct blkdev *dev, struct blk_request *req)
{
    struct wait wait;
    struct waiter w;
    int rc;

    waitq_init(&wait.q);
    req->done = wait_done;
    req->done_arg = &wait;
    waitq_prepare(&wait.q, &w);
    rc = dev->ops->submit(dev, req);
    if (rc == 0) {
        waitq_block_on(&w, DEADLINE_NEVER);
        rc = wait.status;
    }
    waitq_cancel(&w);
    return rc;
}

static int transfer(struct blkdev *dev, enum blk_op op, uint64_t offset_bytes,
                    void *buffer, size_t length_bytes)
{
    struct blk_request req = {.op = op,
                              .offset_bytes = offset_bytes,
                              .length_bytes = length_bytes,
                              .buffer = buffer};

    if (offset_bytes > dev->size_bytes ||
        length_bytes > dev->size_bytes - offset_bytes ||
        (offset_bytes | length_bytes) % dev->sector_bytes)
        return -XEN_EINVAL;
    if (op != BLK_READ && dev->readonly)
        return -XEN_EROFS;
    if (dev->lost)
        return -XEN_EIO;
    if (length_bytes == 0 && op != BLK_FLUSH)
        return 0;
    return submit_and_wait(dev, &req);
}

int blkdev_read(struct blkdev *dev, uint64_t offset_bytes, void *buffer,
                size_t length_bytes)
{
    return transfer(dev, BLK_READ, offset_bytes, buffer, length_bytes);
}

int blkdev_write(struct blkdev *dev, uint64_t offset_bytes, const void *buffer,
                 size_t length_bytes)
{
    return transfer(dev, BLK_WRITE, offset_bytes, (void *)buffer, length_bytes);
}

int blkdev_flush(struct blkdev *dev)
{
    return transfer(dev, BLK_FLUSH, 0, NULL, 0);
}

/* --- at the end of the system --- */

static void last_flush_done(struct blk_request *req, int status)
{
    struct blkdev *dev = req->done_arg;

    if (status)
        log_error("%s: what was written may be lost: flush: %s", dev->name,
                  errno_name(status));
    atomic_sub(&blkdevs.flushing, 1);
    waitq_wake_all(&blkdevs.flushed);
}

static void begin_last_flush(struct blkdev *dev, void *arg)
{
    dev->last_flush = (struct blk_request){
        .op = BLK_FLUSH, .done = last_flush_done, .done_arg = dev};
    if (dev->readonly || dev->lost || !dev->stats.writes)
        return;
    atomic_add(&blkdevs.flushing, 1);
    if (dev->ops->submit(dev, &dev->last_flush))
        atomic_sub(&blkdevs.flushing, 1);
}

/* Nobody asks for more after this, and a backend's cache may be dom0's memory.
 */
static void flush_all(void)
{
    blkdev_for_each(begin_last_flush, NULL);
    if (WAITQ_WAIT_UNTIL(&blkdevs.flushed, !atomic_load(&blkdevs.flushing),
                         clock_monotonic_ns() + LAST_FLUSH_NS))
        log_error("kernel: %u disks have not flushed what was written",
                  atomic_load(&blkdevs.flushing));
}

LIFECYCLE_HOOK("085", blkdevs, flush_all);
