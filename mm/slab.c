/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heap objects of up to 2048 bytes: pages of equal objects, for each class a
 * list of pages with free ones. Owns the classes. Pure.
 *
 * A free object holds the offset of the next one and a mark made from its own
 * address. The mark tells a second free from a first one, and a write after
 * the free shows as a damaged mark. No division: a page's record names the
 * class, and a multiplication tells whether an offset is a multiple.
 */

#include "private.h"
#include <pith/heap.h>
#include <pith/panic.h>

#define SLAB_FULL 0xffff
#define GRAIN 16 /* classes are multiples, and so objects are aligned to it */
#define FREE_MARK 0xf4eed00bf4eed00bull

/* Each wastes little of a page; steps of a quarter at most. */
static const uint16_t class_bytes[] = {
    16,  32,  48,  64,  80,  96,  112, 128,  160,  192,  224,
    256, 320, 384, 448, 512, 672, 816, 1024, 1344, 2048,
};
#define CLASSES ARRAY_SIZE(class_bytes)

struct free_object {
    uint64_t next; /* offset in the page, or SLAB_FULL */
    uint64_t mark;
};

/* lock protects the class and all of its pages. */
struct slab_class {
    struct spinlock lock;
    uint32_t bytes;
    uint32_t reciprocal; /* 2^32 / bytes, rounded up */
    uint32_t partial;    /* pages with free objects, 0: none */
    uint64_t pages, live;
};

static struct {
    struct slab_class classes[CLASSES];
    uint8_t class_of[HEAP_CLASS_MAX / GRAIN + 1]; /* by size in grains */
} slabs;

unsigned slab_class(size_t size)
{
    return slabs.class_of[(size + GRAIN - 1) / GRAIN];
}

size_t slab_class_bytes(unsigned class)
{
    return class_bytes[class];
}

static uint64_t mark_of(const struct free_object *object)
{
    return (uint64_t)object ^ FREE_MARK;
}

static void partial_link(struct slab_class *class, struct page *page)
{
    page->prev = 0;
    page->next = class->partial;
    if (page->next)
        page_table.array[page->next].prev = page_number(page);
    class->partial = page_number(page);
}

static void partial_unlink(struct slab_class *class, struct page *page)
{
    if (page->prev)
        page_table.array[page->prev].next = page->next;
    else
        class->partial = page->next;
    if (page->next)
        page_table.array[page->next].prev = page->prev;
}

/* A new page, all objects free, on the class's list. */
static __attribute__((noinline)) bool grow_locked(struct slab_class *class)
{
    char *base = page_alloc(0);
    uint32_t offset = 0, next;
    struct page *page;

    if (!base)
        return false;
    for (;; offset = next) {
        struct free_object *object = (struct free_object *)(base + offset);
        bool last;

        next = offset + class->bytes;
        last = next + class->bytes > PAGE_SIZE;
        object->next = last ? SLAB_FULL : next;
        object->mark = mark_of(object);
        if (last)
            break;
    }
    page = page_of(base);
    page->state = PAGE_SLAB;
    page->class = (uint8_t)(class - slabs.classes);
    page->live = 0;
    page->first_free = 0;
    partial_link(class, page);
    class->pages++;
    return true;
}

/* The last object of a page went: the page goes too, unless it is the only
 * one with room, which the next allocation would ask for again. */
static __attribute__((noinline)) void shrink_locked(struct slab_class *class,
                                                    struct page *page)
{
    if (!page->next && !page->prev)
        return;
    partial_unlink(class, page);
    class->pages--;
    page->state = PAGE_USED;
    page->order = 0;
    page_free(page_address(page), 0);
}

void *slab_alloc(unsigned index)
{
    struct slab_class *class = &slabs.classes[index];
    struct free_object *object;
    struct page *page;

    spin_lock(&class->lock);
    if (unlikely(!class->partial) && !grow_locked(class)) {
        spin_unlock(&class->lock);
        return NULL;
    }
    page = &page_table.array[class->partial];
    object = (struct free_object *)(page_address(page) + page->first_free);
    if (unlikely(object->mark != mark_of(object)))
        panic("heap: %p was written after it was freed", (void *)object);
    object->mark = 0;
    page->first_free = (uint16_t)object->next;
    page->live++;
    class->live++;
    if (unlikely(page->first_free == SLAB_FULL))
        partial_unlink(class, page);
    spin_unlock(&class->lock);
    return object;
}

/* A mark may also be data that looks like one: the list knows. */
static __attribute__((noinline)) void
check_not_free_locked(struct page *page, struct free_object *object)
{
    uint64_t offset = page->first_free;

    for (unsigned n = 0; offset < PAGE_SIZE && n < PAGE_SIZE / GRAIN; n++) {
        struct free_object *free =
            (struct free_object *)(page_address(page) + offset);

        if (free == object)
            panic("heap_free: %p was freed already", (void *)object);
        offset = free->next;
    }
}

void slab_free(struct page *page, void *ptr)
{
    struct slab_class *class = &slabs.classes[page->class];
    uint32_t offset = (uint64_t)ptr & (PAGE_SIZE - 1);
    struct free_object *object = ptr;

    /* offset % bytes == 0, for offset below 2^16: Lemire, Kaser and Kurz,
     * "Faster remainder by direct computation" (2019). */
    if (unlikely(offset * class->reciprocal >= class->reciprocal))
        panic("heap_free: %p is not the start of an allocation", ptr);
    spin_lock(&class->lock);
    if (unlikely(object->mark == mark_of(object)))
        check_not_free_locked(page, object);
    object->next = page->first_free;
    object->mark = mark_of(object);
    if (unlikely(page->first_free == SLAB_FULL))
        partial_link(class, page);
    page->first_free = (uint16_t)offset;
    class->live--;
    if (unlikely(--page->live == 0))
        shrink_locked(class, page);
    spin_unlock(&class->lock);
}

void slab_add_stats(struct heap_stats *stats)
{
    for (unsigned i = 0; i < CLASSES; i++) {
        struct slab_class *class = &slabs.classes[i];

        spin_lock(&class->lock);
        stats->pages += class->pages;
        stats->used_bytes += class->live * class->bytes;
        stats->allocations += class->live;
        spin_unlock(&class->lock);
    }
}

void slab_init(void)
{
    unsigned grains = 0;

    for (unsigned i = 0; i < CLASSES; i++) {
        slabs.classes[i] = (struct slab_class){
            .bytes = class_bytes[i],
            .reciprocal = UINT32_MAX / class_bytes[i] + 1,
        };
        for (; grains * GRAIN <= class_bytes[i]; grains++)
            slabs.class_of[grains] = (uint8_t)i;
    }
}
