/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes of a regular file of ramfs. They lie in the boot module until the
 * first write copies them into pages of their own; a page that was never
 * written is a hole and reads as zeros. While areas show the file, no page of
 * it is freed, and the array of pages changes under ramshare.c's lock.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/page.h>
#include <pith/timer.h>
#include <string.h>

/* Keeps sums of offsets far from overflow; memory ends long before. */
#define SIZE_LIMIT (1ull << 40)

int ramfile_reserve(struct ramfs_node *node, uint64_t size_bytes)
{
    size_t need = ALIGN_UP(size_bytes, PAGE_SIZE) / PAGE_SIZE;
    uint8_t **pages, **before = node->pages;
    unsigned long flags;

    if (need <= node->page_slots)
        return 0;
    need = MAX(need, node->page_slots * 2);
    pages = heap_zalloc(need * sizeof(*pages));
    if (!pages)
        return -XEN_ENOSPC;
    flags = ramshare_lock();
    for (size_t i = 0; i < node->page_slots; i++)
        pages[i] = before[i];
    node->pages = pages;
    node->page_slots = need;
    ramshare_unlock(flags);
    heap_free(before);
    return 0;
}

/* The page that holds offset, made if need be; NULL: out of memory. */
static uint8_t *page_for_write(struct ramfs_node *node, uint64_t offset)
{
    size_t index = offset / PAGE_SIZE;
    uint8_t *page;

    if (ramfile_reserve(node, offset + 1))
        return NULL;
    if (node->pages[index])
        return node->pages[index];
    page = page_alloc_zeroed(0);
    return page ? ramshare_set_page(node, index, page) : NULL;
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

/* While the file is mapped, what is cut off becomes zeros where it is. */
static void drop_pages_from(struct ramfs_node *node, size_t first)
{
    for (size_t i = first; i < node->page_slots; i++) {
        if (node->pages[i] && node->maps) {
            memset(node->pages[i], 0, PAGE_SIZE);
        } else if (node->pages[i]) {
            page_free(node->pages[i], 0);
            node->pages[i] = NULL;
        }
    }
}

void ramfile_trim(struct ramfs_node *node)
{
    drop_pages_from(node, ALIGN_UP(node->size_bytes, PAGE_SIZE) / PAGE_SIZE);
}

void ramfile_free_pages(struct ramfs_node *node)
{
    drop_pages_from(node, 0);
    heap_free(node->pages);
    node->pages = NULL;
    node->page_slots = 0;
}

/* Ends the loan from the boot module by copying the first keep bytes. */
static int end_loan(struct ramfs_node *node, size_t keep)
{
    const uint8_t *lent = node->lent;

    if (!lent)
        return 0;
    if (store(node, 0, lent, keep) < keep) {
        drop_pages_from(node, 0);
        return -XEN_ENOSPC;
    }
    node->lent = NULL;
    return 0;
}

int ramfile_make_own(struct ramfs_node *node)
{
    return end_loan(node, node->size_bytes);
}

int ramfile_truncate_locked(struct ramfs_node *node, uint64_t size_bytes)
{
    size_t tail = size_bytes % PAGE_SIZE, last = size_bytes / PAGE_SIZE;
    int rc;

    if (size_bytes > SIZE_LIMIT)
        return -XEN_EFBIG;
    rc = end_loan(node, MIN(size_bytes, node->size_bytes));
    if (!rc && node->maps)
        rc = ramfile_reserve(node, size_bytes);
    if (rc)
        return rc;
    drop_pages_from(node, last + (tail != 0));
    /* What is cut off must read as zeros if the file grows again. */
    if (tail && last < node->page_slots && node->pages[last])
        memset(node->pages[last] + tail, 0, PAGE_SIZE - tail);
    ramfs_set_size_locked(node, size_bytes);
    ramfs_touch_locked(node, true);
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

long ramfile_read_locked(struct ramfs_node *node, void *buf, size_t size,
                         uint64_t offset)
{
    /* As Linux's "relatime": of reads after a change only the first. */
    if (size && node->atime_ns <= MAX(node->mtime_ns, node->ctime_ns))
        node->atime_ns = clock_realtime_ns();
    if (offset >= node->size_bytes)
        return 0;
    size = MIN(size, node->size_bytes - offset);
    load(node, offset, buf, size);
    return (long)size;
}

long ramfile_write_locked(struct ramfs_node *node, const void *buf, size_t size,
                          uint64_t offset)
{
    size_t done;

    if (!size)
        return 0;
    if (offset >= SIZE_LIMIT)
        return -XEN_EFBIG;
    size = MIN(size, SIZE_LIMIT - offset);
    if (ramfile_make_own(node))
        return -XEN_ENOSPC;
    done = store(node, offset, buf, size);
    if (!done)
        return -XEN_ENOSPC;
    if (offset + done > node->size_bytes)
        ramfs_set_size_locked(node, offset + done);
    ramfs_touch_locked(node, true);
    return (long)done;
}

int ramfile_allocate_locked(struct ramfs_node *node, uint64_t offset,
                            uint64_t size)
{
    uint64_t end, at;

    if (__builtin_add_overflow(offset, size, &end) || end > SIZE_LIMIT)
        return -XEN_EFBIG;
    if (ramfile_make_own(node))
        return -XEN_ENOSPC;
    for (at = ALIGN_DOWN(offset, PAGE_SIZE); at < end; at += PAGE_SIZE)
        if (!page_for_write(node, at)) {
            ramfile_trim(node); /* what was added behind the end */
            return -XEN_ENOSPC;
        }
    if (end > node->size_bytes)
        ramfs_set_size_locked(node, end);
    ramfs_touch_locked(node, true);
    return 0;
}

static bool is_hole(const struct ramfs_node *node, uint64_t offset)
{
    size_t index = offset / PAGE_SIZE;

    return !node->lent && (index >= node->page_slots || !node->pages[index]);
}

int ramfile_find_locked(const struct ramfs_node *node, uint64_t offset,
                        bool hole, uint64_t *out)
{
    uint64_t at = offset;

    if (offset >= node->size_bytes)
        return -XEN_ENXIO;
    while (at < node->size_bytes && is_hole(node, at) != hole) {
        /* Behind the last slot there are holes only. */
        if (!hole && at / PAGE_SIZE >= node->page_slots)
            return -XEN_ENXIO;
        at = ALIGN_DOWN(at, PAGE_SIZE) + PAGE_SIZE;
    }
    if (at >= node->size_bytes && !hole)
        return -XEN_ENXIO;
    *out = MIN(at, node->size_bytes);
    return 0;
}

static uint64_t used_bytes(const struct ramfs_node *node)
{
    uint64_t used = 0;

    if (node->type != FILE_REGULAR)
        return 0;
    if (node->lent)
        return ALIGN_UP(node->size_bytes, PAGE_SIZE);
    for (size_t i = 0; i < node->page_slots; i++)
        used += node->pages[i] ? PAGE_SIZE : 0;
    return used;
}

void ramfile_stat(const struct ramfs_node *node, struct file_stat *out)
{
    *out = (struct file_stat){
        .type = node->type,
        .device = RAMFS_DEVICE,
        .inode = node->inode,
        .size_bytes = node->size_bytes,
        .used_bytes = used_bytes(node),
        .atime_ns = node->atime_ns,
        .mtime_ns = node->mtime_ns,
        .ctime_ns = node->ctime_ns,
        .mode = node->mode,
        .block_bytes = FS_BLOCK_BYTES,
        .links = node->links,
        .uid = node->uid,
        .gid = node->gid,
    };
}
