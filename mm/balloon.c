/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages that are away, with Xen, and how they go and come. RAM that never
 * joined the allocator goes first and comes last: it ends at a limit that
 * moves (page.c), and needs no records. Other pages are free blocks, which are
 * kept in lists by their records, in state PAGE_AWAY. Pure.
 */

#include "private.h"
#include <pith/balloon.h>
#include <pith/string.h>

#define BATCH 256u

/* No lock: calls come one at a time; balloon_pages alone is read by others. */
static struct {
    uint32_t first[BALLOON_ORDER_MAX + 1]; /* blocks away, by page number */
    uint64_t block_pages;                  /* in those */
    /* RAM that never joined is with Xen from here on. The pool's limit is here
     * or below: what lies in between is held back. */
    uint64_t given_from;
} balloon = {.given_from = UINT64_MAX};

static uint64_t gfn_of(uint32_t n)
{
    return (uint64_t)page_address(n) >> PAGE_SHIFT;
}

/* --- blocks --- */

static void block_push(uint32_t n, unsigned order)
{
    struct page *page = &page_table.array[n];

    page->state = PAGE_AWAY;
    page->order = (uint8_t)order;
    page->next = balloon.first[order];
    balloon.first[order] = n;
    WRITE_ONCE(balloon.block_pages, balloon.block_pages + (1ull << order));
}

static uint32_t block_pop(unsigned order)
{
    uint32_t n = balloon.first[order];

    if (n) {
        balloon.first[order] = page_table.array[n].next;
        WRITE_ONCE(balloon.block_pages, balloon.block_pages - (1ull << order));
    }
    return n;
}

/* False: no more blocks, or nobody takes them. */
static bool give_blocks(uint64_t *left, unsigned order, balloon_fn *give)
{
    uint64_t gfns[BATCH];
    uint32_t blocks[BATCH];
    unsigned count = 0, done;

    while (count < BATCH && *left >= (uint64_t)(count + 1) << order) {
        blocks[count] = pool_take_spare(order, BALLOON_KEEP_PAGES);
        if (!blocks[count])
            break;
        /* Xen hands them on as they are. */
        memset(page_address(blocks[count]), 0, PAGE_SIZE << order);
        gfns[count] = gfn_of(blocks[count]);
        count++;
    }
    if (!count)
        return false;
    done = give(gfns, count, order);
    for (unsigned i = 0; i < count; i++)
        if (i < done)
            block_push(blocks[i], order);
        else
            pool_put(blocks[i], order);
    *left -= (uint64_t)done << order;
    return done == count;
}

static void split(unsigned order)
{
    uint32_t n = block_pop(order);

    block_push(n + (1u << (order - 1)), order - 1);
    block_push(n, order - 1);
}

/* False: there are none, or Xen has none for the smallest. */
static bool fill_blocks(uint64_t *left, unsigned order, balloon_fn *fill)
{
    uint64_t gfns[BATCH];
    uint32_t blocks[BATCH];
    unsigned count = 0, done;

    while (count < BATCH && *left >= (uint64_t)(count + 1) << order) {
        blocks[count] = block_pop(order);
        if (!blocks[count])
            break;
        gfns[count] = gfn_of(blocks[count]);
        count++;
    }
    if (!count)
        return false;
    done = fill(gfns, count, order);
    for (unsigned i = count; i-- > 0;)
        if (i < done)
            pool_put(blocks[i], order);
        else
            block_push(blocks[i], order);
    *left -= (uint64_t)done << order;
    if (!done && order)
        split(order);
    return done || order;
}

/* Smaller ones than are away come out of larger ones. */
static void deflate_blocks(uint64_t *left, balloon_fn *fill)
{
    unsigned order = BALLOON_ORDER_MAX;

    while (*left && balloon.block_pages) {
        unsigned fits = 63u - (unsigned)__builtin_clzl(*left), have = 0;

        order = MIN(order, fits);
        while (order && !balloon.first[order])
            order--;
        if (balloon.first[order]) {
            if (!fill_blocks(left, order, fill))
                return;
            continue;
        }
        while (!balloon.first[have])
            have++;
        split(have);
        order = BALLOON_ORDER_MAX;
    }
}

/* --- RAM that never joined --- */

/* Gives what is held back, from the top down, so that Xen's part stays one
 * piece. False: Xen does not take it. */
static bool give_held(balloon_fn *give)
{
    uint64_t gfns[BATCH], at = balloon.given_from, limit = pool_limit();
    unsigned count = 0, order = 0, next, done;

    while (count < BATCH && pool_last_block(limit, at, &at, &next)) {
        if (count && next != order)
            break;
        order = next;
        gfns[count++] = at >> PAGE_SHIFT;
    }
    if (!count)
        return true;
    done = give(gfns, count, order);
    if (done)
        balloon.given_from = gfns[done - 1] << PAGE_SHIFT;
    return done == count && give_held(give);
}

/* Returns how many more pages are away. What Xen does not take joins after
 * all, but for what was held back before. */
static uint64_t give_pending(uint64_t pages, balloon_fn *give)
{
    uint64_t before;

    if (!give_held(give))
        return 0;
    before = balloon_pages();
    pool_lower_limit(pages);
    if (!give_held(give))
        pool_raise_limit(balloon.given_from);
    return balloon_pages() - before;
}

/* The lowest page or 2 MiB that is with Xen comes back. */
static bool fill_pending(uint64_t *left, unsigned max_order, balloon_fn *fill)
{
    uint64_t gfn, start;
    unsigned order;

    if (!pool_first_block(balloon.given_from, max_order, &start, &order))
        return false;
    gfn = start >> PAGE_SHIFT;
    if (!fill(&gfn, 1, order))
        return order && fill_pending(left, 0, fill);
    *left -= 1ull << order;
    balloon.given_from = start + (PAGE_SIZE << order);
    pool_raise_limit(balloon.given_from);
    return true;
}

/* --- both --- */

uint64_t balloon_inflate(uint64_t pages, balloon_fn *give)
{
    uint64_t left = pages - give_pending(pages, give);

    for (int order = BALLOON_ORDER_MAX; order >= 0; order--)
        while (left >> order && give_blocks(&left, (unsigned)order, give))
            ;
    return pages - left;
}

uint64_t balloon_deflate(uint64_t pages, balloon_fn *fill)
{
    uint64_t left = pages, start;
    unsigned order;

    /* Xen has never had what is held back. */
    while (left && pool_limit() < balloon.given_from &&
           pool_first_block(pool_limit(),
                            left >> BALLOON_ORDER_MAX ? BALLOON_ORDER_MAX : 0,
                            &start, &order) &&
           start < balloon.given_from) {
        pool_raise_limit(start + (PAGE_SIZE << order));
        left -= 1ull << order;
    }
    deflate_blocks(&left, fill);
    while (left &&
           fill_pending(
               &left, left >> BALLOON_ORDER_MAX ? BALLOON_ORDER_MAX : 0, fill))
        ;
    return pages - left;
}

uint64_t balloon_pages(void)
{
    return READ_ONCE(balloon.block_pages) + pool_held_pages();
}

uint64_t balloon_ram_pages(void)
{
    uint64_t pages = 0;

    for (unsigned i = 0; i < boot_info.region_count; i++)
        if (boot_info.regions[i].type == REGION_RAM)
            pages += (boot_info.regions[i].end_paddr -
                      boot_info.regions[i].start_paddr) >>
                     PAGE_SHIFT;
    return pages;
}
