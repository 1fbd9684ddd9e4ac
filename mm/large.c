/* SPDX-License-Identifier: BSD-2-Clause */
/* Heap blocks of whole pages. Owns their counts. Pure. */

#include "private.h"
#include <pith/panic.h>

/* Each with atomic operations, so without a lock. */
static struct {
    uint64_t pages, allocations;
} large;

static uint64_t pages_of(size_t size)
{
    return ALIGN_UP(size, PAGE_SIZE) >> PAGE_SHIFT;
}

void *large_alloc(size_t size, unsigned order)
{
    uint64_t count = MAX(pages_of(size), 1ul);
    struct page *page;
    void *ptr;

    ptr = pages_take(MAX(count, 1ull << order));
    if (!ptr) {
        page_reclaim();
        ptr = pages_take(MAX(count, 1ull << order));
    }
    if (!ptr)
        return NULL;
    page = page_of(ptr);
    WRITE_ONCE(page->state, PAGE_LARGE);
    page->count = MAX(count, 1ull << order);
    atomic_add(&large.pages, page->count);
    atomic_add(&large.allocations, 1);
    large_trim(ptr, count << PAGE_SHIFT);
    return ptr;
}

static struct page *checked_page(const void *ptr)
{
    struct page *page = page_of(ptr);

    if (!page || page->state != PAGE_LARGE || (uint64_t)ptr % PAGE_SIZE)
        panic("heap_free: %p is not allocated", ptr);
    return page;
}

size_t large_bytes(const void *ptr)
{
    return checked_page(ptr)->count << PAGE_SHIFT;
}

void large_free(void *ptr)
{
    struct page *page = checked_page(ptr);
    uint64_t count = page->count;

    WRITE_ONCE(page->state, PAGE_NONE);
    pages_put(ptr, count);
    atomic_sub(&large.pages, count);
    atomic_sub(&large.allocations, 1);
}

void large_trim(void *ptr, size_t size)
{
    struct page *page = checked_page(ptr);
    uint64_t count = pages_of(size), excess = page->count - count;

    if (!excess)
        return;
    page->count = count;
    pages_put((char *)ptr + (count << PAGE_SHIFT), excess);
    atomic_sub(&large.pages, excess);
}

void large_add_stats(struct heap_stats *stats)
{
    uint64_t pages = atomic_load(&large.pages);

    stats->pages += pages;
    stats->used_bytes += pages << PAGE_SHIFT;
    stats->allocations += atomic_load(&large.allocations);
}
