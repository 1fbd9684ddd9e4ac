/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buddy allocator: a list of free blocks for each power of two, blocks
 * aligned to their size. Owns the pages' records. Pure.
 *
 * Invariant: only the first page of a block has a state other than PAGE_NONE,
 * and two free buddies of one order never exist at once.
 *
 * With CONFIG_CHECKS pages that were freed hold poison until they are taken.
 *
 * RAM joins in steps, when what joined before does not serve: to initialise
 * all records would cost a guest of 256 MB more than the rest of its boot.
 */

#include "private.h"
#include <pith/balloon.h>
#include <pith/panic.h>
#include <pith/string.h>

/* The first steps are small: before the larger ones Xen is asked whether there
 * is such RAM at all (balloon_set_shortage), which a small program needs not.
 */
#define FIRST_STEP_BYTES SIZE_2M
#define STEP_BYTES (16ull << 20)
#define POISON_PAGES 16ul

struct page_table page_table;

/* lock protects all of it, page_table, and the records of free pages. It nests
 * in every other lock of mm/. */
static struct {
    struct spinlock lock;
    uint32_t nonempty; /* a bit for each order with free blocks */
    uint32_t first[PAGE_MAX_ORDER + 1];
    uint64_t total_pages, free_pages; /* without what is pending */
    uint64_t idle_pages;              /* page_reclaim would free */
    uint64_t records;                 /* that the array has room for */
    struct ranges *pending;           /* RAM yet to join */
    unsigned next_pending;
    uint64_t limit;        /* of pending: what is above does not join */
    uint64_t (*ask)(void); /* the shortage; NULL: there is none */
    bool asked;
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

static void put_block_locked(uint32_t n, unsigned order)
{
    pool.free_pages += 1ull << order;
    /* Alignment is by physical page number; first has no bits of an order
     * (page_table_init). */
    for (; order < PAGE_MAX_ORDER; order++) {
        uint32_t buddy = n ^ 1u << order;

        if (buddy >= page_table.count ||
            READ_ONCE(page_table.array[buddy].state) != PAGE_FREE ||
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

/* The pages of [start, end), whose records may be new. */
static void join_locked(uint64_t start, uint64_t end)
{
    uint64_t n = (start >> PAGE_SHIFT) - page_table.first;
    uint64_t count = (end - start) >> PAGE_SHIFT;

    ASSERT(n > 0 && n + count <= pool.records);
    if (n + count > page_table.count) {
        memset(&page_table.array[page_table.count], 0,
               (n + count - page_table.count) * sizeof(struct page));
        page_table.count = n + count;
    }
    pool.total_pages += count;
    put_run_locked((uint32_t)n, count);
}

/* Pages of pending RAM in [from, to). */
static uint64_t pending_locked(uint64_t from, uint64_t to)
{
    uint64_t pages = 0;

    for (unsigned i = pool.next_pending; i < pool.pending->count; i++) {
        uint64_t start = MAX(pool.pending->list[i].start, from);
        uint64_t end = MIN(pool.pending->list[i].end, to);

        if (start < end)
            pages += (end - start) >> PAGE_SHIFT;
    }
    return pages;
}

static void lower_limit_locked(uint64_t pages)
{
    for (unsigned i = pool.pending->count; i-- > pool.next_pending && pages;) {
        uint64_t start = pool.pending->list[i].start;
        uint64_t end = MIN(pool.pending->list[i].end, pool.limit);
        uint64_t count = start < end ? (end - start) >> PAGE_SHIFT : 0;

        if (!count)
            continue;
        count = MIN(count, pages);
        pool.limit = end - (count << PAGE_SHIFT);
        pages -= count;
    }
}

/* The next step of pending RAM, up to a multiple of the step, so that blocks
 * of its size can be whole. False: all RAM is here. */
static bool grow_locked(void)
{
    bool first = pool.total_pages < FIRST_STEP_BYTES / PAGE_SIZE;
    uint64_t step = first ? FIRST_STEP_BYTES : STEP_BYTES;

    if (!first && pool.ask && !pool.asked) {
        pool.asked = true;
        lower_limit_locked(pool.ask());
    }
    for (; pool.next_pending < pool.pending->count; pool.next_pending++) {
        uint64_t start = pool.pending->list[pool.next_pending].start;
        uint64_t end = MIN(pool.pending->list[pool.next_pending].end,
                           ALIGN_DOWN(start, step) + step);

        if (start >= pool.pending->list[pool.next_pending].end)
            continue;
        end = MIN(end, pool.limit);
        if (start >= end)
            return false;
        pool.pending->list[pool.next_pending].start = end;
        join_locked(start, end);
        return true;
    }
    return false;
}

/* The number of the first page of a block, now PAGE_USED, or 0. */
static uint32_t take_block_locked(unsigned order)
{
    unsigned have;
    uint32_t n;

    while (!(pool.nonempty >> order))
        if (!grow_locked())
            return 0;
    have = order + (unsigned)__builtin_ctz(pool.nonempty >> order);
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

/* The first pages of what is freed get poison: a test that takes and gives all
 * of its memory would do nothing else. */
static void set_poison(uint32_t n, uint64_t count)
{
    count = MIN(count, POISON_PAGES);
    poison_fill(page_address(n), count << PAGE_SHIFT);
    for (uint64_t i = n; i < n + count; i++)
        page_table.array[i].poisoned = 1;
}

/* The caller has taken the pages. */
static void check_poison(uint32_t n, uint64_t count)
{
    for (uint64_t i = n; i < n + count; i++)
        if (page_table.array[i].poisoned) {
            page_table.array[i].poisoned = 0;
            poison_check(page_address(i), PAGE_SIZE);
        }
}

/* The first count pages of a block that was taken; n 0: none. */
static void *taken(uint32_t n, uint64_t count)
{
    if (!n)
        return NULL;
    if (IS_ENABLED(CONFIG_CHECKS))
        check_poison(n, count);
    return page_address(n);
}

void *page_alloc_now(unsigned order)
{
    uint32_t n;

    if (order > PAGE_MAX_ORDER)
        return NULL;
    spin_lock(&pool.lock);
    n = take_block_locked(order);
    spin_unlock(&pool.lock);
    return taken(n, 1ull << order);
}

void *page_alloc(unsigned order)
{
    void *pages = page_alloc_now(order);

    if (pages)
        return pages;
    page_reclaim();
    return page_alloc_now(order);
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
        if (IS_ENABLED(CONFIG_CHECKS))
            set_poison((uint32_t)page_number(pages), 1ull << order);
        put_block_locked((uint32_t)page_number(pages), order);
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
    if (order > PAGE_MAX_ORDER)
        return NULL;
    spin_lock(&pool.lock);
    n = take_block_locked(order);
    if (n)
        put_run_locked(n + (uint32_t)count, (1ull << order) - count);
    spin_unlock(&pool.lock);
    return taken(n, count);
}

void pages_put(void *ptr, uint64_t count)
{
    if (IS_ENABLED(CONFIG_CHECKS))
        set_poison((uint32_t)page_number(ptr), count);
    spin_lock(&pool.lock);
    put_run_locked((uint32_t)page_number(ptr), count);
    spin_unlock(&pool.lock);
}

void pages_add_idle(int64_t count)
{
    spin_lock(&pool.lock);
    pool.idle_pages += (uint64_t)count;
    spin_unlock(&pool.lock);
}

void page_add(uint64_t paddr, uint64_t size_bytes)
{
    uint64_t start = ALIGN_UP(paddr, PAGE_SIZE);
    uint64_t end = ALIGN_DOWN(paddr + size_bytes, PAGE_SIZE);

    /* What ranges_take_records gave up has no records. */
    end = MIN(end, (pool.records + page_table.first) << PAGE_SHIFT);
    if (start >= end)
        return;
    spin_lock(&pool.lock);
    join_locked(start, end);
    spin_unlock(&pool.lock);
}

/* --- for balloon.c --- */

uint32_t pool_take_spare(unsigned order, uint64_t keep)
{
    uint32_t n = 0;

    spin_lock(&pool.lock);
    if (pool.free_pages >= keep + (1ull << order) && pool.nonempty >> order)
        n = take_block_locked(order);
    if (n)
        pool.total_pages -= 1ull << order;
    spin_unlock(&pool.lock);
    if (n && IS_ENABLED(CONFIG_CHECKS))
        check_poison(n, 1ull << order);
    return n;
}

void pool_put(uint32_t n, unsigned order)
{
    page_table.array[n].state = PAGE_NONE;
    if (IS_ENABLED(CONFIG_CHECKS))
        set_poison(n, 1ull << order);
    spin_lock(&pool.lock);
    pool.total_pages += 1ull << order;
    put_block_locked(n, order);
    spin_unlock(&pool.lock);
}

uint64_t pool_limit(void)
{
    return READ_ONCE(pool.limit);
}

void pool_lower_limit(uint64_t pages)
{
    spin_lock(&pool.lock);
    lower_limit_locked(pages);
    spin_unlock(&pool.lock);
}

void pool_raise_limit(uint64_t paddr)
{
    spin_lock(&pool.lock);
    pool.limit = MAX(pool.limit, paddr);
    spin_unlock(&pool.lock);
}

uint64_t pool_held_pages(void)
{
    uint64_t pages;

    spin_lock(&pool.lock);
    pages = pending_locked(pool.limit, UINT64_MAX);
    spin_unlock(&pool.lock);
    return pages;
}

bool pool_last_block(uint64_t from, uint64_t to, uint64_t *out_start,
                     unsigned *out_order)
{
    for (unsigned i = pool.pending->count; i-- > 0;) {
        uint64_t start = MAX(pool.pending->list[i].start, from);
        uint64_t end = MIN(pool.pending->list[i].end, to);

        if (start >= end)
            continue;
        *out_order = end % SIZE_2M || end - start < SIZE_2M ? 0
                                                            : BALLOON_ORDER_MAX;
        *out_start = end - (PAGE_SIZE << *out_order);
        return true;
    }
    return false;
}

bool pool_first_block(uint64_t from, unsigned max_order, uint64_t *out_start,
                      unsigned *out_order)
{
    for (unsigned i = 0; i < pool.pending->count; i++) {
        uint64_t start = MAX(pool.pending->list[i].start, from);
        uint64_t end = pool.pending->list[i].end;

        if (start >= end)
            continue;
        *out_order = start % SIZE_2M || end - start < SIZE_2M ? 0 : max_order;
        *out_start = start;
        return true;
    }
    return false;
}

void balloon_set_shortage(uint64_t (*ask)(void))
{
    pool.ask = ask;
}

void page_table_init(struct page *array, uint64_t first, uint64_t total,
                     struct ranges *pending)
{
    ASSERT(first % (1u << PAGE_MAX_ORDER) == 0 && total <= UINT32_MAX);
    memset(&pool, 0, sizeof(pool));
    pool.records = total;
    pool.pending = pending;
    pool.limit = UINT64_MAX;
    page_table = (struct page_table){array, first, 0};
}

void page_get_stats(struct page_stats *out)
{
    uint64_t pending;

    spin_lock(&pool.lock);
    pending = pending_locked(0, pool.limit);
    out->total_pages = pool.total_pages + pending;
    out->free_pages = pool.free_pages + pool.idle_pages + pending;
    spin_unlock(&pool.lock);
}
