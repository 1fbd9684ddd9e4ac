/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages of ramfs files in areas: the pager of MAP_SHARED. All of a file's maps
 * and its reads and writes use the same pages.
 *
 * A fault cannot take the tree's mutex, so the array of pages has a spin lock
 * of its own here: whoever changes it holds both, a fault only this one. While
 * a file is mapped none of its pages is freed (ramfile.c), so a page needs no
 * count. A map ends where nothing may block: the next operation of ramfs takes
 * note of it.
 */

#include "private.h"
#include <pith/area.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/page.h>

struct ramfs_map {
    struct ramfs_node *node; /* has a reference, and is one more in its maps */
    struct ramfs_map *next;  /* of ended ones */
    uint32_t holds;          /* of areas and faults */
};

static struct {
    struct spinlock pages_lock; /* every node's pages; interrupts off */
    struct ramfs_map *ended;    /* changed by compare and exchange */
} share = {SPINLOCK_INIT, NULL};

unsigned long ramshare_lock(void)
{
    return spin_lock_irqsave(&share.pages_lock);
}

void ramshare_unlock(unsigned long flags)
{
    spin_unlock_irqrestore(&share.pages_lock, flags);
}

void *ramshare_set_page(struct ramfs_node *node, size_t index, void *page)
{
    unsigned long flags = ramshare_lock();
    void *there = node->pages[index];

    if (!there)
        node->pages[index] = page;
    ramshare_unlock(flags);
    if (there)
        page_free(page, 0);
    return there ? there : page;
}

/* --- the pager --- */

static int share_fault(void *object, uint64_t offset, unsigned access,
                       void **out_page)
{
    struct ramfs_node *node = ((struct ramfs_map *)object)->node;
    uint64_t size = __atomic_load_n(&node->size_bytes, __ATOMIC_RELAXED);
    size_t index = offset / PAGE_SIZE;
    unsigned long flags;
    void *page = NULL;
    bool inside;

    if (offset >= ALIGN_UP(size, PAGE_SIZE))
        return -XEN_EIO;
    flags = ramshare_lock();
    inside = index < node->page_slots;
    if (inside)
        page = node->pages[index];
    ramshare_unlock(flags);
    if (!inside)
        return -XEN_EIO;
    if (!page) {
        page = page_alloc_zeroed(0);
        if (!page)
            return -XEN_ENOMEM;
        page = ramshare_set_page(node, index, page);
    }
    *out_page = page;
    return 0;
}

static void share_page_put(void *object, uint64_t offset, void *page)
{
}

static void share_get(void *object)
{
    struct ramfs_map *map = object;

    __atomic_fetch_add(&map->holds, 1, __ATOMIC_RELAXED);
}

static void share_put(void *object)
{
    struct ramfs_map *map = object;

    if (__atomic_fetch_sub(&map->holds, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    map->next = __atomic_load_n(&share.ended, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&share.ended, &map->next, map, false,
                                        __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        ;
}

static const struct area_ops share_ops = {share_fault, share_page_put,
                                          share_get, share_put};

/* --- maps --- */

int ramshare_map_locked(struct ramfs_node *node, struct area_request *request)
{
    struct ramfs_map *map = heap_zalloc(sizeof(*map));
    int rc = map ? ramfile_make_own(node) : -XEN_ENOMEM;

    if (!rc)
        rc = ramfile_reserve(node, node->size_bytes);
    if (rc) {
        heap_free(map);
        return -XEN_ENOMEM;
    }
    node->refs++;
    node->maps++;
    *map = (struct ramfs_map){.node = node, .holds = 1};
    request->ops = &share_ops;
    request->object = map;
    return 0;
}

void ramshare_reap_locked(void)
{
    struct ramfs_map *map, *next;

    if (!__atomic_load_n(&share.ended, __ATOMIC_RELAXED))
        return;
    map = __atomic_exchange_n(&share.ended, NULL, __ATOMIC_ACQUIRE);
    for (; map; map = next) {
        next = map->next;
        if (--map->node->maps == 0)
            ramfile_trim(map->node);
        ramfs_node_put_locked(map->node);
        heap_free(map);
    }
}
