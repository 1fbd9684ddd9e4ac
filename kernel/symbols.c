/* SPDX-License-Identifier: BSD-2-Clause */
/* Names for addresses, by the table that tools/ksyms adds to an image. Pure
 * but for where the table is; see the host test. */

#include "private.h"
#include <pith/backtrace.h>
#include <pith/bootinfo.h>
#include <pith/string.h>

/* boot/'s linker script; nothing between them if linked without a table. */
extern const char ksyms_start[], ksyms_end[];

long ksyms_index(const struct ksyms *table, uint64_t addr)
{
    uint32_t low = 0, high = table->count;

    /* addresses[low - 1] <= addr < addresses[high] */
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (table->addresses[middle] <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    return (long)low - 1;
}

/* The names have no index: they are only looked up for people to read, and an
 * index would cost every image four bytes a function. */
const char *ksyms_name(const struct ksyms *table, uint32_t n)
{
    const char *name = (const char *)&table->addresses[table->count];

    while (n--)
        name += strlen(name) + 1;
    return name;
}

const char *ksyms_find(const struct ksyms *table, uint64_t addr,
                       uint64_t *out_offset)
{
    long n = ksyms_index(table, addr);

    if (n < 0)
        return NULL;
    *out_offset = addr - table->addresses[n];
    return ksyms_name(table, (uint32_t)n);
}

/* The image's table, NULL if it was linked without one. */
static const struct ksyms *image_table(void)
{
    return &ksyms_start[0] == &ksyms_end[0] ? NULL : (const void *)ksyms_start;
}

static bool in_text(uint64_t addr)
{
    return addr >= (uint64_t)image_text_start &&
           addr < (uint64_t)image_text_end;
}

const char *symbol_find(uint64_t addr, uint64_t *out_offset)
{
    const struct ksyms *table = image_table();

    return table && in_text(addr)
               ? ksyms_find(table, addr - image_base, out_offset)
               : NULL;
}

uint32_t symbol_count(void)
{
    const struct ksyms *table = image_table();

    return table ? table->count : 0;
}

long symbol_index(uint64_t addr)
{
    const struct ksyms *table = image_table();

    return table && in_text(addr) ? ksyms_index(table, addr - image_base) : -1;
}

const char *symbol_name(uint32_t n)
{
    return ksyms_name(image_table(), n);
}
