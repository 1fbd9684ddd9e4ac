/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap's interface, and the paths that nearly every call takes: an object
 * from, or to, a page that has both free and live ones. What else there is to
 * do is a call that ends the function, so that these save no registers; and
 * they do not divide. Pure.
 */

#include "private.h"
#include <pith/panic.h>
#include <pith/string.h>

static __attribute__((noinline, noreturn)) void
damaged(const struct slab_object *object)
{
    panic("heap: %p was written after it was freed", (const void *)object);
}

static __attribute__((noinline, noreturn)) void not_an_object(const void *ptr)
{
    panic("heap_free: %p is not the start of an allocation", ptr);
}

/* object was the last free one of its page. Enters with the class locked. */
static __attribute__((noinline)) void *end_page(struct slab_class *class,
                                                void *object)
{
    slab_filled(class);
    spin_unlock(&class->lock);
    return object;
}

static __attribute__((noinline)) void *take_from_new_page(size_t size);

/* size is at most SLAB_MAX. */
static inline void *take_object(size_t size)
{
    struct slab_class *class = slab_class(size);
    struct slab_object *object;
    struct page *page;

    spin_lock(&class->lock);
    if (unlikely(!class->partial))
        return take_from_new_page(size);
    page = &page_table.array[class->partial];
    object =
        (struct slab_object *)(page_address(class->partial) + page->first_free);
    if (unlikely(object->mark != slab_mark(object)))
        damaged(object);
    object->mark = 0;
    page->live++;
    page->first_free = (uint16_t)object->next;
    if (unlikely(page->first_free == SLAB_FULL))
        return end_page(class, object);
    spin_unlock(&class->lock);
    return object;
}

/* Enters with the class locked. */
static void *take_from_new_page(size_t size)
{
    struct slab_class *class = slab_class(size);
    bool grown = slab_grow(class);

    spin_unlock(&class->lock);
    return grown ? take_object(size) : NULL;
}

/* Enters with the class locked. */
static __attribute__((noinline)) void put_at_edge(struct slab_class *class,
                                                  struct page *page,
                                                  struct slab_object *object)
{
    slab_put(class, page, object);
    spin_unlock(&class->lock);
}

void *heap_alloc(size_t size_bytes)
{
    if (likely(size_bytes <= SLAB_MAX))
        return take_object(size_bytes);
    return size_bytes <= LARGE_MAX ? large_alloc(size_bytes, 0) : NULL;
}

void heap_free(void *ptr)
{
    uint64_t n = page_number(ptr);
    uint32_t offset = (uint64_t)ptr & (PAGE_SIZE - 1);
    struct slab_object *object = ptr;
    struct slab_class *class;
    struct page *page;

    if (unlikely(n >= page_table.count ||
                 page_table.array[n].state != PAGE_SLAB)) {
        if (ptr)
            large_free(ptr);
        return;
    }
    page = &page_table.array[n];
    class = &slabs.classes[page->class];
    /* offset % bytes == 0, for offsets below 2^16: Lemire, Kaser and Kurz,
     * "Faster remainder by direct computation" (2019). */
    if (unlikely(offset * class->reciprocal >= class->reciprocal))
        not_an_object(ptr);
    spin_lock(&class->lock);
    if (unlikely(object->mark == slab_mark(object) ||
                 page->first_free == SLAB_FULL ||
                 (page->live == 1 && page->links)))
        return put_at_edge(class, page, object);
    object->next = page->first_free;
    object->mark = slab_mark(object);
    page->first_free = (uint16_t)offset;
    page->live--;
    spin_unlock(&class->lock);
}

void *heap_zalloc(size_t size_bytes)
{
    void *ptr = heap_alloc(size_bytes);

    if (ptr)
        memset(ptr, 0, size_bytes);
    return ptr;
}

/* Objects lie at multiples of their size from the page on: one whose size is a
 * power of two is aligned to it. */
void *heap_alloc_aligned(size_t align, size_t size_bytes)
{
    size_t size = MAX(align, (size_t)SLAB_GRAIN);
    unsigned order = 0;

    ASSERT(align && !(align & (align - 1)) && align <= 1ul << 20);
    if (align <= SLAB_GRAIN)
        return heap_alloc(size_bytes);
    while (size < size_bytes && size < SLAB_MAX)
        size *= 2;
    if (size_bytes <= size && size <= SLAB_MAX)
        return take_object(size);
    while (PAGE_SIZE << order < align)
        order++;
    return size_bytes <= LARGE_MAX ? large_alloc(size_bytes, order) : NULL;
}

size_t heap_usable_bytes(const void *ptr)
{
    struct page *page = page_of(ptr);

    if (page && page->state == PAGE_SLAB)
        return slabs.classes[page->class].bytes;
    return large_bytes(ptr);
}

void *heap_realloc(void *ptr, size_t size_bytes)
{
    size_t usable;
    void *new;

    if (!ptr)
        return heap_alloc(size_bytes);
    usable = heap_usable_bytes(ptr);
    if (size_bytes <= usable && usable <= SLAB_MAX)
        return ptr;
    if (size_bytes <= usable && size_bytes > SLAB_MAX) {
        large_trim(ptr, size_bytes);
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
    *out = (struct heap_stats){0};
    large_add_stats(out);
    slab_add_stats(out);
}
