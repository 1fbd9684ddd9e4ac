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
uint64_t image_base;

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

TEST(ranges_of_the_fullest_map_fit)
{
    memset(&info, 0, sizeof(info));
    ram(0, 0x1000000);
    while (info.region_count < BOOT_MAX_REGIONS)
        ram(info.region_count * 0x2000000ull,
            info.region_count * 0x2000000ull + 0x1000000);
    while (info.module_count < BOOT_MAX_MODULES) {
        info.modules[info.module_count].paddr = 0x200000 +
                                                info.module_count * 0x200000;
        info.modules[info.module_count++].size_bytes = 0x1000;
    }
    ranges_init(&ranges, &info);
    CHECK_EQ(total(), BOOT_MAX_REGIONS * 0x1000000ull - 0x1000 - 0x40000 -
                          BOOT_MAX_MODULES * 0x1000);
    for (unsigned i = 1; i < ranges.count; i++)
        CHECK(ranges.list[i - 1].end <= ranges.list[i].start);
}

TEST(ranges_of_single_pages_cut_away_are_empty)
{
    memset(&info, 0, sizeof(info));
    ram(0, 0x1000);
    ram(0x100000, 0x140000);
    ranges_init(&ranges, &info);
    CHECK_EQ(total(), 0);
    CHECK_EQ(ranges_take(&ranges, PAGE_SIZE, BOOT_RAM_LIMIT), 0);
}

TEST(records_lie_above_4_gib_if_they_must)
{
    uint64_t count;

    memset(&info, 0, sizeof(info));
    ram(0, 0x200000);
    ram(0x100000000, 0x300000000);
    ranges_init(&ranges, &info);
    CHECK_EQ(ranges_take_records(&ranges, &info, 16, &count), 0x100000000);
    CHECK_EQ(count, 0x300000);
    CHECK(!holds(0x102ffffff));
    CHECK(holds(0x103000000));
}

TEST(records_for_ram_beyond_a_huge_hole_are_not_taken)
{
    uint64_t count;

    memset(&info, 0, sizeof(info));
    ram(0, 0x2000000);
    ram(0x80000000000, 0x80001000000); /* 8 TiB: 32 GiB of records */
    info.modules[info.module_count++] =
        (struct boot_module){0x80000100000, 0x1000};
    ranges_init(&ranges, &info);
    CHECK_EQ(ranges_take_records(&ranges, &info, 16, &count), 0x1000);
    CHECK_EQ(count, 0x2000);
    CHECK(!holds(0x80000000000));
    CHECK_EQ(total(), 0x2000000 - 0x1000 - 0x40000 - 0x20000);
}

TEST(records_of_all_16_tib_have_numbers_of_32_bits)
{
    uint64_t count;

    memset(&info, 0, sizeof(info));
    ram(0, BOOT_RAM_LIMIT);
    ranges_init(&ranges, &info);
    CHECK_EQ(ranges_take_records(&ranges, &info, 16, &count), 0x140000);
    CHECK_EQ(count, UINT32_MAX);
    CHECK(!holds(BOOT_RAM_LIMIT - PAGE_SIZE));
    CHECK(holds(BOOT_RAM_LIMIT - 2 * PAGE_SIZE));
}

TEST(records_without_room_are_refused)
{
    uint64_t count;

    memset(&info, 0, sizeof(info));
    ram(0x100000, 0x140000);
    ranges_init(&ranges, &info);
    CHECK_EQ(ranges_take_records(&ranges, &info, 16, &count), 0);
}
