/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RAM before the page allocator: a list of free ranges from which init takes
 * what must exist before the allocator does. Pure.
 */

#include "private.h"
#include <pith/log.h>
#include <pith/panic.h>

static void add(struct ranges *ranges, uint64_t start, uint64_t end)
{
    ASSERT(ranges->count < RANGES_MAX);
    ranges->list[ranges->count].start = start;
    ranges->list[ranges->count].end = end;
    ranges->count++;
}

/* Cuts [start, end), rounded outwards to pages, out of every range. What is
 * left behind a cut goes to the end of the list: its order is by chance only
 * until sort. */
static void cut(struct ranges *ranges, uint64_t start, uint64_t end)
{
    start = ALIGN_DOWN(start, PAGE_SIZE);
    end = ALIGN_UP(end, PAGE_SIZE);
    for (unsigned i = 0; i < ranges->count; i++) {
        uint64_t old_end = ranges->list[i].end;

        if (end <= ranges->list[i].start || start >= old_end)
            continue;
        if (end < old_end && start > ranges->list[i].start)
            add(ranges, end, old_end);
        if (start > ranges->list[i].start)
            ranges->list[i].end = start;
        else
            ranges->list[i].start = MIN(end, old_end);
    }
}

static void sort(struct ranges *ranges)
{
    for (unsigned i = 1; i < ranges->count; i++) {
        __typeof__(ranges->list[0]) range = ranges->list[i];
        unsigned at = i;

        for (; at > 0 && ranges->list[at - 1].start > range.start; at--)
            ranges->list[at] = ranges->list[at - 1];
        ranges->list[at] = range;
    }
}

void ranges_init(struct ranges *ranges, const struct boot_info *info)
{
    ranges->count = 0;
    for (unsigned i = 0; i < info->region_count; i++)
        if (info->regions[i].type == REGION_RAM)
            add(ranges, info->regions[i].start_paddr,
                info->regions[i].end_paddr);
    cut(ranges, 0, PAGE_SIZE);
    cut(ranges, image_paddr(image_start), image_paddr(image_end));
    for (unsigned i = 0; i < info->module_count; i++)
        cut(ranges, info->modules[i].paddr,
            info->modules[i].paddr + info->modules[i].size_bytes);
    sort(ranges);
}

uint64_t ranges_take(struct ranges *ranges, uint64_t bytes, uint64_t limit)
{
    for (unsigned i = 0; i < ranges->count; i++) {
        uint64_t start = ranges->list[i].start;
        uint64_t end = MIN(ranges->list[i].end, limit);

        if (start < end && end - start >= bytes) {
            ranges->list[i].start += bytes;
            return start;
        }
    }
    return 0;
}

static void limit(struct ranges *ranges, uint64_t end)
{
    for (unsigned i = 0; i < ranges->count; i++) {
        ranges->list[i].start = MIN(ranges->list[i].start, end);
        ranges->list[i].end = MIN(ranges->list[i].end, end);
    }
}

uint64_t ranges_take_records(struct ranges *ranges,
                             const struct boot_info *info,
                             uint64_t record_bytes, uint64_t *out_count)
{
    for (unsigned i = info->region_count; i-- > 0;) {
        uint64_t end = info->regions[i].end_paddr, count, paddr;

        if (info->regions[i].type != REGION_RAM)
            continue;
        count = MIN(end >> PAGE_SHIFT, (uint64_t)UINT32_MAX);
        limit(ranges, count << PAGE_SHIFT);
        paddr =
            ranges_take(ranges, ALIGN_UP(count * record_bytes, PAGE_SIZE), end);
        if (paddr) {
            *out_count = count;
            return paddr;
        }
        log_warning("mm: RAM at %#lx to %#lx is left out: no room for the "
                    "records of all pages below",
                    info->regions[i].start_paddr, end);
    }
    return 0;
}
