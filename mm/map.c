/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mappings outside the direct map, in an area of their own far above RAM.
 * Owns the live page tables and the area's address space.
 *
 * Each mapping is followed by a page that stays unmapped, and so is the area's
 * first page: every mapping has one on either side.
 */

#include "private.h"
#include <pith/bitmap.h>
#include <pith/heap.h>
#include <pith/map.h>
#include <pith/panic.h>

#define AREA_START 0x400000000000ul
#define AREA_PAGES 65536ul /* 256 MiB: seven thousand stacks of 32 KiB */

_Static_assert(BOOT_RAM_LIMIT <= AREA_START, "the direct map ends below");

/* lock protects all of it, and the tables behind root. Page pool's nests. */
static struct {
    struct spinlock lock;
    uint64_t root_paddr;
    struct pt_allocator alloc;
    size_t search_from; /* no clear bit lies before */
    unsigned long used[BITMAP_LONGS(AREA_PAGES)];
} map;

static uint64_t table_alloc(void)
{
    void *table = page_alloc_zeroed(0);

    return table ? virt_to_phys(table) : 0;
}

static void *table_ptr(uint64_t paddr)
{
    return phys_to_virt(paddr);
}

uint64_t map_root_paddr(void)
{
    return map.root_paddr;
}

/* The number of clear bits from at on, at most want. */
static size_t clear_run(size_t at, size_t want)
{
    size_t n = 0;

    while (n < want && at + n < AREA_PAGES && !bitmap_test(map.used, at + n))
        n++;
    return n;
}

/* Reserves count pages and the one behind them. 0: no room. */
static uint64_t area_take_locked(uint64_t count)
{
    size_t at = bitmap_find_clear(map.used, AREA_PAGES, map.search_from);
    size_t run;

    map.search_from = at;
    while (at < AREA_PAGES) {
        run = clear_run(at, count + 1);
        if (run == count + 1) {
            for (size_t i = 0; i < run; i++)
                bitmap_set(map.used, at + i);
            return AREA_START + at * PAGE_SIZE;
        }
        at = bitmap_find_clear(map.used, AREA_PAGES, at + run);
    }
    return 0;
}

static void area_put_locked(uint64_t vaddr, uint64_t count)
{
    size_t at = (vaddr - AREA_START) >> PAGE_SHIFT;

    ASSERT(at > 0 && at + count < AREA_PAGES);
    for (size_t i = 0; i <= count; i++)
        bitmap_clear(map.used, at + i);
    map.search_from = MIN(map.search_from, at);
}

static void unmap_locked(uint64_t vaddr, uint64_t count)
{
    /* Only whole leaves of 4 KiB: nothing is split, so it cannot fail. */
    int err = pt_unmap(map.root_paddr, &map.alloc, vaddr, count * PAGE_SIZE);

    ASSERT(!err);
    for (uint64_t i = 0; i < count; i++)
        tlb_flush_page(vaddr + i * PAGE_SIZE);
    area_put_locked(vaddr, count);
}

volatile void *map_device(uint64_t paddr, uint64_t size_bytes, unsigned prot)
{
    uint64_t count = size_bytes >> PAGE_SHIFT, vaddr = 0;

    if (count && count < AREA_PAGES) {
        spin_lock(&map.lock);
        vaddr = area_take_locked(count);
        if (vaddr && pt_map(map.root_paddr, &map.alloc, vaddr, paddr,
                            size_bytes, prot)) {
            unmap_locked(vaddr, count);
            vaddr = 0;
        }
        spin_unlock(&map.lock);
    }
    return (volatile void *)vaddr;
}

void unmap_device(volatile void *ptr, uint64_t size_bytes)
{
    spin_lock(&map.lock);
    unmap_locked((uint64_t)ptr, size_bytes >> PAGE_SHIFT);
    spin_unlock(&map.lock);
}

/* Frees the pages behind the first count of a stack, then the addresses. */
static void stack_unmap_locked(uint64_t vaddr, uint64_t mapped, uint64_t count)
{
    uint64_t paddr, leaf;
    unsigned prot;

    for (uint64_t i = 0; i < mapped; i++) {
        int err = pt_lookup(map.root_paddr, &map.alloc, vaddr + i * PAGE_SIZE,
                            &paddr, &leaf, &prot);

        ASSERT(!err);
        page_free(phys_to_virt(paddr), 0);
    }
    unmap_locked(vaddr, count);
}

/* Pages one by one, so that fragmented memory serves as well. */
static uint64_t stack_map_locked(uint64_t count)
{
    uint64_t vaddr = area_take_locked(count);

    if (!vaddr)
        return 0;
    for (uint64_t i = 0; i < count; i++) {
        void *page = page_alloc(0);

        if (page && !pt_map(map.root_paddr, &map.alloc, vaddr + i * PAGE_SIZE,
                            virt_to_phys(page), PAGE_SIZE, PT_WRITE))
            continue;
        if (page)
            page_free(page, 0);
        stack_unmap_locked(vaddr, i, count);
        return 0;
    }
    return vaddr;
}

void *kstack_alloc(size_t size_bytes)
{
    uint64_t count = ALIGN_UP(size_bytes, PAGE_SIZE) >> PAGE_SHIFT, vaddr = 0;

    if (count && count < AREA_PAGES) {
        spin_lock(&map.lock);
        vaddr = stack_map_locked(count);
        spin_unlock(&map.lock);
    }
    return (void *)vaddr;
}

void kstack_free(void *stack, size_t size_bytes)
{
    uint64_t count = ALIGN_UP(size_bytes, PAGE_SIZE) >> PAGE_SHIFT;

    spin_lock(&map.lock);
    stack_unmap_locked((uint64_t)stack, count, count);
    spin_unlock(&map.lock);
}

/* Device mappings are uncached, stacks are not. */
static bool is_stack_page(uint64_t vaddr)
{
    uint64_t paddr, leaf;
    unsigned prot;

    return vaddr >= AREA_START &&
           pt_lookup(map.root_paddr, &map.alloc, vaddr, &paddr, &leaf, &prot) ==
               0 &&
           prot == PT_WRITE;
}

/* Without the lock: fault reports come at any time, and only read. */
int kstack_is_guard(uint64_t vaddr)
{
    if (vaddr < AREA_START || vaddr >= AREA_START + AREA_PAGES * PAGE_SIZE ||
        is_stack_page(vaddr))
        return 0;
    return is_stack_page(vaddr + PAGE_SIZE) || is_stack_page(vaddr - PAGE_SIZE);
}

void mm_map_init(uint64_t root_paddr, bool leaves_1g)
{
    map.root_paddr = root_paddr;
    map.alloc = (struct pt_allocator){table_alloc, table_ptr, leaves_1g};
    bitmap_set(map.used, 0);
    map.search_from = 1;
}
