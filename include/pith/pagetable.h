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
    PT_NONE = 8, /* alone, of pt_protect only: the page stays, without access */
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

/* A page and where it is mapped. */
struct pt_page {
    uint64_t vaddr, paddr;
};

/*
 * Both go through the leaves in [vaddr, vaddr + size), all of which are of
 * 4 KiB, until they came to the end or have changed max of them; *next says
 * where they stopped, and the result how many they changed. PT_NONE counts as
 * a leaf here, while pt_lookup does not find it. Absent ones cost little.
 *
 * pt_protect gives the leaves new rights. *narrowed becomes true if one of
 * them allowed more before: only then TLBs must be flushed.
 * pt_remove unmaps them; out gets their max entries, ascending.
 */
size_t pt_protect(uint64_t root_paddr, const struct pt_allocator *alloc,
                  uint64_t vaddr, uint64_t size, unsigned prot, size_t max,
                  uint64_t *next, bool *narrowed);
size_t pt_remove(uint64_t root_paddr, const struct pt_allocator *alloc,
                 uint64_t vaddr, uint64_t size, struct pt_page *out, size_t max,
                 uint64_t *next);

/* Loads CR3. What makes the rights of a tree effective, CR0.WP and EFER.NXE,
 * every vCPU sets on its way into long mode: here it would cost two exits. */
void pt_activate(uint64_t root_paddr);
uint64_t pt_active_root(void);
/* Drops this vCPU's translations of one page / of everything. */
void tlb_flush_page(uint64_t vaddr);
void tlb_flush_all(void);
/* The same for [vaddr, vaddr + size), page by page or all, as is cheaper. */
void tlb_flush_range(uint64_t vaddr, uint64_t size);

/* tlb_flush_range on every online vCPU; what was mapped there may have another
 * use once it returns. kernel/ sets it; with one vCPU it does no more than
 * that. Interrupts on, preemption may be off; never in an upcall, nor with a
 * lock that somebody waits for with interrupts off. */
extern void (*tlb_shootdown)(uint64_t vaddr, uint64_t size);

#endif
