/* SPDX-License-Identifier: BSD-2-Clause */
/* Work with memory: what was written is what is read, new pages are zero, and
 * no vCPU reaches a page that has been replaced. */
#ifndef KERNEL_STRESS_MEMORY_H
#define KERNEL_STRESS_MEMORY_H

#include "stress.h"
#include <malloc.h>
#include <pith/area.h>
#include <pith/page.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* --- the heap: blocks that pass between all --- */

#define SLOTS 128

/* At the start of each block; the rest is filled with the size's low byte. */
struct block {
    uint32_t size, check;
};
static struct block *slots[SLOTS];

static uint32_t block_check(const struct block *block)
{
    return block->size * 2654435761u ^ (uint32_t)(uintptr_t)block;
}

static void block_fill(struct block *block, uint32_t from, uint32_t size)
{
    memset((char *)block + from, (int)(size & 0xff), size - from);
    block->size = size;
    block->check = block_check(block);
}

static uint32_t block_size(struct worker *w)
{
    uint64_t limit = stress_random(w, 32) ? 400 : 20000;

    return (uint32_t)(sizeof(struct block) + stress_random(w, limit));
}

/* NULL: out of memory, which is no failure. */
static struct block *block_new(struct worker *w)
{
    uint32_t size = block_size(w);
    size_t align = 16ul << stress_random(w, 9);
    struct block *block = stress_random(w, 8) ? malloc(size)
                                              : memalign(align, size);

    if (block)
        block_fill(block, sizeof(*block), size);
    return block;
}

static void block_verify(const struct block *block, uint32_t bytes)
{
    const unsigned char *data = (const unsigned char *)block;

    for (uint32_t i = sizeof(*block); i < bytes; i++)
        if (data[i] != (block->size & 0xff)) {
            EXPECT(USE_HEAP, !"a block keeps its contents");
            return;
        }
}

static struct block *block_resize(struct worker *w, struct block *block)
{
    uint32_t old = block->size, size = block_size(w);
    struct block *resized = realloc(block, size);

    if (!resized)
        return block;
    block_verify(resized, old < size ? old : size);
    block_fill(resized, sizeof(*resized), size);
    return resized;
}

static void block_free(struct block *block)
{
    if (!block)
        return;
    EXPECT(USE_HEAP, block->check == block_check(block));
    block_verify(block, block->size);
    free(block);
}

static void use_heap(struct worker *w)
{
    while (stress_goes_on(w)) {
        struct block *block = block_new(w);

        if (block && stress_random(w, 8) == 0)
            block = block_resize(w, block);
        block_free(atomic_exchange(&slots[stress_random(w, SLOTS)], block));
    }
}

static void check_heap(void)
{
    for (unsigned i = 0; i < SLOTS; i++)
        block_free(slots[i]);
}

/* --- mmap: pages of one's own --- */

#define MAP_PAGES 24
#define PAGE ((size_t)PAGE_SIZE)

/* The word at the start of each page. */
static volatile uint64_t *page_word(char *map, size_t page)
{
    return (volatile uint64_t *)(map + page * PAGE);
}

static void page_write(char *map, size_t page)
{
    EXPECT(USE_MMAP, *page_word(map, page) == 0);
    EXPECT(USE_MMAP, page_word(map, page)[PAGE / 8 - 1] == 0);
    *page_word(map, page) = (uint64_t)map + page;
}

/* Gives a part other rights and back, which its contents outlive. */
static void page_protect(struct worker *w, char *map, size_t first)
{
    size_t pages = 1 + stress_random(w, MAP_PAGES - first);
    int prot = stress_random(w, 2) ? PROT_READ : PROT_NONE;
    char *part = map + first * PAGE;

    EXPECT(USE_MMAP, mprotect(part, pages * PAGE, prot) == 0);
    if (prot == PROT_READ)
        for (size_t i = first; i < first + pages; i++)
            EXPECT(USE_MMAP, *page_word(map, i) == 0 ||
                                 *page_word(map, i) == (uint64_t)map + i);
    EXPECT(USE_MMAP, mprotect(part, pages * PAGE, PROT_READ | PROT_WRITE) == 0);
}

