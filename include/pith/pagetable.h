/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The x86-64 page-table format: four levels, leaves of 4 KiB, 2 MiB and
 * 1 GiB. Walks and changes a tree that the caller owns and locks; flushing
 * is the caller's. arch/. Source: SDM volume 3, "Paging".
 */
#ifndef PITH_PAGETABLE_H
#define PITH_PAGETABLE_H

#include <pith/compiler.h>
#include <stdbool.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096ul
#define SIZE_2M (2ul << 20)
#define SIZE_1G (1ul << 30)

/* Permissions of a mapping. Absent PROT_WRITE and PROT_EXEC: read-only data. */
enum pt_prot {
    PT_READ = 0,
    PT_WRITE = 1,
    PT_EXEC = 2, /* never together with PT_WRITE: refused */
    PT_UNCACHED = 4,
};

/* Where tables come from and go to. Addresses are physical; a table must be
 * zeroed and reachable at ptr(paddr). */
struct pt_allocator {
    uint64_t (*alloc)(void); /* 0: out of memory */
    void *(*ptr)(uint64_t paddr);
    bool leaves_1g; /* the CPU knows 1 GiB leaves */
};

/*
 * Maps [vaddr, vaddr + size) to paddr onwards with the largest leaves that
 * alignment allows, splitting larger leaves that are in the way; replaces what
 * was mapped. All three arguments are multiples of PAGE_SIZE. Returns 0,
 * -XEN_ENOMEM (what was done stays), or -XEN_EINVAL for misalignment or
 * PT_WRITE with PT_EXEC.
 */
int pt_map(uint64_t root_paddr, const struct pt_allocator *alloc,
           uint64_t vaddr, uint64_t paddr, uint64_t size, unsigned prot);
/* Unmaps; splits leaves that are only partly covered. Tables are kept. */
int pt_unmap(uint64_t root_paddr, const struct pt_allocator *alloc,
             uint64_t vaddr, uint64_t size);
/* The leaf that maps vaddr: its physical address with the offset, its size
 * and prot. Returns 0 or -XEN_ENOENT. */
int pt_lookup(uint64_t root_paddr, const struct pt_allocator *alloc,
              uint64_t vaddr, uint64_t *paddr, uint64_t *leaf_size,
              unsigned *prot);

/* Loads CR3. What makes the rights of a tree effective, CR0.WP and EFER.NXE,
 * every vCPU sets on its way into long mode: here it would cost two exits. */
void pt_activate(uint64_t root_paddr);
uint64_t pt_active_root(void);
/* Drops this vCPU's translations of one page / of everything. */
void tlb_flush_page(uint64_t vaddr);
void tlb_flush_all(void);

#endif
