/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking up addresses in a table of names. */
/* sources: kernel/symbols.c */

#include "../../kernel/private.h"
#include "test.h"
#include <pith/backtrace.h>
#include <pith/bootinfo.h>

/* What boot/'s linker script defines; not called here. */
uint64_t image_base;
char image_text_start[1], image_text_end[1];
const char ksyms_start[1], ksyms_end[1];

static struct {
    struct ksyms table;
    uint32_t addresses[3];
    char names[32];
} syms = {{3}, {0x100000, 0x100010, 0x100400}, "boot\0main\0end"};

static const char *find(uint64_t addr, uint64_t *offset)
{
    return ksyms_find(&syms.table, addr, offset);
}

TEST(symbols_address_gets_function_and_offset)
{
    uint64_t offset = 99;

    CHECK_STR(find(0x100000, &offset), "boot");
    CHECK_EQ(offset, 0);
    CHECK_STR(find(0x10000f, &offset), "boot");
    CHECK_EQ(offset, 15);
    CHECK_STR(find(0x100010, &offset), "main");
    CHECK_EQ(offset, 0);
    CHECK_STR(find(0x1003ff, &offset), "main");
    CHECK_STR(find(0x100400, &offset), "end");
    CHECK_STR(find(0xffffffff00000000, &offset), "end");
}

TEST(symbols_address_before_the_first_has_none)
{
    uint64_t offset = 99;

    CHECK(!find(0, &offset));
    CHECK(!find(0xfffff, &offset));
    CHECK_EQ(offset, 99);
}

TEST(symbols_empty_table_has_none)
{
    static const struct ksyms empty;
    uint64_t offset;

    CHECK(!ksyms_find(&empty, 0x100000, &offset));
    CHECK(!symbol_find(0x100000, &offset));
}
