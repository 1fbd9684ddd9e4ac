/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap's pages of equal objects: when one comes, fills up or empties. Owns
 * the classes. heap.c has the short paths. Pure.
 */

#include "private.h"
#include <pith/panic.h>

/* Each wastes little of a page; steps of a third at most from 96 on. */
static const uint16_t class_bytes[SLAB_CLASSES] = {
    16,  32,  48,  64,  80,  96,  112, 128,  160,  192,  224,
    256, 320, 384, 448, 512, 672, 816, 1024, 1344, 2048,
};

struct slabs slabs;

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

bool slab_grow(struct slab_class *class)
{
    char *base = page_alloc(0);
    uint32_t offset = 0, last = (uint32_t)PAGE_SIZE - class->bytes;
    struct page *page;

    if (!base)
        return false;
    for (uint32_t next; offset <= last; offset = next) {
        struct slab_object *object = (struct slab_object *)(base + offset);

        next = offset + class->bytes;
        object->next = next <= last ? next : SLAB_FULL;
        object->mark = slab_mark(object);
    }
    page = page_of(base);
    page->state = PAGE_SLAB;
    page->class = (uint8_t)(class - slabs.classes);
    page->live = 0;
    page->first_free = 0;
    link_page(class, (uint32_t)page_number(base));
    class->pages++;
    return true;
}

void slab_filled(struct slab_class *class)
{
    unlink_page(class, &page_table.array[class->partial]);
}

/* A mark may also be data that looks like one: the list knows. */
static void check_not_free(const struct page *page,
                           const struct slab_object *object)
{
    char *base = (char *)ALIGN_DOWN((uint64_t)object, PAGE_SIZE);
    uint64_t offset = page->first_free;

    for (unsigned n = 0; offset < PAGE_SIZE && n < PAGE_SIZE / SLAB_GRAIN;
         n++) {
        if (base + offset == (const char *)object)
            panic("heap_free: %p was freed already", (const void *)object);
        offset = ((struct slab_object *)(base + offset))->next;
    }
}

void slab_put(struct slab_class *class, struct page *page,
              struct slab_object *object)
{
    uint64_t offset = (uint64_t)object & (PAGE_SIZE - 1);

    if (object->mark == slab_mark(object))
        check_not_free(page, object);
    object->next = page->first_free;
    object->mark = slab_mark(object);
    if (page->first_free == SLAB_FULL)
        link_page(class, (uint32_t)page_number(object));
    page->first_free = (uint16_t)offset;
    /* An empty page goes, unless it is the only one with room: then the next
     * allocation would ask for it again. */
    if (--page->live == 0 && page->links) {
        unlink_page(class, page);
        class->pages--;
        page->state = PAGE_USED;
        page->order = 0;
        page_free((char *)object - offset, 0);
    }
}

/* Pages that are not on the list are full. */
static uint64_t live_objects(const struct slab_class *class)
{
    uint64_t each = PAGE_SIZE / class->bytes, live = class->pages * each;

    for (uint32_t n = class->partial; n; n = page_table.array[n].next)
        live -= each - page_table.array[n].live;
    return live;
}

void slab_add_stats(struct heap_stats *stats)
{
    for (unsigned i = 0; i < SLAB_CLASSES; i++) {
        struct slab_class *class = &slabs.classes[i];
        uint64_t live;

        spin_lock(&class->lock);
        live = live_objects(class);
        stats->pages += class->pages;
        spin_unlock(&class->lock);
        stats->used_bytes += live * class->bytes;
        stats->allocations += live;
    }
}

void slab_init(void)
{
    unsigned grains = 0;

    for (unsigned i = 0; i < SLAB_CLASSES; i++) {
        slabs.classes[i] = (struct slab_class){
            .bytes = class_bytes[i],
            .reciprocal = UINT32_MAX / class_bytes[i] + 1,
        };
        for (; grains * SLAB_GRAIN <= class_bytes[i]; grains++)
            slabs.by_grains[grains] = &slabs.classes[i];
    }
}
