/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree of page tables: one descent that maps or unmaps a range, one that
 * looks an address up. Pure: memory is reached through the caller's allocator.
 * Source: SDM volume 3, "4-Level Paging".
 */

#include "pte.h"
#include <pith/errno.h>

/* Rights are the leaf's business alone. */
#define TABLE_FLAGS (ENTRY_PRESENT | ENTRY_WRITE | ENTRY_ACCESSED)

/* What to do with a range. */
struct change {
    const struct pt_allocator *alloc;
    uint64_t leaf_flags; /* 0: unmap */
    uint64_t offset;     /* paddr - vaddr, modulo 2^64 */
};

static bool is_leaf(uint64_t entry, unsigned level)
{
    return level == 0 || entry & ENTRY_LARGE;
}

/* Makes *entry a table of leaves that map what the leaf *entry mapped. */
static int split(const struct pt_allocator *alloc, uint64_t *entry,
                 unsigned level)
{
    uint64_t step = 1ull << level_shift(level - 1), leaf = *entry;
    uint64_t paddr = alloc->alloc();
    uint64_t *table;

    if (!paddr)
        return -XEN_ENOMEM;
    if (level - 1 == 0)
        leaf &= ~ENTRY_LARGE;
    table = alloc->ptr(paddr);
    for (unsigned i = 0; i < ENTRIES; i++)
        table[i] = leaf + i * step;
    entry_set(entry, paddr | TABLE_FLAGS);
    return 0;
}

/* Makes *entry point to a table. */
static int descend(const struct change *c, uint64_t *entry, unsigned level)
{
    uint64_t paddr;

    if (*entry & ENTRY_PRESENT)
        return is_leaf(*entry, level) ? split(c->alloc, entry, level) : 0;
    paddr = c->alloc->alloc();
    if (!paddr)
        return -XEN_ENOMEM;
    entry_set(entry, paddr | TABLE_FLAGS);
    return 0;
}

/* Whether [start, end) is to become one entry of this level: always so at the
 * lowest one; above, for a whole entry that is not a table already (tables
 * are kept). */
static bool one_entry(const struct change *c, uint64_t entry, unsigned level,
                      uint64_t start, uint64_t end)
{
    uint64_t span = 1ull << level_shift(level);

    if (level == 0)
        return true;
    if (entry & ENTRY_PRESENT && !is_leaf(entry, level))
        return false;
    if (!c->leaf_flags)
        return end - start == span || !(entry & ENTRY_PRESENT);
    return (level == 1 || (level == 2 && c->alloc->leaves_1g)) &&
           end - start == span && !((start + c->offset) & (span - 1));
}

/* start and end lie in what one table of this level maps. */
static int change_table(const struct change *c, uint64_t *table, unsigned level,
                        uint64_t start, uint64_t end)
{
    uint64_t span = 1ull << level_shift(level);
    uint64_t large = level ? ENTRY_LARGE : 0;
    int err;

    for (uint64_t next; start < end; start = next) {
        uint64_t *entry = &table[start >> level_shift(level) & (ENTRIES - 1)];

        next = MIN(ALIGN_DOWN(start, span) + span, end);
        if (one_entry(c, *entry, level, start, next)) {
            entry_set(entry, !c->leaf_flags
                                 ? 0
                                 : (start + c->offset) | c->leaf_flags | large);
            continue;
        }
        err = descend(c, entry, level);
        if (!err)
            err = change_table(c, entry_table(c->alloc, *entry), level - 1,
                               start, next);
        if (err)
            return err;
    }
    return 0;
}

static int change_range(uint64_t root_paddr, const struct change *c,
                        uint64_t vaddr, uint64_t size)
{
    uint64_t limit = 1ull << (level_shift(TOP_LEVEL) + 9 - 1);

    /* Only the lower half of the address space is used. */
    if ((vaddr | size | c->offset) & (PAGE_SIZE - 1) || vaddr >= limit ||
        size > limit - vaddr)
        return -XEN_EINVAL;
    return change_table(c, c->alloc->ptr(root_paddr), TOP_LEVEL, vaddr,
                        vaddr + size);
}

int pt_map(uint64_t root_paddr, const struct pt_allocator *alloc,
           uint64_t vaddr, uint64_t paddr, uint64_t size, unsigned prot)
{
    struct change change = {alloc, entry_flags(prot), paddr - vaddr};

    if ((prot & PT_WRITE && prot & PT_EXEC) || prot & PT_NONE)
        return -XEN_EINVAL;
    return change_range(root_paddr, &change, vaddr, size);
}

int pt_unmap(uint64_t root_paddr, const struct pt_allocator *alloc,
             uint64_t vaddr, uint64_t size)
{
    struct change change = {alloc, 0, 0};

    return change_range(root_paddr, &change, vaddr, size);
}

int pt_lookup(uint64_t root_paddr, const struct pt_allocator *alloc,
              uint64_t vaddr, uint64_t *paddr, uint64_t *leaf_size,
              unsigned *prot)
{
    uint64_t *table = alloc->ptr(root_paddr);

    for (unsigned level = TOP_LEVEL;; level--) {
        uint64_t span = 1ull << level_shift(level);
        uint64_t entry = table[vaddr >> level_shift(level) & (ENTRIES - 1)];

        if (!(entry & ENTRY_PRESENT))
            return -XEN_ENOENT;
        if (is_leaf(entry, level)) {
            *paddr = ALIGN_DOWN(entry & ENTRY_PADDR, span) |
                     (vaddr & (span - 1));
            *leaf_size = span;
            *prot = (entry & ENTRY_WRITE ? PT_WRITE : 0) |
                    (entry & ENTRY_NO_EXEC ? 0 : PT_EXEC) |
                    (entry & ENTRY_CACHE_DISABLE ? PT_UNCACHED : 0);
            return 0;
        }
        table = entry_table(alloc, entry);
    }
}
