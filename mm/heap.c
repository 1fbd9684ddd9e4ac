/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap's interface, and the paths that nearly every call takes: an object
 * from, or to, the list of this vCPU, with preemption off and without a lock
 * or a locked instruction. What else there is to do is a call that ends the
 * function, so that these save no registers; and they do not divide. Pure.
 */

#include "private.h"
#include <pith/cpu.h>
#include <pith/panic.h>
#include <pith/string.h>

/* What has no class is a block of pages, or nothing. */
static __attribute__((noinline)) void free_other(void *ptr)
{
    struct page *page = page_of(ptr);

    if (page && page->class)
        panic("heap_free: %p is not the start of an allocation", ptr);
    if (ptr)
        large_free(ptr);
}

static __attribute__((noinline, noreturn)) void freed_already(const void *ptr)
{
    panic("heap_free: %p was freed already", ptr);
}

static __attribute__((noinline)) void *give_way(void *object)
{
    preempt_give_way();
    return object;
}

/* An upcall may take the whole list between any two of these instructions, and
 * others then change the objects (cache.c): nothing that was read counts until
 * the exchange has succeeded. */
static inline void *take_object(size_t class)
{
    struct heap_cache *cache;
    struct slab_object *object;
    uint64_t word, next;

    preempt_disable();
    cache = cpu_read(heap);
    if (unlikely(!cache))
        return cache_alloc(class);
    word = READ_ONCE(cache->lists[class]);
    object = cache_first(word);
    if (unlikely(!object))
        return cache_alloc(class);
    next = READ_ONCE(object->next);
    if (unlikely(
            !slab_is_marked(object, next) ||
            !atomic_local_compare_exchange(&cache->lists[class], word, next)))
        return cache_alloc(class);
    if (IS_ENABLED(CONFIG_CHECKS))
        poison_check(object + 1, slabs.classes[class].bytes - sizeof(*object));
    object->mark = 0;
    if (unlikely(preempt_enable_is_due()))
        return give_way(object);
    return object;
}

static inline void put_object(size_t class, struct slab_object *object)
{
    struct heap_cache *cache;
    uint64_t word;

    preempt_disable();
    cache = cpu_read(heap);
    if (unlikely(!cache))
        return cache_free(class, object);
    word = READ_ONCE(cache->lists[class]);
    if (unlikely(!cache_room(word) ||
                 !atomic_local_compare_exchange(&cache->lists[class], word,
                                                cache_push(word, object))))
        return cache_free(class, object);
    preempt_enable();
}

void *heap_alloc(size_t size_bytes)
{
    if (likely(size_bytes <= SLAB_MAX))
        return take_object(slab_class(size_bytes));
    return size_bytes <= LARGE_MAX ? large_alloc(size_bytes, 0) : NULL;
}

void heap_free(void *ptr)
{
    uint64_t n = page_number(ptr);
    uint32_t offset = (uint64_t)ptr & (PAGE_SIZE - 1), reciprocal;
    struct slab_object *object = ptr;
    size_t class;

    if (unlikely(n >= page_table.count))
        return free_other(ptr);
    class = page_table.array[n].class;
    reciprocal = slabs.reciprocals[class];
    /* offset % bytes == 0, for offsets below 2^16: Lemire, Kaser and Kurz,
     * "Faster remainder by direct computation" (2019). Never so for class 0. */
    if (unlikely(offset * reciprocal >= reciprocal))
        return free_other(ptr);
    if (unlikely(slab_is_marked(object, object->next)))
        freed_already(ptr);
    if (IS_ENABLED(CONFIG_CHECKS))
        poison_fill(object + 1, slabs.classes[class].bytes - sizeof(*object));
    put_object(class, object);
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
        return take_object(slab_class(size));
    while (PAGE_SIZE << order < align)
        order++;
    return size_bytes <= LARGE_MAX ? large_alloc(size_bytes, order) : NULL;
}

size_t heap_usable_bytes(const void *ptr)
{
    struct page *page = page_of(ptr);

    if (page && page->class)
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
