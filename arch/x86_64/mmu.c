/* SPDX-License-Identifier: BSD-2-Clause */
/* This vCPU's address translation. Source: SDM volume 3, "Paging". */

#include <pith/pagetable.h>

/* What all vCPUs have in CR3. To read it there is an exit where QEMU emulates
 * SVM, which intercepts reads of any control register as those of CR0. */
static uint64_t active_root;

void pt_activate(uint64_t root_paddr)
{
    active_root = root_paddr;
    __asm__ volatile("mov %0, %%cr3" : : "r"(root_paddr) : "memory");
}

uint64_t pt_active_root(void)
{
    uint64_t cr3;

    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    return ALIGN_DOWN(cr3, PAGE_SIZE);
}

void tlb_flush_page(uint64_t vaddr)
{
    __asm__ volatile("invlpg (%0)" : : "r"(vaddr) : "memory");
}

/* No leaf is global, so a new CR3 drops everything. */
void tlb_flush_all(void)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(active_root) : "memory");
}

/* About where reloading what is still in use costs less than INVLPG does. */
#define FLUSH_ALL_PAGES 32

void tlb_flush_range(uint64_t vaddr, uint64_t size)
{
    if (size > FLUSH_ALL_PAGES * PAGE_SIZE) {
        tlb_flush_all();
        return;
    }
    for (uint64_t at = 0; at < size; at += PAGE_SIZE)
        tlb_flush_page(vaddr + at);
}

void (*tlb_shootdown)(uint64_t vaddr, uint64_t size) = tlb_flush_range;