static void use_one_map(struct worker *w)
{
    char *map = mmap(NULL, MAP_PAGES * PAGE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint32_t touched = 0;

    EXPECT(USE_MMAP, map != MAP_FAILED);
    if (map == MAP_FAILED)
        return;
    for (unsigned i = 0; i < MAP_PAGES; i++) {
        size_t page = stress_random(w, MAP_PAGES);

        if (!(touched & 1u << page))
            page_write(map, page);
        touched |= 1u << page;
        if (stress_random(w, 6) == 0)
            page_protect(w, map, page);
    }
    for (size_t i = 0; i < MAP_PAGES; i++)
        EXPECT(USE_MMAP, *page_word(map, i) ==
                             (touched & 1u << i ? (uint64_t)map + i : 0));
    /* In two parts, by which the area is split. */
    EXPECT(USE_MMAP, munmap(map + 3 * PAGE, 5 * PAGE) == 0);
    EXPECT(USE_MMAP, munmap(map, MAP_PAGES * PAGE) == 0);
}

static void use_mmap(struct worker *w)
{
    while (stress_goes_on(w))
        use_one_map(w);
}

/* --- one page that its owner replaces while the others use it --- */

/* The owner announces a number, replaces the page, writes the number to it and
 * publishes it. Who sees a number published sees it, or a later one, or the
 * new page still zero if a later one is announced: never an earlier page. The
 * third word is written to by all: by a stale TLB entry, that would damage a
 * page that has been freed, which a test build finds. */
static struct {
    volatile uint64_t *page; /* NULL: faults do not tell their address here */
    uint64_t announced, published;
} shared;

static struct area_request shared_request = {
    .bytes = PAGE_SIZE, .prot = AREA_READ | AREA_WRITE}; /* the owner's */

static bool shared_replace(struct worker *w)
{
    uint64_t vaddr = (uint64_t)shared.page;

    if (stress_random(w, 2))
        return area_discard(vaddr, PAGE_SIZE) == 0;
    shared_request.hint = vaddr;
    shared_request.flags = AREA_FIXED;
    return area_map(&shared_request, &vaddr) == 0 &&
           vaddr == (uint64_t)shared.page;
}

static void shared_own(struct worker *w)
{
    uint64_t number = shared.published + 1;

    atomic_store(&shared.announced, number);
    barrier_full(); /* with the fence in shared_read */
    EXPECT(USE_SHOOTDOWN, shared_replace(w));
    EXPECT(USE_SHOOTDOWN, shared.page[0] == 0);
    shared.page[0] = number;
    atomic_store(&shared.published, number);
    stress_work(w);
}

static void shared_read(struct worker *w)
{
    uint64_t before = atomic_load(&shared.published), seen, after;

    seen = shared.page[0];
    shared.page[w->number] = seen;
    barrier_full(); /* with that in shared_own */
    after = atomic_load(&shared.announced);
    EXPECT(USE_SHOOTDOWN,
           seen ? seen >= before && seen <= after : after > before);
}

static void use_shootdown(struct worker *w)
{
    while (stress_goes_on(w)) {
        if (!shared.page)
            thread_sleep_until(stress_soon(w, 10000));
        else if (w->number == 0)
            shared_own(w);
        else
            for (unsigned i = 0; i < 100; i++)
                shared_read(w);
    }
}

/* Does memory come when it is touched? */
static bool map_is_lazy(uint64_t vaddr)
{
    struct page_stats before, after;

    page_get_stats(&before);
    *(volatile char *)vaddr = 1;
    page_get_stats(&after);
    area_discard(vaddr, PAGE_SIZE);
    return after.free_pages < before.free_pages;
}

/* Before the others run. */
static bool shared_init(void)
{
    uint64_t vaddr;

    if (area_map(&shared_request, &vaddr))
        return false;
    if (!map_is_lazy(vaddr))
        return true;
    shared.page = (volatile uint64_t *)vaddr;
    shared.page[0] = shared.announced = shared.published = 1;
    return true;
}

#endif
