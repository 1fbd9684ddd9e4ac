/* SPDX-License-Identifier: BSD-2-Clause */
/* RAM that is free at boot: what is cut out, and what is taken. */
/* sources: mm/ranges.c */
/* flags: -no-pie -fno-pie */

#include "../../mm/private.h"
#include "test.h"

/* Where the image lies; boot/pith.lds defines them. */
__asm__(".globl image_start, image_end\n"
        "image_start = 0x100000\n"
        "image_end = 0x140000\n");

static struct boot_info info;
static struct ranges ranges;

static void ram(uint64_t start, uint64_t end)
{
    info.regions[info.region_count++] =
        (struct boot_region){start, end, REGION_RAM};
}

static uint64_t total(void)
{
    uint64_t bytes = 0;

    for (unsigned i = 0; i < ranges.count; i++)
        bytes += ranges.list[i].end - ranges.list[i].start;
    return bytes;
}

static bool holds(uint64_t paddr)
{
    for (unsigned i = 0; i < ranges.count; i++)
        if (paddr >= ranges.list[i].start && paddr < ranges.list[i].end)
            return true;
    return false;
}

TEST(ranges_small_guest_leaves_out_page_0_image_and_module)
{
    memset(&info, 0, sizeof(info));
    ram(0, 0x400000);
    info.modules[info.module_count++] = (struct boot_module){0x140800, 0x1000};
    ranges_init(&ranges, &info);
    CHECK(!holds(0));
    CHECK(holds(0x1000));
    CHECK(holds(0xff000));
    CHECK(!holds(0x100000));
    CHECK(!holds(0x13f000));
    CHECK(!holds(0x140000)); /* the module is not page aligned */
    CHECK(!holds(0x141fff));
    CHECK(holds(0x142000));
    CHECK(holds(0x3ff000));
    CHECK_EQ(total(), 0x400000 - 0x1000 - 0x40000 - 0x2000);
}

TEST(ranges_holes_and_reserved_regions_are_left_out)
{
    memset(&info, 0, sizeof(info));
    ram(0, 0x9f000);
    info.regions[info.region_count++] =
        (struct boot_region){0x9f000, 0x100000, REGION_RESERVED};
    ram(0x100000, 0xf0000000);
    ram(0x100000000, 0x180000000);
    ranges_init(&ranges, &info);
    CHECK(!holds(0x9f000));
    CHECK(!holds(0xf0000000));
    CHECK(holds(0x100000000));
    CHECK_EQ(total(), 0x9e000 + 0xf0000000ull - 0x140000 + 0x80000000);
}

TEST(ranges_module_that_splits_ram_keeps_the_list_sorted)
{
    memset(&info, 0, sizeof(info));
    ram(0, 0x800000);
    ram(0x1000000, 0x1400000);
    info.modules[info.module_count++] =
        (struct boot_module){0x400000, 0x100000};
    ranges_init(&ranges, &info);
    CHECK(!holds(0x480000));
    for (unsigned i = 1; i < ranges.count; i++)
        CHECK(ranges.list[i - 1].end <= ranges.list[i].start);
    CHECK_EQ(total(), 0x800000 - 0x1000 - 0x40000 - 0x100000 + 0x400000);
}

TEST(ranges_take_is_the_lowest_below_the_limit)
{
    memset(&info, 0, sizeof(info));
    ram(0, 0x200000);
    ram(0x100000000, 0x140000000);
    ranges_init(&ranges, &info);
    CHECK_EQ(ranges_take(&ranges, 0x1000, 1ull << 32), 0x1000);
    CHECK_EQ(ranges_take(&ranges, 0x1000, 1ull << 32), 0x2000);
    CHECK(!holds(0x2000));
    CHECK_EQ(ranges_take(&ranges, 0x100000, 1ull << 32), 0);
    CHECK_EQ(ranges_take(&ranges, 0x100000, 1ull << 44), 0x100000000);
    CHECK_EQ(ranges_take(&ranges, 1ull << 40, 1ull << 44), 0);
}
