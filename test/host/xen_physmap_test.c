/* SPDX-License-Identifier: BSD-2-Clause */
/* Where Xen's own pages are put, by the memory map of different domains. */
/* sources: xen/physmap.c */

#include "../../xen/private.h"
#include "test.h"
#include <pith/bootinfo.h>
#include <pith/errno.h>
#include <pith/hypercall.h>
#include <pith/map.h>
#include <pith/page.h>
#include <xen/memory.h>

#define SPECIAL_START 0xfeff8000ul
#define RAM_PADDR 0x200000ul
#define HOLE_PAGES ((SPECIAL_START - 0xfef00000ul) / PAGE_SIZE)

struct boot_info boot_info;

static uint64_t added_paddr;
static int add_result, mapped, allocated;

long hypercall_memory_op(unsigned cmd, void *arg)
{
    struct xen_add_to_physmap *op = arg;

    CHECK_EQ(cmd, XENMEM_add_to_physmap);
    CHECK_EQ(op->domid, DOMID_SELF);
    added_paddr = op->gpfn << PAGE_SHIFT;
    return add_result;
}

volatile void *map_device(uint64_t paddr, uint64_t size_bytes, unsigned prot)
{
    mapped++;
    return (void *)(paddr + (1ul << 40));
}

void unmap_device(volatile void *ptr, uint64_t size_bytes)
{
    mapped--;
}

void *page_alloc(unsigned order)
{
    allocated++;
    return (void *)RAM_PADDR;
}

void page_free(void *page, unsigned order)
{
    allocated--;
}

static void region(uint64_t start, uint64_t end, enum region_type type)
{
    boot_info.regions[boot_info.region_count++] =
        (struct boot_region){start, end, type};
}

/* The map that xl gives a PVH guest, with RAM up to ram_end. */
static void domu(uint64_t ram_end)
{
    memset(&boot_info, 0, sizeof(boot_info));
    region(0, ram_end, REGION_RAM);
    if (ram_end < 0xfc000000)
        region(0xfc000000, 0xfc007000, REGION_RESERVED);
    region(SPECIAL_START, 0xff000000, REGION_RESERVED);
    region(1ull << 32, 5ull << 30, REGION_RAM);
    mapped = allocated = add_result = 0;
    physmap_init();
}

static uint64_t add(void)
{
    void *page = NULL;

    added_paddr = 0;
    CHECK_EQ(physmap_add(XENMAPSPACE_shared_info, 0, &page), 0);
    CHECK(page != NULL);
    return added_paddr;
}

TEST(physmap_domu_fills_the_hole_from_the_top)
{
    domu(16 << 20);
    CHECK_EQ(add(), SPECIAL_START - PAGE_SIZE);
    CHECK_EQ(add(), SPECIAL_START - 2 * PAGE_SIZE);
    CHECK_EQ(mapped, 2);
    CHECK_EQ(allocated, 0);
}

TEST(physmap_refusal_leaves_the_hole_as_it_was)
{
    void *page = NULL;

    domu(16 << 20);
    add_result = -XEN_EINVAL;
    CHECK_EQ(physmap_add(XENMAPSPACE_grant_table, 99, &page), -XEN_EINVAL);
    CHECK_EQ(mapped, 0);
    CHECK(!page);
    add_result = 0;
    CHECK_EQ(add(), SPECIAL_START - PAGE_SIZE);
}

TEST(physmap_restored_page_appears_where_it_was)
{
    void *shared, *first, *over_ram = NULL;
    uint64_t paddr;

    domu(0xfeff6000);
    CHECK_EQ(physmap_add(XENMAPSPACE_shared_info, 0, &shared), 0);
    paddr = added_paddr;
    CHECK_EQ(physmap_add(XENMAPSPACE_grant_table, 0, &first), 0);
    CHECK_EQ(physmap_add(XENMAPSPACE_grant_table, 1, &over_ram), 0);
    added_paddr = 0;
    CHECK_EQ(physmap_renew(XENMAPSPACE_grant_table, 1, over_ram), 0);
    CHECK_EQ(added_paddr, RAM_PADDR);
    CHECK_EQ(physmap_renew(XENMAPSPACE_grant_table, 0, first), 0);
    CHECK_EQ(added_paddr, paddr - PAGE_SIZE);
    CHECK_EQ(physmap_renew(XENMAPSPACE_shared_info, 0, shared), 0);
    CHECK_EQ(added_paddr, paddr);
    add_result = -XEN_ENOMEM;
    CHECK_EQ(physmap_renew(XENMAPSPACE_shared_info, 0, shared), -XEN_ENOMEM);
}

TEST(physmap_full_hole_is_followed_by_ram)
{
    domu(16 << 20);
    for (unsigned i = 0; i < HOLE_PAGES; i++)
        CHECK(add() >= 0xfef00000);
    CHECK_EQ(add(), RAM_PADDR);
    CHECK_EQ(allocated, 1);
}

TEST(physmap_ram_that_reaches_into_the_hole_is_left_alone)
{
    domu(0xfeff6000);
    CHECK_EQ(add(), 0xfeff7000);
    CHECK_EQ(add(), 0xfeff6000);
    CHECK_EQ(add(), RAM_PADDR);
}

TEST(physmap_dom0_gives_up_ram)
{
    void *page = NULL;

    domu(16 << 20);
    boot_info.flags = SIF_INITDOMAIN;
    physmap_init();
    CHECK_EQ(add(), RAM_PADDR);
    add_result = -XEN_ENOMEM;
    CHECK_EQ(physmap_add(XENMAPSPACE_shared_info, 0, &page), -XEN_ENOMEM);
    CHECK_EQ(allocated, 1);
}

TEST(physmap_map_without_special_pages_gives_up_ram)
{
    add_result = 0;
    memset(&boot_info, 0, sizeof(boot_info));
    region(0, 16 << 20, REGION_RAM);
    region(1ull << 32, 5ull << 30, REGION_RAM);
    physmap_init();
    CHECK_EQ(add(), RAM_PADDR);
}
