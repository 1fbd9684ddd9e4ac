/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory map, from whoever gave it, to boot_info's sorted regions of whole
 * pages. Pure, tested on the host.
 * Source: xen/arch-x86/hvm/start_info.h, XEN_HVM_MEMMAP_TYPE_*.
 */

#include "private.h"
#include <pith/pagetable.h>

/* Entries of no bytes say nothing, and would hide an overlap. */
static uint32_t drop_empty(struct hvm_memmap_table_entry *entries,
                           uint32_t count)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < count; i++)
        if (entries[i].size)
            entries[kept++] = entries[i];
    return kept;
}

/* Few entries, and nearly always sorted: insertion. */
static void sort(struct hvm_memmap_table_entry *entries, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        struct hvm_memmap_table_entry entry = entries[i];
        uint32_t at = i;

        for (; at > 0 && entries[at - 1].addr > entry.addr; at--)
            entries[at] = entries[at - 1];
        entries[at] = entry;
    }
}

static void check(const struct hvm_memmap_table_entry *entries, uint32_t i)
{
    const struct hvm_memmap_table_entry *entry = &entries[i];
    uint64_t end = entry->addr + entry->size;

    if (end < entry->addr)
        boot_fail("memory map: %#lx with size %#lx wraps around", entry->addr,
                  entry->size);
    if (entry->type == XEN_HVM_MEMMAP_TYPE_RAM && end > BOOT_RAM_LIMIT)
        boot_fail("memory map: RAM at %#lx to %#lx: only %#llx bytes of "
                  "address space are supported",
                  entry->addr, end, BOOT_RAM_LIMIT);
    if (i > 0 && entry->addr < entries[i - 1].addr + entries[i - 1].size)
        boot_fail("memory map: %#lx to %#lx overlaps %#lx to %#lx",
                  entries[i - 1].addr,
                  entries[i - 1].addr + entries[i - 1].size, entry->addr, end);
}

/* RAM shrinks to whole pages, all else grows; neighbours that are not RAM, or
 * both are, become one. */
static void append(const struct hvm_memmap_table_entry *entry,
                   struct boot_info *out)
{
    struct boot_region *last = NULL, new;

    if (entry->type == XEN_HVM_MEMMAP_TYPE_RAM)
        new = (struct boot_region){
            ALIGN_UP(entry->addr, PAGE_SIZE),
            ALIGN_DOWN(entry->addr + entry->size, PAGE_SIZE), REGION_RAM};
    else
        new = (struct boot_region){
            ALIGN_DOWN(entry->addr, PAGE_SIZE),
            ALIGN_UP(entry->addr + entry->size, PAGE_SIZE), REGION_RESERVED};
    if (new.start_paddr >= new.end_paddr)
        return;
    if (out->region_count)
        last = &out->regions[out->region_count - 1];
    if (last && last->type == new.type && last->end_paddr >= new.start_paddr) {
        last->end_paddr = new.end_paddr;
        return;
    }
    if (out->region_count == BOOT_MAX_REGIONS)
        boot_fail("memory map: more than %d regions", BOOT_MAX_REGIONS);
    out->regions[out->region_count++] = new;
}

void memmap_read(struct hvm_memmap_table_entry *entries, uint32_t count,
                 struct boot_info *out)
{
    out->region_count = 0;
    count = drop_empty(entries, count);
    sort(entries, count);
    for (uint32_t i = 0; i < count; i++) {
        check(entries, i);
        append(&entries[i], out);
    }
}

bool memmap_is_ram(const struct boot_info *info, uint64_t start, uint64_t size)
{
    for (unsigned i = 0; i < info->region_count; i++) {
        const struct boot_region *region = &info->regions[i];

        if (region->type == REGION_RAM && region->start_paddr <= start &&
            start < region->end_paddr && size <= region->end_paddr - start)
            return true;
    }
    return false;
}
