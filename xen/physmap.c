/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where Xen's own pages (shared info, grant table) appear in guest memory.
 * Source: xen/memory.h, XENMEM_add_to_physmap.
 *
 * As a domU they go right below the pages that the toolstack made for console
 * and xenstore. Nothing lies there, no RAM is lost, and Xen maps that 2 MiB in
 * single pages already: in place of RAM the first one would have Xen split a
 * 2 MiB mapping, which costs 100,000 instructions. dom0's holes may be
 * devices, and a toolstack may lay memory out otherwise: there a page of RAM
 * gives way and goes back to Xen.
 */
#include "private.h"

#include <pith/bootinfo.h>
#include <pith/errno.h>
#include <pith/hypercall.h>
#include <pith/lapic.h>
#include <pith/map.h>
#include <pith/page.h>
#include <xen/memory.h>

/* The 2 MiB of the local APIC, less the first 1 MiB: those are the addresses
 * of interrupt messages (SDM volume 3, "Message Signalled Interrupts"). */
#define HOLE_START (LAPIC_PADDR + (1ul << 20))
#define HOLE_LIMIT (LAPIC_PADDR + SIZE_2M)

#define HOLE_PAGES ((HOLE_LIMIT - HOLE_START) / PAGE_SIZE)

/* Filled from the top down; held says with what, for a restored domain, which
 * has to do it again. No lock: at boot, then only under grants.lock. */
static struct {
    uint64_t start_paddr, end_paddr, top_paddr;
    struct {
        uint16_t space, idx;
    } held[HOLE_PAGES];
} hole;

static int add_to_physmap(unsigned space, uint64_t idx, uint64_t paddr)
{
    struct xen_add_to_physmap op = {
        .domid = DOMID_SELF,
        .space = space,
        .idx = idx,
        .gpfn = paddr >> PAGE_SHIFT,
    };

    return hypercall_memory_op(XENMEM_add_to_physmap, &op);
}

static size_t held_count(void)
{
    return (hole.top_paddr - hole.end_paddr) / PAGE_SIZE;
}

static int add_in_hole(unsigned space, uint64_t idx, void **out)
{
    uint64_t paddr = hole.end_paddr - PAGE_SIZE;
    volatile void *page = map_device(paddr, PAGE_SIZE, PT_WRITE);
    int rc;

    if (!page)
        return -XEN_ENOMEM;
    rc = add_to_physmap(space, idx, paddr);
    if (rc) {
        unmap_device(page, PAGE_SIZE);
        return rc;
    }
    hole.end_paddr = paddr;
    hole.held[held_count() - 1].space = (uint16_t)space;
    hole.held[held_count() - 1].idx = (uint16_t)idx;
    *out = (void *)page;
    return 0;
}

static int add_over_ram(unsigned space, uint64_t idx, void **out)
{
    void *page = page_alloc(0);
    int rc;

    if (!page)
        return -XEN_ENOMEM;
    rc = add_to_physmap(space, idx, virt_to_phys(page));
    if (rc) {
        page_free(page, 0);
        return rc;
    }
    *out = page;
    return 0;
}

int physmap_add(unsigned space, uint64_t idx, void **out)
{
    if (hole.end_paddr > hole.start_paddr)
        return add_in_hole(space, idx, out);
    return add_over_ram(space, idx, out);
}

int physmap_renew(unsigned space, uint64_t idx, const void *page)
{
    for (size_t i = 0; i < held_count(); i++)
        if (hole.held[i].space == space && hole.held[i].idx == idx)
            return add_to_physmap(space, idx,
                                  hole.top_paddr - (i + 1) * PAGE_SIZE);
    return add_to_physmap(space, idx, virt_to_phys(page));
}

void physmap_init(void)
{
    hole.start_paddr = HOLE_START;
    hole.end_paddr = hole.top_paddr = 0;
    if (boot_info.flags & SIF_INITDOMAIN)
        return;
    for (unsigned i = 0; i < boot_info.region_count; i++) {
        const struct boot_region *region = &boot_info.regions[i];

        if (region->start_paddr > HOLE_START) {
            if (region->start_paddr < HOLE_LIMIT)
                hole.end_paddr = hole.top_paddr = region->start_paddr;
            return;
        }
        hole.start_paddr = MAX(hole.start_paddr, region->end_paddr);
    }
}
