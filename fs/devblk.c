/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A block device as a file: any offset and length. What does not fill a
 * sector is read, changed and written back through a buffer of one sector.
 */

#include "private.h"
#include <pith/blkdev.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <string.h>

struct devblk {
    struct file file;
    struct blkdev *dev;
    uint8_t *sector; /* dev->sector_bytes, for partial ones */
};

static struct devblk *devblk_of(struct file *f)
{
    return container_of(f, struct devblk, file);
}

static int read_partial(struct devblk *d, uint64_t offset, uint8_t *buf,
                        size_t size)
{
    size_t in_sector = offset % d->dev->sector_bytes;
    int rc;

    mutex_lock(&d->dev->partial_lock);
    rc = blkdev_read(d->dev, offset - in_sector, d->sector,
                     d->dev->sector_bytes);
    if (!rc)
        memcpy(buf, d->sector + in_sector, size);
    mutex_unlock(&d->dev->partial_lock);
    return rc;
}

static int write_partial(struct devblk *d, uint64_t offset, uint8_t *buf,
                         size_t size)
{
    size_t in_sector = offset % d->dev->sector_bytes;
    int rc;

    mutex_lock(&d->dev->partial_lock);
    rc = blkdev_read(d->dev, offset - in_sector, d->sector,
                     d->dev->sector_bytes);
    if (!rc) {
        memcpy(d->sector + in_sector, buf, size);
        rc = blkdev_write(d->dev, offset - in_sector, d->sector,
                          d->dev->sector_bytes);
    }
    mutex_unlock(&d->dev->partial_lock);
    return rc;
}

/* Does the next piece of a transfer: up to a sector's end when it starts
 * inside one, else all whole sectors, else the last partial one. */
static int transfer_piece(struct devblk *d, uint64_t offset, uint8_t *buf,
                          size_t size, bool write, size_t *out_done)
{
    uint32_t sector = d->dev->sector_bytes;
    size_t in_sector = offset % sector;
    int rc;

    *out_done = size - size % sector;
    if (in_sector || !*out_done) {
        *out_done = MIN(size, sector - in_sector);
        return write ? write_partial(d, offset, buf, *out_done)
                     : read_partial(d, offset, buf, *out_done);
    }
    if (!write)
        return blkdev_read(d->dev, offset, buf, *out_done);
    /* Not between the read and the write back of a neighbour's bytes. */
    mutex_lock(&d->dev->partial_lock);
    rc = blkdev_write(d->dev, offset, buf, *out_done);
    mutex_unlock(&d->dev->partial_lock);
    return rc;
}

static long transfer(struct devblk *d, uint64_t offset, uint8_t *buf,
                     size_t size, bool write)
{
    size_t done = 0, piece;
    int rc = 0;

    if (offset >= d->dev->size_bytes)
        return 0;
    size = MIN(size, d->dev->size_bytes - offset);
    while (done < size && !rc) {
        rc = transfer_piece(d, offset + done, buf + done, size - done, write,
                            &piece);
        if (!rc)
            done += piece;
    }
    return done ? (long)done : rc;
}

static long devblk_read(struct file *f, void *buf, size_t size, uint64_t offset,
                        bool nonblock)
{
    return transfer(devblk_of(f), offset, buf, size, false);
}

static long devblk_write(struct file *f, const void *buf, size_t size,
                         uint64_t offset, bool nonblock)
{
    struct devblk *d = devblk_of(f);

    if (d->dev->readonly)
        return -XEN_EROFS;
    if (size && offset >= d->dev->size_bytes)
        return -XEN_ENOSPC;
    /* transfer only reads buf when it writes the device. */
    return transfer(d, offset, (uint8_t *)(uintptr_t)buf, size, true);
}

void devblk_stat(const struct blkdev *dev, struct file_stat *out)
{
    *out = (struct file_stat){
        .type = FILE_BLOCK,
        .size_bytes = dev->size_bytes,
        .device = DEVFS_DEVICE,
        .inode = (uint64_t)(uintptr_t)dev,
        .mode = dev->readonly ? 0444 : 0644,
        .links = 1,
        .block_bytes = MAX(dev->sector_bytes, FS_BLOCK_BYTES),
    };
}

static int devblk_file_stat(struct file *f, struct file_stat *out)
{
    devblk_stat(devblk_of(f)->dev, out);
    return 0;
}

static int devblk_sync(struct file *f)
{
    struct devblk *d = devblk_of(f);

    return d->dev->readonly ? 0 : blkdev_flush(d->dev);
}

static void devblk_release(struct file *f)
{
    struct devblk *d = devblk_of(f);

    heap_free(d->sector);
    heap_free(d);
}

static const struct file_ops devblk_ops = {
    .read = devblk_read,
    .write = devblk_write,
    .stat = devblk_file_stat,
    .sync = devblk_sync,
    .release = devblk_release,
};

int devblk_open(struct blkdev *dev, unsigned flags, struct file **out)
{
    struct devblk *d;

    if ((flags & VFS_WRITE) && dev->readonly)
        return -XEN_EROFS;
    d = heap_zalloc(sizeof(*d));
    if (!d)
        return -XEN_ENOMEM;
    d->sector = heap_alloc(dev->sector_bytes);
    if (!d->sector) {
        heap_free(d);
        return -XEN_ENOMEM;
    }
    d->dev = dev;
    file_init(&d->file, &devblk_ops, FILE_BLOCK);
    d->file.seekable = true;
    *out = &d->file;
    return 0;
}
