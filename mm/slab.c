/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap's pages of equal objects: where the vCPUs' caches get theirs and
 * put them back, some at a time. Owns the classes. An object in a cache counts
 * as in use here. Pure.
 */

#include "private.h"
#include <pith/panic.h>

/* Each wastes little of a page; steps of a third at most from 96 on. */
static const uint16_t class_bytes[SLAB_CLASSES] = {
    0,   16,  32,  48,  64,  80,  96,  112, 128,  160,  192,
    224, 256, 320, 384, 448, 512, 672, 816, 1024, 1344, 2048,
};

/* What a cache holds of a class at most. A refill takes half of it: enough to
 * make the lock rare, few enough that a guest of 2 MB hardly notices. */
#define CACHED_OBJECTS 32
#define CACHED_BYTES 4096u

struct slabs slabs;

void slab_damaged(const struct slab_object *object)
{
    panic("heap: %p was written after it was freed", (const void *)object);
}

static void link_page(struct slab_class *class, uint32_t n)
{
    struct page *page = &page_table.array[n];

    page->prev = 0;
    page->next = class->partial;
    if (page->next)
        page_table.array[page->next].prev = n;
    class->partial = n;
}

static void unlink_page(struct slab_class *class, struct page *page)
{
    if (page->prev)
        page_table.array[page->prev].next = page->next;
    else
        class->partial = page->next;
    if (page->next)
        page_table.array[page->next].prev = page->prev;
}

/* A new page on the class's list. */
static bool grow_locked(struct slab_class *class)
{
    char *base = page_alloc_now(0);
    uint32_t offset = 0, last = (uint32_t)PAGE_SIZE - class->bytes;
    struct page *page;

    if (!base)
        return false;
    for (uint32_t next; offset <= last; offset = next) {
        struct slab_object *object = (struct slab_object *)(base + offset);

        next = offset + class->bytes;
        slab_set_marked(object, next <= last ? next : SLAB_FULL);
        if (IS_ENABLED(CONFIG_CHECKS))
            poison_fill(object + 1, class->bytes - sizeof(*object));
    }
    page = page_of(base);
    WRITE_ONCE(page->state, PAGE_SLAB);
    page->class = (uint8_t)(class - slabs.classes);
    page->live = 0;
    page->first_free = 0;
    link_page(class, (uint32_t)page_number(base));
    class->pages++;
    return true;
}

/* From the page on top of the list, which exists. */
static struct slab_object *take_locked(struct slab_class *class)
{
    struct page *page = &page_table.array[class->partial];
    struct slab_object *object =
        (struct slab_object *)(page_address(class->partial) + page->first_free);

    if (!slab_is_marked(object, object->next))
        slab_damaged(object);
    page->live++;
    page->first_free = (uint16_t)object->next;
    if (page->first_free == SLAB_FULL)
        unlink_page(class, page);
    return object;
}

/* page has no object in use, and is on the list. */
static void free_page_locked(struct slab_class *class, struct page *page,
                             void *address)
{
    unlink_page(class, page);
    class->pages--;
    WRITE_ONCE(page->state, PAGE_USED);
    page->class = 0;
    page->order = 0;
    page_free(address, 0);
}

static void put_locked(struct slab_class *class, struct slab_object *object)
{
    struct page *page = page_of(object);
    uint64_t offset = (uint64_t)object & (PAGE_SIZE - 1);

    slab_set_marked(object, page->first_free);
    if (page->first_free == SLAB_FULL)
        link_page(class, (uint32_t)page_number(object));
    page->first_free = (uint16_t)offset;
    page->live--;
    /* An empty page goes, unless it is the only one with room: then the next
     * refill would ask for it again. */
    if (!page->live && page->links)
        free_page_locked(class, page, (char *)object - offset);
}

uint64_t slab_take(size_t number, uint64_t word, unsigned count)
{
    struct slab_class *class = &slabs.classes[number];

    spin_lock(&class->lock);
    if (!class->partial)
        grow_locked(class);
    for (; count && class->partial; count--)
        word = cache_push(word, take_locked(class));
    spin_unlock(&class->lock);
    return word;
}

uint64_t slab_put(size_t number, uint64_t word, unsigned count)
{
    struct slab_class *class = &slabs.classes[number];
    struct slab_object *object;

    spin_lock(&class->lock);
    for (; count && (object = cache_first(word)); count--) {
        if (!slab_is_marked(object, object->next))
            slab_damaged(object);
        word = object->next;
        put_locked(class, object);
    }
    spin_unlock(&class->lock);
    return word;
}

void slab_trim(size_t number)
{
    struct slab_class *class = &slabs.classes[number];

    spin_lock(&class->lock);
    for (uint32_t next, n = class->partial; n; n = next) {
        struct page *page = &page_table.array[n];

        next = page->next;
        if (!page->live)
            free_page_locked(class, page, page_address(n));
    }
    spin_unlock(&class->lock);
}

/* Pages that are not on the list are full. */
static uint64_t live_locked(const struct slab_class *class)
{
    uint64_t each = PAGE_SIZE / class->bytes, live = class->pages * each;

    for (uint32_t n = class->partial; n; n = page_table.array[n].next)
        live -= each - page_table.array[n].live;
    return live;
}

/* Caches may change meanwhile: then the figures are near, never absurd. */
void slab_add_stats(struct heap_stats *stats)
{
    for (unsigned i = 1; i < SLAB_CLASSES; i++) {
        struct slab_class *class = &slabs.classes[i];
        uint64_t live, cached = cache_count(i);

        spin_lock(&class->lock);
        live = live_locked(class);
        stats->pages += class->pages;
        spin_unlock(&class->lock);
        live -= MIN(cached, live);
        stats->used_bytes += live * class->bytes;
        stats->allocations += live;
    }
}

void slab_init(void)
{
    unsigned grains = 0;

    for (unsigned i = 1; i < SLAB_CLASSES; i++) {
        uint32_t bytes = class_bytes[i];

        slabs.classes[i] = (struct slab_class){
            .bytes = bytes,
            .cached = MIN(CACHED_OBJECTS, CACHED_BYTES / bytes),
        };
        slabs.reciprocals[i] = UINT32_MAX / bytes + 1;
        for (; grains * SLAB_GRAIN <= bytes; grains++)
            slabs.by_grains[grains] = (uint8_t)i;
    }
}
