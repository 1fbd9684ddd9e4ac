/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ranges of 4 KiB leaves of which most may be absent: other rights for those
 * that are there, or their end. Whole absent tables are passed over. Pure.
 * Source: SDM volume 3, "4-Level Paging".
 */

#include "pte.h"
#include <pith/errno.h>
#include <pith/panic.h>

/* What to do with each leaf, and how far it went. */
struct visit {
    const struct pt_allocator *alloc;
    uint64_t flags; /* what leaves become; 0: absent */
    struct pt_page *out;
    size_t max, count;
    uint64_t next;
    bool narrowed;
};

/* Is there anything that new flags do not allow, and old ones did? */
static bool narrows(uint64_t old, uint64_t new)
{
    if (!(old & ENTRY_PRESENT))
        return false;
    return (old & ~new &(ENTRY_PRESENT | ENTRY_WRITE)) ||
           (~old & new &ENTRY_NO_EXEC);
}

static void visit_leaf(struct visit *v, uint64_t *entry, uint64_t vaddr)
{
    uint64_t paddr = *entry & ENTRY_PADDR;

    if (v->out)
        v->out[v->count] = (struct pt_page){vaddr, paddr};
    v->count++;
    v->narrowed |= narrows(*entry, v->flags);
    entry_set(entry, v->flags ? paddr | v->flags : 0);
}

/* start and end lie in what one table of this level maps. */
static void visit_table(struct visit *v, uint64_t *table, unsigned level,
                        uint64_t start, uint64_t end)
{
    uint64_t span = 1ull << level_shift(level), next;

    for (; start < end && v->count < v->max; start = next) {
        uint64_t *entry = &table[start >> level_shift(level) & (ENTRIES - 1)];

        next = MIN(ALIGN_DOWN(start, span) + span, end);
        if (level == 0 && *entry & (ENTRY_PRESENT | ENTRY_KEPT)) {
            visit_leaf(v, entry, start);
        } else if (level > 0 && *entry & ENTRY_PRESENT) {
            ASSERT(!(*entry & ENTRY_LARGE));
            visit_table(v, entry_table(v->alloc, *entry), level - 1, start,
                        next);
            next = v->next;
        }
        v->next = next;
    }
}

static size_t visit_range(uint64_t root_paddr, struct visit *v, uint64_t vaddr,
                          uint64_t size, uint64_t *next)
{
    v->next = vaddr;
    visit_table(v, v->alloc->ptr(root_paddr), TOP_LEVEL, vaddr, vaddr + size);
    *next = v->next;
    return v->count;
}

size_t pt_protect(uint64_t root_paddr, const struct pt_allocator *alloc,
                  uint64_t vaddr, uint64_t size, unsigned prot, size_t max,
                  uint64_t *next, bool *narrowed)
{
    struct visit v = {alloc, entry_flags(prot), NULL, max, 0, 0, false};

    ASSERT(!(prot & PT_WRITE && prot & PT_EXEC));
    visit_range(root_paddr, &v, vaddr, size, next);
    *narrowed |= v.narrowed;
    return v.count;
}

size_t pt_remove(uint64_t root_paddr, const struct pt_allocator *alloc,
                 uint64_t vaddr, uint64_t size, struct pt_page *out, size_t max,
                 uint64_t *next)
{
    struct visit v = {alloc, 0, out, max, 0, 0, false};

    return visit_range(root_paddr, &v, vaddr, size, next);
}
