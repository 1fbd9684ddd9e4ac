/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Areas: what there is at which address, and the changes to it. Their pages are
 * area_pages.c's, their order area_tree.c's.
 *
 * Two locks. change is held for a whole change, with its TLB flushes on other
 * vCPUs: so it is taken with interrupts on, and whoever waits for it answers
 * those. areas.lock (area.h) is held for moments, and is all that faults take.
 * The tree only changes under both; under either it may be read.
 */

#include "area.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/room.h>

/* What answers page faults comes with the areas. */
ROOM_NEEDS_LIST(area_entry);

/* One change at a time. areas.lock, heap's and the page pool's nest in it. */
static struct spinlock change;

static bool bad_range(uint64_t vaddr, uint64_t bytes)
{
    return (vaddr | bytes) % PAGE_SIZE || !bytes || vaddr < AREA_START ||
           vaddr >= AREA_END || bytes > AREA_END - vaddr;
}

static bool write_and_exec(unsigned prot)
{
    return prot & AREA_WRITE && prot & AREA_EXEC;
}

/* Is there any area in [start, end)? */
static bool occupied(uint64_t start, uint64_t end)
{
    const struct area *area = area_tree_find(areas.tree, start);

    return area && area->start < end;
}

/* Do areas cover all of [start, end)? */
static bool covered(uint64_t start, uint64_t end)
{
    const struct area *area;

    for (uint64_t at = start; at < end; at = area->end) {
        area = area_tree_find(areas.tree, at);
        if (!area || area->start > at)
            return false;
    }
    return true;
}

/* What a cut at this address needs; NULL if there is nothing to cut. So the end
 * of a whole area needs no memory. */
static int spare_alloc(uint64_t at, struct area **out)
{
    const struct area *area = area_tree_find(areas.tree, at);

    *out = NULL;
    if (!area || area->start >= at)
        return 0;
    *out = heap_alloc(sizeof(**out));
    return *out ? 0 : -XEN_ENOMEM;
}

static int spares_alloc(uint64_t start, uint64_t end, struct area *out[2])
{
    if (spare_alloc(start, &out[0]))
        return -XEN_ENOMEM;
    if (spare_alloc(end, &out[1])) {
        heap_free(out[0]);
        return -XEN_ENOMEM;
    }
    return 0;
}

/* Takes the areas of [start, end) out of the tree, what lies outside cut off;
 * *above gets what is behind them, and the tree what is before. */
static struct area *take_out_locked(uint64_t start, uint64_t end,
                                    struct area *spares[2], struct area **above)
{
    struct area *range;

    areas.tree = area_tree_cut(areas.tree, start, &spares[0]);
    areas.tree = area_tree_cut(areas.tree, end, &spares[1]);
    area_tree_split(areas.tree, start, &areas.tree, &range);
    area_tree_split(range, end, &range, above);
    return range;
}

static void drop_all(const struct area *tree)
{
    if (!tree)
        return;
    drop_all(tree->left);
    area_pages_drop(tree, tree->start, tree->end);
    drop_all(tree->right);
}

/* Ends the areas of [start, end); *ended becomes a tree of them, whose pages
 * have gone. With replace, faults there wait until replaced_end is 0. */
static int end_range(uint64_t start, uint64_t end, bool replace,
                     struct area **ended)
{
    struct area *spares[2], *above;
    unsigned long flags;

    if (spares_alloc(start, end, spares))
        return -XEN_ENOMEM;
    flags = spin_lock_irqsave(&areas.lock);
    *ended = take_out_locked(start, end, spares, &above);
    areas.tree = area_tree_merge(areas.tree, above);
    if (replace) {
        areas.replaced_start = start;
        areas.replaced_end = end;
    }
    spin_unlock_irqrestore(&areas.lock, flags);
    drop_all(*ended);
    return 0;
}

/* Frees areas, each of which holds its object. No lock is held. */
static void free_all(struct area *tree)
{
    if (!tree)
        return;
    free_all(tree->left);
    free_all(tree->right);
    if (tree->ops)
        tree->ops->put(tree->object);
    heap_free(tree);
}

/* Frees what area_tree_glue put on a list. */
static void free_dead(struct area *dead)
{
    while (dead) {
        struct area *next = dead->right;

        heap_free(dead);
        dead = next;
    }
}

int area_unmap(uint64_t vaddr, uint64_t bytes)
{
    struct area *ended = NULL;
    int rc;

    if (bad_range(vaddr, bytes))
        return -XEN_EINVAL;
    spin_lock(&change);
    rc = end_range(vaddr, vaddr + bytes, false, &ended);
    spin_unlock(&change);
    free_all(ended);
    return rc;
}

/* Where the area is to lie. */
static int place(const struct area_request *request, uint64_t *out)
{
    uint64_t bytes = request->bytes, hint = request->hint;
    bool free_there = !bad_range(hint, bytes) && !occupied(hint, hint + bytes);

    if (request->flags & AREA_FIXED) {
        *out = hint;
        return request->flags & AREA_NOREPLACE && !free_there ? -XEN_EEXIST : 0;
    }
    *out = free_there ? hint
                      : area_tree_room(areas.tree, bytes, AREA_START, AREA_END);
    return *out ? 0 : -XEN_ENOMEM;
}

