/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Physical pages: a buddy allocator over all RAM, and the direct map. mm/.
 *
 * All RAM is mapped at DIRECT_MAP_BASE + physical address, writable and never
 * executable, except page 0 and the image, which lies elsewhere and only there
 * (pith/bootinfo.h).
 */
#ifndef PITH_PAGE_H
#define PITH_PAGE_H

#include <pith/pagetable.h>

#define DIRECT_MAP_BASE 0ul /* physical and virtual address are the same */
#define PAGE_MAX_ORDER 18   /* 1 GiB */

static inline void *phys_to_virt(uint64_t paddr)
{
    return (void *)(paddr + DIRECT_MAP_BASE);
}

/* For pointers into the direct map only: what page_alloc and the heap give. Not
 * for stacks, nor for variables of the image, which have image_paddr. */
static inline uint64_t virt_to_phys(const void *ptr)
{
    return (uint64_t)ptr - DIRECT_MAP_BASE;
}

/* Returns 2^order physically contiguous pages, aligned to their size, not
 * zeroed, NULL when there are none, not even after page_reclaim. Any context,
 * upcalls excepted. Never blocks. */
void *page_alloc(unsigned order);
/* The same, zeroed: for pages that a peer will see. */
void *page_alloc_zeroed(unsigned order);
/* Gives back what page_alloc returned, with the same order. */
void page_free(void *pages, unsigned order);

/* Gives RAM that boot_info lent to one room, a boot module, to the allocator:
 * the whole pages in [paddr, paddr + size_bytes). Once for each. */
void page_add(uint64_t paddr, uint64_t size_bytes);

/* Gives the allocator what mm/ keeps for quick reuse: free objects in the
 * caches of all vCPUs, stacks of ended threads. page_alloc and the heap do so
 * themselves before they return NULL. Where interrupts or preemption are off,
 * as under a spin lock: only what takes no waiting for another vCPU. */
void page_reclaim(void);

struct page_stats {
    uint64_t total_pages; /* RAM that the allocator manages */
    uint64_t free_pages;  /* with stacks of ended threads that are kept */
};
void page_get_stats(struct page_stats *out);

#endif
