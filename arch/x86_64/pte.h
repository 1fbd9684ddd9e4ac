/* SPDX-License-Identifier: BSD-2-Clause */
/* An entry of a page table, for pagetable.c and pagerange.c. Pure. Source: SDM
 * volume 3, "4-Level Paging". */
#ifndef ARCH_PTE_H
#define ARCH_PTE_H

#include <pith/pagetable.h>

#define ENTRIES 512
#define TOP_LEVEL 3 /* levels count up from the tables of 4 KiB leaves */

#define ENTRY_PRESENT (1ull << 0)
#define ENTRY_WRITE (1ull << 1)
#define ENTRY_WRITE_THROUGH (1ull << 3)
#define ENTRY_CACHE_DISABLE (1ull << 4)
#define ENTRY_ACCESSED (1ull << 5)
#define ENTRY_DIRTY (1ull << 6)
#define ENTRY_LARGE (1ull << 7) /* a leaf above level 0 */
#define ENTRY_KEPT (1ull << 9)  /* ours: PT_NONE, there but not present */
#define ENTRY_NO_EXEC (1ull << 63)
#define ENTRY_PADDR 0x000ffffffffff000ull

static inline unsigned level_shift(unsigned level)
{
    return PAGE_SHIFT + 9 * level;
}

/* A walker on another vCPU sees the old entry or the new one, never half. */
static inline void entry_set(uint64_t *entry, uint64_t value)
{
    WRITE_ONCE(*entry, value);
}

static inline uint64_t *entry_table(const struct pt_allocator *alloc,
                                    uint64_t entry)
{
    return alloc->ptr(entry & ENTRY_PADDR);
}

/* Accessed and dirty are set from the start: the CPU then has no need to write
 * to the tables. */
static inline uint64_t entry_flags(unsigned prot)
{
    uint64_t flags = ENTRY_PRESENT | ENTRY_ACCESSED;

    if (prot & PT_NONE)
        return ENTRY_KEPT;
    if (prot & PT_WRITE)
        flags |= ENTRY_WRITE | ENTRY_DIRTY;
    if (!(prot & PT_EXEC))
        flags |= ENTRY_NO_EXEC;
    if (prot & PT_UNCACHED)
        flags |= ENTRY_CACHE_DISABLE | ENTRY_WRITE_THROUGH;
    return flags;
}

#endif
