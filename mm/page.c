/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buddy allocator: a list of free blocks for each power of two, blocks
 * aligned to their size. Owns the pages' records. Pure.
 *
 * Invariant: only the first page of a block has a state other than PAGE_NONE,
 * and two free buddies of one order never exist at once.
 */

#include "private.h"
#include <pith/panic.h>
#include <pith/string.h>

struct page_table page_table;

/* lock protects all of it, and state, order and links of free pages. It nests
 * in every other lock of mm/. */
static struct {
    struct spinlock lock;
    uint32_t nonempty; /* a bit for each order with free blocks */
    uint32_t first[PAGE_MAX_ORDER + 1];
    uint64_t total_pages, free_pages;
} pool;

static void block_link(uint32_t n, unsigned order)
{
    struct page *page = &page_table.array[n];
    uint32_t next = pool.first[order];

    page->state = PAGE_FREE;
    page->order = (uint8_t)order;
    page->next = next;
    page->prev = 0;
    if (next)
        page_table.array[next].prev = n;
    pool.first[order] = n;
    pool.nonempty |= 1u << order;
}

static void block_unlink(uint32_t n)
{
    struct page *page = &page_table.array[n];

    if (page->prev)
        page_table.array[page->prev].next = page->next;
    else
        pool.first[page->order] = page->next;
    if (page->next)
        page_table.array[page->next].prev = page->prev;
    if (!pool.first[page->order])
        pool.nonempty &= ~(1u << page->order);
    page->state = PAGE_NONE;
}

/* The number of the first page of a block, now PAGE_USED, or 0. */
static uint32_t take_block_locked(unsigned order)
{
    uint32_t usable, n;
    unsigned have;

    if (order > PAGE_MAX_ORDER)
        return 0;
    usable = pool.nonempty >> order;
    if (!usable)
        return 0;
    have = order + (unsigned)__builtin_ctz(usable);
    n = pool.first[have];
    block_unlink(n);
    while (have > order) {
        have--;
        block_link(n + (1u << have), have);
    }
    page_table.array[n].state = PAGE_USED;
    page_table.array[n].order = (uint8_t)order;
    pool.free_pages -= 1ull << order;
    return n;
}

static void put_block_locked(uint32_t n, unsigned order)
{
    pool.free_pages += 1ull << order;
    /* Alignment is by physical page number; first has no bits of an order
     * (page_table_init). */
    for (; order < PAGE_MAX_ORDER; order++) {
        uint32_t buddy = n ^ 1u << order;

        if (buddy >= page_table.count ||
            page_table.array[buddy].state != PAGE_FREE ||
            page_table.array[buddy].order != order)
            break;
        block_unlink(buddy);
        n &= ~(1u << order);
    }
    block_link(n, order);
}

/* Any run of pages, as the largest blocks that alignment allows. */
static void put_run_locked(uint32_t n, uint64_t count)
{
    while (count) {
        unsigned order = (unsigned)__builtin_ctz(n | 1u << PAGE_MAX_ORDER);

        while (1ull << order > count)
            order--;
        put_block_locked(n, order);
        n += 1u << order;
        count -= 1ull << order;
    }
}

void *page_alloc(unsigned order)
{
    uint32_t n;

    spin_lock(&pool.lock);
    n = take_block_locked(order);
    spin_unlock(&pool.lock);
    return n ? page_address(&page_table.array[n]) : NULL;
}

void *page_alloc_zeroed(unsigned order)
{
    void *pages = page_alloc(order);

    if (pages)
        memset(pages, 0, PAGE_SIZE << order);
    return pages;
}

void page_free(void *pages, unsigned order)
{
    struct page *page = page_of(pages);
    bool valid;

    spin_lock(&pool.lock);
    valid = page && (uint64_t)pages % PAGE_SIZE == 0 &&
            page->state == PAGE_USED && page->order == order;
    if (valid) {
        page->state = PAGE_NONE;
        put_block_locked(page_number(page), order);
    }
    spin_unlock(&pool.lock);
    if (!valid)
        panic("page_free: %p of order %u is not allocated", pages, order);
}

void *pages_take(uint64_t count)
{
    unsigned order = 0;
    uint32_t n;

    while (order <= PAGE_MAX_ORDER && 1ull << order < count)
        order++;
    spin_lock(&pool.lock);
    n = take_block_locked(order);
    if (n)
        put_run_locked(n + (uint32_t)count, (1ull << order) - count);
    spin_unlock(&pool.lock);
    return n ? page_address(&page_table.array[n]) : NULL;
}

void pages_put(void *ptr, uint64_t count)
{
    spin_lock(&pool.lock);
    put_run_locked(page_number(page_of(ptr)), count);
    spin_unlock(&pool.lock);
}

void page_add(uint64_t paddr, uint64_t size_bytes)
{
    uint64_t end = (paddr + size_bytes) >> PAGE_SHIFT;
    uint64_t start = ALIGN_UP(paddr, PAGE_SIZE) >> PAGE_SHIFT;

    if (start >= end)
        return;
    ASSERT(start > page_table.first &&
           end <= page_table.first + page_table.count);
    spin_lock(&pool.lock);
    pool.total_pages += end - start;
    put_run_locked((uint32_t)(start - page_table.first), end - start);
    spin_unlock(&pool.lock);
}

void page_table_init(struct page *array, uint64_t first, uint64_t count)
{
    ASSERT(first % (1u << PAGE_MAX_ORDER) == 0 && count <= UINT32_MAX);
    memset(array, 0, count * sizeof(*array));
    memset(&pool, 0, sizeof(pool));
    page_table = (struct page_table){array, first, count};
}

void page_get_stats(struct page_stats *out)
{
    spin_lock(&pool.lock);
    out->total_pages = pool.total_pages;
    out->free_pages = pool.free_pages;
    spin_unlock(&pool.lock);
}
