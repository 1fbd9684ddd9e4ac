/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From boot_info to working memory: final page tables, then the allocator,
 * then stacks for vectors. What is needed before the allocator exists comes
 * straight out of the free ranges.
 */

#include "private.h"
#include <pith/area.h>
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/map.h>
#include <pith/panic.h>
#include <pith/room.h>
#include <pith/string.h>

_Static_assert(AREA_END <= IMAGE_AREA, "each has addresses of its own");

/* boot/'s tables reach this far; tables built under them must lie below. */
#define EARLY_LIMIT (1ull << 32)

/* What mm_init takes from; what is left belongs to page.c. */
static struct ranges free_ram;

static uint64_t early_table_alloc(void)
{
    uint64_t paddr = ranges_take(&free_ram, PAGE_SIZE, EARLY_LIMIT);

    if (paddr)
        memset((void *)paddr, 0, PAGE_SIZE);
    return paddr;
}

static void *early_table_ptr(uint64_t paddr)
{
    return (void *)paddr;
}

static int map_image_part(uint64_t root, const struct pt_allocator *alloc,
                          const char *start, const char *end, unsigned prot)
{
    return pt_map(root, alloc, (uint64_t)start, image_paddr(start),
                  (uint64_t)(end - start), prot);
}

/* Where it was drawn to be, and nowhere else: neither can what is read-only
 * be written by its physical address, nor data be found by it. The early page
 * tables at its end are not part of it any more. */
static int map_image(uint64_t root, const struct pt_allocator *alloc)
{
    int err = pt_unmap(root, alloc, image_paddr(image_start),
                       (uint64_t)(image_tables_start - image_start));

    if (!err)
        err = map_image_part(root, alloc, image_text_start, image_text_end,
                             PT_EXEC);
    if (!err)
        err = map_image_part(root, alloc, image_rodata_start, image_rodata_end,
                             PT_READ);
    if (!err)
        err = map_image_part(root, alloc, image_data_start, image_tables_start,
                             PT_WRITE);
    return err;
}

/* All RAM at its physical address, but the image. */
static int build_tables(const struct pt_allocator *alloc, uint64_t *root)
{
    int err = 0;

    *root = alloc->alloc();
    if (!*root)
        return -XEN_ENOMEM;
    for (unsigned i = 0; !err && i < boot_info.region_count; i++) {
        const struct boot_region *region = &boot_info.regions[i];

        if (region->type == REGION_RAM)
            err = pt_map(*root, alloc,
                         (uint64_t)phys_to_virt(region->start_paddr),
                         region->start_paddr,
                         region->end_paddr - region->start_paddr, PT_WRITE);
    }
    if (!err)
        err = map_image(*root, alloc);
    if (!err)
        err = pt_unmap(*root, alloc, 0, PAGE_SIZE);
    return err;
}

/* Needs the final tables: the array may lie anywhere in RAM. */
static int start_allocator(void)
{
    uint64_t count, paddr;

    paddr =
        ranges_take_records(&free_ram, &boot_info, sizeof(struct page), &count);
    if (!paddr)
        return -XEN_ENOMEM;
    page_table_init(phys_to_virt(paddr), 0, count, &free_ram);
    page_add(image_paddr(image_tables_start),
             (uint64_t)(image_end - image_tables_start));
    return 0;
}

static void *stack_top(size_t size)
{
    char *stack = kstack_alloc(size);

    return stack ? stack + size : NULL;
}

/* Double faults keep arch/'s static stack: there is no vector behind them
 * that could report how their stack overflowed. */
static int set_vector_stacks(void)
{
    struct cpu_stacks stacks = {
        .exception_top = stack_top(EXCEPTION_STACK_BYTES),
        .nmi_top = stack_top(EXCEPTION_STACK_BYTES),
        .interrupt_top = stack_top(INTERRUPT_STACK_BYTES),
    };

    if (!stacks.exception_top || !stacks.nmi_top || !stacks.interrupt_top)
        return -XEN_ENOMEM;
    cpu_set_stacks(this_cpu(), &stacks);
    return 0;
}

static int mm_init(void)
{
    struct pt_allocator alloc = {early_table_alloc, early_table_ptr,
                                 boot_info.leaves_1g};
    uint64_t root;
    int err;

    ranges_init(&free_ram, &boot_info);
    err = build_tables(&alloc, &root);
    if (err)
        return err;
    pt_activate(root);
    err = start_allocator();
    if (err)
        return err;
    slab_init();
    cache_init();
    mm_map_init(root, boot_info.leaves_1g);
    return set_vector_stacks();
}

ROOM("040", mm, mm_init, 0);
