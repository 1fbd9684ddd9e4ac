/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The class of block devices. kernel/. Offsets and lengths are in bytes and
 * multiples of the device's sector size.
 */
#ifndef PITH_BLKDEV_H
#define PITH_BLKDEV_H

#include <pith/mutex.h>
#include <stdbool.h>

struct blkdev;

enum blk_op { BLK_READ, BLK_WRITE, BLK_FLUSH };

/* buffer is borrowed until done ran. */
struct blk_request {
    enum blk_op op;
    uint64_t offset_bytes;
    size_t length_bytes;
    void *buffer;
    /* status: 0 or -XEN_EIO and the like. Thread or upcall context: must
     * neither block nor allocate. */
    void (*done)(struct blk_request *req, int status);
    void *done_arg;
    struct list link;     /* driver's while in flight */
    void *driver_data[2]; /* driver's while in flight */
};

struct blkdev_ops {
    /* Takes req; done runs for each accepted request exactly once, also when
     * the device is lost. 0 or -XEN_EIO (lost), -XEN_EROFS, -XEN_EINVAL
     * (range). Any length; the driver splits it and queues what does not fit.
     * Thread context, does not block. */
    int (*submit)(struct blkdev *dev, struct blk_request *req);
    /* Ends the connection to the backend and makes a new one; what is under
     * way is done before or sent again. NULL: there is nothing to reconnect.
     * 0, -XEN_EIO (gone) or -XEN_ETIME. Thread context; blocks, 10 s at most.
     */
    int (*reconnect)(struct blkdev *dev);
};

struct blkdev_stats {
    uint64_t reads, writes, flushes, read_bytes, written_bytes, errors;
};

struct blkdev {
    const struct blkdev_ops *ops;
    char name[16]; /* "xvda" */
    uint64_t size_bytes;
    uint32_t sector_bytes;
    bool readonly;
    bool lost; /* the backend is gone for good */
    struct blkdev_stats stats;
    /* fs/'s, begun by blkdev_register: from the read to the write back of part
     * of a sector, by all open files of this device, so that two writers of one
     * sector do not undo each other. A device that never answers holds up none
     * but its own files. */
    struct mutex partial_lock;
    struct blk_request last_flush; /* kernel/'s, at the end of the system */
    struct list link;
};

/* 0 or -XEN_EEXIST. Thread context. */
int blkdev_register(struct blkdev *dev);
void blkdev_unregister(struct blkdev *dev);
struct blkdev *blkdev_find(const char *name);
void blkdev_for_each(void (*fn)(struct blkdev *dev, void *arg), void *arg);

/* Submits and blocks until done. Any buffer of at least length_bytes. 0, or
 * -XEN_EIO, -XEN_EINVAL (range, alignment to sectors), -XEN_EROFS. Thread
 * context. */
int blkdev_read(struct blkdev *dev, uint64_t offset_bytes, void *buffer,
                size_t length_bytes);
int blkdev_write(struct blkdev *dev, uint64_t offset_bytes, const void *buffer,
                 size_t length_bytes);
int blkdev_flush(struct blkdev *dev);

#endif
