/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Open files and directories of ramfs. A file's bytes lie in the boot module
 * until the first write copies them into pages of its own; a page that was
 * never written is a hole and reads as zeros.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/page.h>
#include <pith/timer.h>
#include <string.h>

/* Keeps sums of offsets far from overflow; memory ends long before. */
#define SIZE_LIMIT (1ull << 40)

struct ramfile {
    struct file file;
    struct ramfs_node *node;
};

static struct ramfs_node *node_of(struct file *f)
{
    return container_of(f, struct ramfile, file)->node;
}

/* The page that holds offset, made if need be; NULL: out of memory. */
static uint8_t *page_for_write(struct ramfs_node *node, uint64_t offset)
{
    size_t index = offset / PAGE_SIZE, slots = node->page_slots;
    uint8_t **pages;

    if (index >= slots) {
        slots = MAX(index + 1, slots * 2);
        pages = heap_realloc(node->pages, slots * sizeof(*pages));
        if (!pages)
            return NULL;
        memset(pages + node->page_slots, 0,
               (slots - node->page_slots) * sizeof(*pages));
        node->pages = pages;
        node->page_slots = slots;
    }
    if (!node->pages[index])
        node->pages[index] = page_alloc_zeroed(0);
    return node->pages[index];
}

/* Copies into the node's pages; returns how many bytes memory sufficed for. */
static size_t store(struct ramfs_node *node, uint64_t offset, const void *buf,
                    size_t size)
{
    size_t done = 0;

    while (done < size) {
        size_t in_page = (offset + done) % PAGE_SIZE;
        size_t part = MIN(size - done, PAGE_SIZE - in_page);
        uint8_t *page = page_for_write(node, offset + done);

        if (!page)
            break;
        memcpy(page + in_page, (const uint8_t *)buf + done, part);
        done += part;
    }
    return done;
}

static void free_pages_from(struct ramfs_node *node, size_t first)
{
    for (size_t i = first; i < node->page_slots; i++) {
        if (node->pages[i])
            page_free(node->pages[i], 0);
        node->pages[i] = NULL;
    }
}

/* Ends the loan from the boot module by copying the first keep bytes. */
static int make_own(struct ramfs_node *node, size_t keep)
{
    const uint8_t *lent = node->lent;

    if (!lent)
        return 0;
    if (store(node, 0, lent, keep) < keep) {
        free_pages_from(node, 0);
        return -XEN_ENOSPC;
    }
    node->lent = NULL;
    return 0;
}

int ramfile_truncate_locked(struct ramfs_node *node, uint64_t size_bytes)
{
    size_t tail = size_bytes % PAGE_SIZE, last = size_bytes / PAGE_SIZE;
    int rc;

    if (size_bytes > SIZE_LIMIT)
        return -XEN_EINVAL;
    rc = make_own(node, MIN(size_bytes, node->size_bytes));
    if (rc)
        return rc;
    free_pages_from(node, last + (tail != 0));
    /* What is cut off must read as zeros if the file grows again. */
    if (tail && last < node->page_slots && node->pages[last])
        memset(node->pages[last] + tail, 0, PAGE_SIZE - tail);
    ramfs_set_size_locked(node, size_bytes);
    node->mtime_ns = clock_realtime_ns();
    return 0;
}

static void load(const struct ramfs_node *node, uint64_t offset, uint8_t *buf,
                 size_t size)
{
    size_t part;

    if (node->lent) {
        memcpy(buf, node->lent + offset, size);
        return;
    }
    for (; size; buf += part, offset += part, size -= part) {
        size_t index = offset / PAGE_SIZE, in_page = offset % PAGE_SIZE;

        part = MIN(size, PAGE_SIZE - in_page);
        if (index < node->page_slots && node->pages[index])
            memcpy(buf, node->pages[index] + in_page, part);
        else
            memset(buf, 0, part);
    }
}

static long ramfile_read(struct file *f, void *buf, size_t size,
                         uint64_t offset, bool nonblock)
{
    struct ramfs_node *node = node_of(f);
    long done = 0;

    ramfs_lock();
    if (offset < node->size_bytes) {
        done = (long)MIN(size, node->size_bytes - offset);
        load(node, offset, buf, (size_t)done);
    }
    ramfs_unlock();
    return done;
}

