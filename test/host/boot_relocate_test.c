/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the image may be drawn to lie, the early tables for it, and the two
 * kinds of relocations. (All that a linker makes of them: boot-relocate, a
 * guest.) */
/* flags: -no-pie -fno-pie */

#include "../../boot/relocate.c"
#include "test.h"

/* Some other number each time. */
bool cpu_random(uint64_t *out)
{
    static uint64_t state;

    *out = state += 0x9e3779b97f4a7c15ul;
    return true;
}

uint64_t boot_root[512], boot_image_pointers[512], boot_image_directory[512];

/* What 512 KiB take from 1 MiB on, and its tables: words 3 and 4, then 6 and
 * 66, then 67 and 199 of 200, and one that lies across two. */
uint64_t target[200];
__asm__(".globl image_end, relr_start, relr_end, rela_start, rela_end\n"
        "image_end = 0x380000\n"
        ".pushsection .data\n"
        ".balign 8\n"
        "relr_start: .quad target + 8 * 3\n"
        ".quad 1 | 1 << 1 | 1 << 3 | 1 << 63\n"
        ".quad 1 | 1 << 1\n"
        ".quad target + 8 * 199\n"
        "relr_end:\n"
        "rela_start: .quad target + 8 * 150 + 1, 8, 0x123456\n"
        "rela_end:\n"
        ".popsection\n");

TEST(relocate_adds_the_base_to_what_the_tables_name)
{
    static const unsigned named[] = {3, 4, 6, 66, 67, 199};
    uint64_t base = 0x600000200000, unaligned;
    unsigned next = 0;

    for (unsigned i = 0; i < 200; i++)
        target[i] = i;
    apply_relr(base);
    for (unsigned i = 0; i < 200; i++) {
        bool is_named = next < ARRAY_SIZE(named) && named[next] == i;

        CHECK_EQ(target[i], i + (is_named ? base : 0));
        next += is_named;
    }
    apply_rela(base);
    memcpy(&unaligned, (char *)&target[150] + 1, 8);
    CHECK_EQ(unaligned, base + 0x123456);
}

TEST(relocate_base_lies_in_its_area_and_one_directory)
{
    static const uint64_t leaves[] = {1, 2, 100, 512};
    uint64_t all = 0, none = UINT64_MAX;

    for (unsigned i = 0; i < 4000; i++) {
        uint64_t size = leaves[i % 4] * SIZE_2M, base = choose(leaves[i % 4]);

        CHECK_EQ(base % SIZE_2M, 0);
        CHECK(base >= IMAGE_AREA);
        CHECK(base + size <= IMAGE_AREA + IMAGE_AREA_BYTES);
        CHECK_EQ(base / SIZE_1G, (base + size - 1) / SIZE_1G);
        if (leaves[i % 4] == 1) {
            all |= base - IMAGE_AREA;
            none &= base - IMAGE_AREA;
        }
    }
    /* Each bit of the 24 is drawn. */
    CHECK_EQ(all, IMAGE_AREA_BYTES - SIZE_2M);
    CHECK_EQ(none, 0);
}

TEST(relocate_early_tables_lead_to_the_image)
{
    uint64_t base = 0x612345600000;

    map(base, 2);
    CHECK_EQ(boot_root[base >> 39], (uint64_t)boot_image_pointers | 3);
    CHECK_EQ(boot_image_pointers[base >> 30 & 511],
             (uint64_t)boot_image_directory | 3);
    CHECK_EQ(boot_image_directory[base >> 21 & 511], 0x83);
    CHECK_EQ(boot_image_directory[(base >> 21 & 511) + 1], 0x200083);
    CHECK_EQ(boot_image_directory[(base >> 21 & 511) + 2], 0);
}
