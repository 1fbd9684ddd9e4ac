/* SPDX-License-Identifier: BSD-2-Clause */
/* Names for addresses, by the table that tools/ksyms adds to an image. Pure
 * but for where the table is; see the host test. */

#include "private.h"
#include <pith/backtrace.h>
#include <pith/bootinfo.h>
#include <pith/string.h>

/* boot/'s linker script; nothing between them if linked without a table. */
extern const char ksyms_start[], ksyms_end[];

const char *ksyms_find(const struct ksyms *table, uint64_t addr,
                       uint64_t *out_offset)
{
    const char *name = (const char *)&table->addresses[table->count];
    uint32_t low = 0, high = table->count;

    /* addresses[low - 1] <= addr < addresses[high] */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (table->addresses[middle] <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    *out_offset = addr - table->addresses[low - 1];
    /* The names have no index: this runs when a system ends, and an index
     * would cost every image four bytes a function. */
    while (--low)
        name += strlen(name) + 1;
    return name;
}

const char *symbol_find(uint64_t addr, uint64_t *out_offset)
{
    if (&ksyms_start[0] == &ksyms_end[0] || addr < (uint64_t)image_text_start ||
        addr >= (uint64_t)image_text_end)
        return NULL;
    return ksyms_find((const struct ksyms *)ksyms_start, addr, out_offset);
}
