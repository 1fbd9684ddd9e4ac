/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mappings outside the direct map, in an area of their own far above RAM.
 * Owns the live page tables and the area's address space. Stacks: stack.c.
 *
 * Each mapping is followed by a page that stays unmapped, and so is the area's
 * first page: every mapping has one on either side.
 */

#include "private.h"
#include <pith/bitmap.h>
#include <pith/heap.h>
#include <pith/map.h>
#include <pith/panic.h>
#include <pith/string.h>

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
    void *table = page_alloc_now(0);

    if (table)
        memset(table, 0, PAGE_SIZE);
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
}

void map_shoot_down(void)
{
    tlb_shootdown(AREA_START, AREA_PAGES * PAGE_SIZE);
}

uint64_t map_take(uint64_t count)
{
    uint64_t vaddr = 0;

    spin_lock(&map.lock);
    if (count && count < AREA_PAGES)
        vaddr = area_take_locked(count);
    spin_unlock(&map.lock);
    return vaddr;
}

void map_put(uint64_t vaddr, uint64_t count)
{
    spin_lock(&map.lock);
    area_put_locked(vaddr, count);
    spin_unlock(&map.lock);
}

int map_enter(uint64_t vaddr, uint64_t paddr, uint64_t count, unsigned prot)
{
    int err;

    spin_lock(&map.lock);
    err = pt_map(map.root_paddr, &map.alloc, vaddr, paddr, count * PAGE_SIZE,
                 prot);
    spin_unlock(&map.lock);
    return err;
}

void *map_end_page(uint64_t vaddr)
{
    uint64_t paddr, leaf;
    unsigned prot;
    int err;

    spin_lock(&map.lock);
    err = pt_lookup(map.root_paddr, &map.alloc, vaddr, &paddr, &leaf, &prot);
    if (!err)
        unmap_locked(vaddr, 1);
    spin_unlock(&map.lock);
    return err ? NULL : phys_to_virt(paddr);
}

volatile void *map_device(uint64_t paddr, uint64_t size_bytes, unsigned prot)
{
    uint64_t count = size_bytes >> PAGE_SHIFT, vaddr = map_take(count);

    if (!vaddr)
        return NULL;
    if (!map_enter(vaddr, paddr, count, prot))
        return (volatile void *)vaddr;
    unmap_device((volatile void *)vaddr, size_bytes);
    return NULL;
}

void unmap_device(volatile void *ptr, uint64_t size_bytes)
{
    uint64_t vaddr = (uint64_t)ptr, count = size_bytes >> PAGE_SHIFT;

    spin_lock(&map.lock);
    unmap_locked(vaddr, count);
    spin_unlock(&map.lock);
    tlb_shootdown(vaddr, size_bytes);
    map_put(vaddr, count);
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
