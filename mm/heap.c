/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap's interface: small sizes go to slab.c, larger ones take whole
 * pages here. Pure.
 */

#include "private.h"
#include <pith/heap.h>
#include <pith/panic.h>
#include <pith/string.h>

#define LARGE_MAX (PAGE_SIZE << PAGE_MAX_ORDER)

/* Each with atomic operations, so without a lock. */
static struct {
    uint64_t pages, allocations;
} large;

static uint64_t pages_of(size_t size)
{
    return ALIGN_UP(size, PAGE_SIZE) >> PAGE_SHIFT;
}

/* count pages, of which the first is aligned to 2^order pages at least. */
static void *large_alloc(uint64_t count, unsigned order)
{
    uint64_t taken = MAX(count, 1ull << order);
    struct page *page;
    void *ptr;

    ptr = pages_take(taken);
    if (!ptr)
        return NULL;
    page = page_of(ptr);
    page->state = PAGE_LARGE;
    page->count = count;
    if (taken > count)
        pages_put((char *)ptr + count * PAGE_SIZE, taken - count);
    atomic_add(&large.pages, count);
    atomic_add(&large.allocations, 1);
    return ptr;
}

/* The record of ptr's page, if ptr is what large_alloc gave. */
static struct page *large_page(const void *ptr, const char *caller)
{
    struct page *page = page_of(ptr);

    if (!page || page->state != PAGE_LARGE || (uint64_t)ptr % PAGE_SIZE)
        panic("%s: %p is not allocated", caller, ptr);
    return page;
}

static void large_free(void *ptr)
{
    struct page *page = large_page(ptr, "heap_free");
    uint64_t count = page->count;

    page->state = PAGE_NONE;
    pages_put(ptr, count);
    atomic_sub(&large.pages, count);
    atomic_sub(&large.allocations, 1);
}

/* Gives the pages behind the first count back. */
static void large_trim(void *ptr, uint64_t count)
{
    struct page *page = page_of(ptr);
    uint64_t excess = page->count - count;

    if (!excess)
        return;
    page->count = count;
    pages_put((char *)ptr + count * PAGE_SIZE, excess);
    atomic_sub(&large.pages, excess);
}

void *heap_alloc(size_t size_bytes)
{
    if (likely(size_bytes <= HEAP_CLASS_MAX))
        return slab_alloc(slab_class(size_bytes));
    if (size_bytes > LARGE_MAX)
        return NULL;
    return large_alloc(pages_of(size_bytes), 0);
}

void *heap_zalloc(size_t size_bytes)
{
    void *ptr = heap_alloc(size_bytes);

    if (ptr)
        memset(ptr, 0, size_bytes);
    return ptr;
}

/* Small: objects lie at multiples of their class's size from the page on, so
 * a class that is a multiple of align will do. */
void *heap_alloc_aligned(size_t align, size_t size_bytes)
{
    unsigned order = 0;

    ASSERT(align && !(align & (align - 1)) && align <= 1ul << 20);
    if (size_bytes > LARGE_MAX)
        return NULL;
    if (align <= HEAP_CLASS_MAX && size_bytes <= HEAP_CLASS_MAX) {
        unsigned class = slab_class(MAX(size_bytes, align));

        while (slab_class_bytes(class) & (align - 1))
            class ++; /* ends at 2048 */
        return slab_alloc(class);
    }
    while (PAGE_SIZE << order < align)
        order++;
    return large_alloc(MAX(pages_of(size_bytes), 1ul), order);
}

void heap_free(void *ptr)
{
    struct page *page;

    if (!ptr)
        return;
    page = page_of(ptr);
    if (likely(page && page->state == PAGE_SLAB))
        slab_free(page, ptr);
    else
        large_free(ptr);
}

size_t heap_usable_bytes(const void *ptr)
{
    struct page *page = page_of(ptr);

    if (page && page->state == PAGE_SLAB)
        return slab_class_bytes(page->class);
    return large_page(ptr, "heap_usable_bytes")->count * PAGE_SIZE;
}

void *heap_realloc(void *ptr, size_t size_bytes)
{
    size_t usable;
    void *new;

    if (!ptr)
        return heap_alloc(size_bytes);
    usable = heap_usable_bytes(ptr);
    if (size_bytes <= usable && usable <= HEAP_CLASS_MAX)
        return ptr;
    if (size_bytes <= usable && size_bytes > HEAP_CLASS_MAX) {
        large_trim(ptr, pages_of(size_bytes));
        return ptr;
    }
    new = heap_alloc(size_bytes);
    if (!new)
        return NULL;
    memcpy(new, ptr, MIN(usable, size_bytes));
    heap_free(ptr);
    return new;
}

void heap_get_stats(struct heap_stats *out)
{
    out->pages = atomic_load(&large.pages);
    out->used_bytes = out->pages * PAGE_SIZE;
    out->allocations = atomic_load(&large.allocations);
    slab_add_stats(out);
}