static void insert(struct area *area, struct area **dead)
{
    unsigned long flags = spin_lock_irqsave(&areas.lock);
    struct area *above;

    area_tree_split(areas.tree, area->start, &areas.tree, &above);
    areas.tree = area_tree_glue(areas.tree, area_tree_leaf(area), dead);
    areas.tree = area_tree_glue(areas.tree, above, dead);
    areas.replaced_end = 0;
    spin_unlock_irqrestore(&areas.lock, flags);
}

/* Takes area if it returns 0: then it may be part of another one already. */
static int map_area(const struct area_request *request, struct area *area,
                    uint64_t *out_vaddr)
{
    struct area *ended = NULL, *dead = NULL;
    int rc;

    spin_lock(&change);
    rc = place(request, out_vaddr);
    area->start = *out_vaddr;
    area->end = *out_vaddr + request->bytes;
    if (!rc && request->flags & AREA_FIXED)
        rc = end_range(area->start, area->end, true, &ended);
    if (!rc)
        insert(area, &dead);
    spin_unlock(&change);
    free_all(ended);
    free_dead(dead);
    return rc;
}

static int check_request(const struct area_request *request)
{
    if (write_and_exec(request->prot))
        return -XEN_EACCES;
    if (!request->bytes || (request->bytes | request->offset) % PAGE_SIZE)
        return -XEN_EINVAL;
    if (!(request->flags & AREA_FIXED))
        return 0;
    if (request->hint % PAGE_SIZE)
        return -XEN_EINVAL;
    return bad_range(request->hint, request->bytes) ? -XEN_ENOMEM : 0;
}

/* All pages now, or no area. */
static int populate(const struct area_request *request, uint64_t vaddr)
{
    int rc = area_pages_populate(vaddr, vaddr + request->bytes);

    if (!rc)
        return 0;
    if (request->ops)
        request->ops->get(request->object); /* the caller's again */
    area_unmap(vaddr, request->bytes);
    return rc;
}

int area_map(const struct area_request *request, uint64_t *out_vaddr)
{
    struct area *area;
    uint64_t vaddr;
    int rc = check_request(request);

    if (rc)
        return rc;
    area = heap_zalloc(sizeof(*area));
    if (!area)
        return -XEN_ENOMEM;
    area->prot = request->prot;
    area->ops = request->ops;
    area->object = request->object;
    area->offset = request->offset;
    rc = map_area(request, area, &vaddr);
    if (rc) {
        heap_free(area);
        return rc;
    }
    if (areas.eager || request->flags & AREA_POPULATE)
        rc = populate(request, vaddr);
    if (!rc)
        *out_vaddr = vaddr;
    return rc;
}

static void set_prot(struct area *tree, unsigned prot)
{
    if (!tree)
        return;
    tree->prot = prot;
    set_prot(tree->left, prot);
    set_prot(tree->right, prot);
}

/* The rights of the areas first: faults on the way already go by them, and
 * give pages that have their old rights the new ones. */
static int protect_range(uint64_t start, uint64_t end, unsigned prot,
                         struct area **dead)
{
    struct area *spares[2], *range, *above;
    unsigned long flags;

    if (!covered(start, end) || spares_alloc(start, end, spares))
        return -XEN_ENOMEM;
    flags = spin_lock_irqsave(&areas.lock);
    range = take_out_locked(start, end, spares, &above);
    set_prot(range, prot);
    areas.tree = area_tree_glue(areas.tree, range, dead);
    areas.tree = area_tree_glue(areas.tree, above, dead);
    spin_unlock_irqrestore(&areas.lock, flags);
    area_pages_protect(start, end, prot);
    return 0;
}

int area_protect(uint64_t vaddr, uint64_t bytes, unsigned prot)
{
    struct area *dead = NULL;
    int rc;

    if (write_and_exec(prot))
        return -XEN_EACCES;
    if (bad_range(vaddr, bytes))
        return -XEN_EINVAL;
    spin_lock(&change);
    rc = protect_range(vaddr, vaddr + bytes, prot, &dead);
    spin_unlock(&change);
    free_dead(dead);
    if (!rc && areas.eager)
        rc = area_pages_populate(vaddr, vaddr + bytes);
    return rc;
}

int area_discard(uint64_t vaddr, uint64_t bytes)
{
    uint64_t at = vaddr, end = vaddr + bytes;
    const struct area *area;
    int rc = 0;

    if (bad_range(vaddr, bytes))
        return -XEN_EINVAL;
    spin_lock(&change);
    for (; at < end; at = area->end) {
        area = area_tree_find(areas.tree, at);
        if (!area || area->start > at)
            rc = -XEN_ENOMEM;
        if (!area || area->start >= end)
            break;
        area_pages_drop(area, MAX(at, area->start), MIN(end, area->end));
    }
    spin_unlock(&change);
    if (areas.eager && area_pages_populate(vaddr, end))
        rc = -XEN_ENOMEM;
    return rc;
}

int area_find(uint64_t vaddr, struct area_info *out)
{
    unsigned long flags = spin_lock_irqsave(&areas.lock);
    const struct area *area = area_tree_find(areas.tree, vaddr);

    if (area)
        *out = (struct area_info){area->start, area->end, area->prot};
    spin_unlock_irqrestore(&areas.lock, flags);
    return area ? 0 : -XEN_ENOENT;
}

void area_set_eager(void)
{
    areas.eager = true;
}