static long write_locked(struct ramfs_node *node, const void *buf, size_t size,
                         uint64_t offset)
{
    size_t done;

    if (size > SIZE_LIMIT || offset > SIZE_LIMIT - size)
        return -XEN_EINVAL;
    if (!size)
        return 0;
    if (make_own(node, node->size_bytes))
        return -XEN_ENOSPC;
    done = store(node, offset, buf, size);
    if (!done)
        return -XEN_ENOSPC;
    if (offset + done > node->size_bytes)
        ramfs_set_size_locked(node, offset + done);
    node->mtime_ns = clock_realtime_ns();
    return (long)done;
}

static long ramfile_write(struct file *f, const void *buf, size_t size,
                          uint64_t offset, bool nonblock)
{
    long rc;

    ramfs_lock();
    rc = write_locked(node_of(f), buf, size, offset);
    ramfs_unlock();
    return rc;
}

void ramfile_stat(const struct ramfs_node *node, struct file_stat *out)
{
    *out = (struct file_stat){
        .type = node->type,
        .inode = node->inode,
        .size_bytes = node->size_bytes,
        .mtime_ns = node->mtime_ns,
        .mode = node->mode,
        .block_bytes = FS_BLOCK_BYTES,
    };
}

static int ramfile_file_stat(struct file *f, struct file_stat *out)
{
    ramfs_lock();
    ramfile_stat(node_of(f), out);
    ramfs_unlock();
    return 0;
}

static int ramfile_truncate(struct file *f, uint64_t size_bytes)
{
    int rc;

    ramfs_lock();
    rc = ramfile_truncate_locked(node_of(f), size_bytes);
    ramfs_unlock();
    return rc;
}

static int ramfile_sync(struct file *f)
{
    return 0; /* memory is as far as it goes */
}

static int ramdir_read(struct file *f, unsigned index, char *name, size_t size,
                       enum file_type *type)
{
    struct ramfs_node *dir = node_of(f), *node;
    int rc = 0;

    ramfs_lock();
    list_for_each (node, &dir->children, link) {
        size_t length = strlen(node->name);

        if (index--)
            continue;
        rc = length < size ? 1 : -XEN_ENAMETOOLONG;
        if (rc > 0)
            memcpy(name, node->name, length + 1);
        *type = node->type;
        break;
    }
    ramfs_unlock();
    return rc;
}

static void ramfile_release(struct file *f)
{
    ramfs_lock();
    ramfs_node_put_locked(node_of(f));
    ramfs_unlock();
    heap_free(container_of(f, struct ramfile, file));
}

static const struct file_ops ramfile_ops = {
    .read = ramfile_read,
    .write = ramfile_write,
    .stat = ramfile_file_stat,
    .truncate = ramfile_truncate,
    .sync = ramfile_sync,
    .release = ramfile_release,
};

static const struct file_ops ramdir_ops = {
    .stat = ramfile_file_stat,
    .sync = ramfile_sync,
    .readdir = ramdir_read,
    .release = ramfile_release,
};

/* Of a FIFO: what it does is posix/'s. */
static const struct file_ops ramfifo_ops = {
    .stat = ramfile_file_stat,
    .release = ramfile_release,
};

static const struct file_ops *ops_of(const struct ramfs_node *node)
{
    if (node->type == FILE_REGULAR)
        return &ramfile_ops;
    return node->type == FILE_DIRECTORY ? &ramdir_ops : &ramfifo_ops;
}

int ramfile_open(struct ramfs_node *node, struct file **out)
{
    struct ramfile *r = heap_zalloc(sizeof(*r));

    if (!r) {
        ramfs_lock();
        ramfs_node_put_locked(node);
        ramfs_unlock();
        return -XEN_ENOMEM;
    }
    r->node = node;
    file_init(&r->file, ops_of(node), node->type);
    r->file.seekable = node->type != FILE_PIPE;
    *out = &r->file;
    return 0;
}
