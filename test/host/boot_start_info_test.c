/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start_info to boot_info: both versions, and each thing that can be wrong
 * with what a toolstack hands over. The image and all that start_info points
 * to must lie below 4 GiB, hence MAP_32BIT and a position-dependent program.
 */
/* sources: boot/start_info.c boot/memmap.c */
/* flags: -no-pie -fno-pie */

#define _GNU_SOURCE
#include "../../boot/private.h"
#include "test.h"
#include <pith/format.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <xen/memory.h>

__asm__(".globl image_start, image_end\n"
        "image_start = 0x100000\n"
        "image_end = 0x140000\n");
uint64_t image_base;

static jmp_buf failed;
static char message[256];
static long hypercall_result;
static unsigned hypercalls;

void boot_fail(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vformat(message, sizeof(message), fmt, args);
    va_end(args);
    longjmp(failed, 1);
}

/* XENMEM_memory_map as a PVH dom0 sees it. */
long early_hypercall(unsigned nr, uint64_t a1, uint64_t a2, uint64_t a3)
{
    static const struct {
        uint64_t addr, size;
        uint32_t type;
    } __packed e820[] = {
        {0, 0x9fc00, 1},         {0x9fc00, 0x400, 2},
        {0xf0000, 0x10000, 2},   {0x100000, 0x1ff00000, 1},
        {0xfee00000, 0x1000, 2},
    };
    struct xen_memory_map *map = (struct xen_memory_map *)a2;

    hypercalls++;
    CHECK_EQ(a1, XENMEM_memory_map);
    if (hypercall_result)
        return hypercall_result;
    memcpy(*(void **)&map->buffer, e820, sizeof(e820));
    map->nr_entries = ARRAY_SIZE(e820);
    return 0;
}

/* What start_info points to, in one page below 4 GiB. */
static struct guest {
    struct hvm_start_info si;
    struct hvm_memmap_table_entry map[8];
    struct hvm_modlist_entry modules[4];
    char cmdline[16];
} * guest;
static struct boot_info out;

static void guest_init(void)
{
    if (!guest)
        guest = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    memset(guest, 0, 65536);
    memset(&out, 0xee, sizeof(out));
    guest->si = (struct hvm_start_info){
        .magic = XEN_HVM_START_MAGIC_VALUE,
        .version = 1,
        .cmdline_paddr = (uint64_t)guest->cmdline,
        .rsdp_paddr = 0xfc006000,
        .modlist_paddr = (uint64_t)guest->modules,
        .memmap_paddr = (uint64_t)guest->map,
        .memmap_entries = 2,
    };
    guest->map[0] = (struct hvm_memmap_table_entry){0, 0x2000000, 1, 0};
    guest->map[1] = (struct hvm_memmap_table_entry){0xfc000000, 0x7000, 2, 0};
    memcpy(guest->cmdline, "hello world", 12);
    hypercall_result = 0;
    hypercalls = 0;
    message[0] = '\0';
}

/* Whether it ended in boot_fail with a message that holds want. */
static int fails(const char *want)
{
    if (!setjmp(failed)) {
        start_info_read((uint64_t)guest, &out);
        printf("expected failure \"%s\"\n", want);
        return 0;
    }
    if (strstr(message, want))
        return 1;
    printf("expected \"%s\", got \"%s\"\n", want, message);
    return 0;
}

TEST(start_info_version_1_is_copied)
{
    guest_init();
    guest->si.nr_modules = 1;
    guest->modules[0].paddr = 0x200000;
    guest->modules[0].size = 12345;
    start_info_read((uint64_t)guest, &out);
    CHECK_EQ(out.start_info_version, 1);
    CHECK_EQ(out.flags, 0);
    CHECK_EQ(out.rsdp_paddr, 0xfc006000);
    CHECK_EQ(out.region_count, 2);
    CHECK_EQ(out.regions[0].end_paddr, 0x2000000);
    CHECK_EQ(out.regions[1].type, REGION_RESERVED);
    CHECK_EQ(out.module_count, 1);
    CHECK_EQ(out.modules[0].size_bytes, 12345);
    CHECK_STR(out.cmdline, "hello world");
    CHECK_EQ(hypercalls, 0);
}

TEST(start_info_version_0_asks_xen_for_the_map)
{
    guest_init();
    guest->si.version = 0;
    guest->si.memmap_entries = 77; /* not a field of version 0 */
    start_info_read((uint64_t)guest, &out);
    CHECK_EQ(hypercalls, 1);
    CHECK_EQ(out.region_count, 5);
    CHECK_EQ(out.regions[0].end_paddr, 0x9f000); /* shrunk to whole pages */
    CHECK_EQ(out.regions[1].start_paddr, 0x9f000);
    CHECK_EQ(out.regions[1].end_paddr, 0xa0000);
    CHECK_EQ(out.regions[3].start_paddr, 0x100000);
}

TEST(start_info_version_1_without_map_asks_xen)
{
    guest_init();
    guest->si.memmap_entries = 0;
    start_info_read((uint64_t)guest, &out);
    CHECK_EQ(hypercalls, 1);
    CHECK_EQ(out.region_count, 5);
}

TEST(start_info_hypercall_error_is_named)
{
    guest_init();
    guest->si.version = 0;
    hypercall_result = -38;
    CHECK(fails("memory map: XENMEM_memory_map: ENOSYS"));
}

TEST(start_info_without_cmdline_has_an_empty_one)
{
    guest_init();
    guest->si.cmdline_paddr = 0;
    start_info_read((uint64_t)guest, &out);
    CHECK_STR(out.cmdline, "");
}

TEST(start_info_bad_pointers_are_refused)
{
    guest_init();
    guest->si.magic = 1;
    CHECK(fails("magic 0x1, expected 0x336ec578"));
    guest_init();
    guest->si.cmdline_paddr = 1ull << 32;
    CHECK(fails("command line at 0x100000000"));
    guest_init();
    guest->si.memmap_paddr = 0;
    CHECK(fails("memory map at 0"));
    guest_init();
    guest->si.memmap_paddr = 0xfffffff0;
    CHECK(fails("memory map at 0xfffffff0"));
    guest_init();
    guest->si.nr_modules = 1;
    guest->si.modlist_paddr = UINT64_MAX;
    CHECK(fails("module list"));
}

TEST(start_info_long_cmdline_is_refused)
{
    guest_init();
    guest->si.cmdline_paddr = (uint64_t)guest + 4096;
    memset((char *)guest + 4096, 'x', 20000);
    CHECK(fails("command line: longer than 4095 characters"));
    ((char *)guest)[4096 + 4095] = '\0';
    start_info_read((uint64_t)guest, &out);
    CHECK_EQ(strlen(out.cmdline), 4095);
}

TEST(memmap_out_of_order_is_sorted)
{
    guest_init();
    guest->si.memmap_entries = 3;
    guest->map[0].addr = 0x100000000;
    guest->map[2] = (struct hvm_memmap_table_entry){0, 0x800000, 1, 0};
    start_info_read((uint64_t)guest, &out);
    CHECK_EQ(out.region_count, 3);
    CHECK_EQ(out.regions[0].end_paddr, 0x800000);
    CHECK_EQ(out.regions[1].start_paddr, 0xfc000000);
    CHECK_EQ(out.regions[2].start_paddr, 0x100000000);
}

TEST(memmap_neighbours_become_one)
{
    guest_init();
    guest->si.memmap_entries = 4;
    guest->map[2] = (struct hvm_memmap_table_entry){0x2000000, 0x1000, 1, 0};
    guest->map[3] = (struct hvm_memmap_table_entry){0xfc007000, 0x10, 3, 0};
    start_info_read((uint64_t)guest, &out);
    CHECK_EQ(out.region_count, 2);
    CHECK_EQ(out.regions[0].end_paddr, 0x2001000);
    CHECK_EQ(out.regions[1].end_paddr, 0xfc008000);
}

TEST(memmap_impossible_entries_are_refused)
{
    guest_init();
    guest->map[1].addr = 0x1fff000;
    CHECK(fails("0 to 0x2000000 overlaps 0x1fff000 to 0x2006000"));
    guest_init();
    guest->map[1].size = UINT64_MAX;
    CHECK(fails("wraps around"));
    guest_init();
    guest->map[1] = (struct hvm_memmap_table_entry){1ull << 44, 4096, 1, 0};
    CHECK(fails("RAM at 0x100000000000"));
    guest_init();
    guest->si.memmap_entries = 129;
    CHECK(fails("129 entries, more than 128"));
    guest_init();
    guest->map[0].size = 0x120000;
    CHECK(fails("is not in RAM"));
}

TEST(modules_out_of_place_are_refused)
{
    guest_init();
    guest->si.nr_modules = 5;
    CHECK(fails("5 modules, more than 4"));
    guest_init();
    guest->si.nr_modules = 1;
    guest->modules[0].paddr = 0x1fff000;
    guest->modules[0].size = 0x1001;
    CHECK(fails("module 0: 0x1fff000 with 4097 bytes: empty or not in RAM"));
    guest->modules[0].size = UINT64_MAX;
    CHECK(fails("not in RAM"));
    guest->modules[0].size = 0;
    CHECK(fails("empty"));
    guest->modules[0].paddr = 0xff000;
    guest->modules[0].size = 0x1001;
    CHECK(fails("module 0: 0xff000 to 0x100001 overlaps the image"));
    guest->si.nr_modules = 2;
    guest->modules[0].paddr = 0x200000;
    guest->modules[1] = guest->modules[0];
    CHECK(fails("module 1: overlaps module 0"));
}

/* A map of count entries, each of size bytes, step apart. */
static void fill_map(uint32_t count, uint64_t first, uint64_t step,
                     uint64_t size)
{
    struct hvm_memmap_table_entry *map = (void *)((char *)guest + 8192);

    guest->si.memmap_paddr = (uint64_t)map;
    guest->si.memmap_entries = count;
    for (uint32_t i = 0; i < MIN(count, 500u); i++)
        map[i] = (struct hvm_memmap_table_entry){first + i * step, size, 1, 0};
}

TEST(memmap_of_very_many_entries_is_taken_or_refused)
{
    guest_init();
    fill_map(128, 0x100000, 0x200000, 0x100000);
    start_info_read((uint64_t)guest, &out);
    CHECK_EQ(out.region_count, 128);
    CHECK_EQ(out.regions[127].end_paddr, 0x100000 + 127 * 0x200000 + 0x100000);
    fill_map(500, 0x100000, 0x200000, 0x100000);
    CHECK(fails("500 entries, more than 128"));
    fill_map(UINT32_MAX, 0x100000, 0, 0);
    CHECK(fails("4294967295 entries, more than 128"));
}

TEST(memmap_entries_of_no_bytes_are_nothing)
{
    guest_init();
    guest->si.memmap_entries = 5;
    guest->map[2] = (struct hvm_memmap_table_entry){0x1000, 0, 2, 0};
    guest->map[3] = (struct hvm_memmap_table_entry){0x150000, 0, 1, 0};
    guest->map[4] = (struct hvm_memmap_table_entry){UINT64_MAX, 0, 1, 0};
    start_info_read((uint64_t)guest, &out);
    CHECK_EQ(out.region_count, 2);
    CHECK_EQ(out.regions[0].end_paddr, 0x2000000);
    /* They do not hide that what lies around them overlaps. */
    guest->map[4] = (struct hvm_memmap_table_entry){0x1ff0000, 0x20000, 1, 0};
    guest->map[3] = (struct hvm_memmap_table_entry){0x1ff0000, 0, 1, 0};
    CHECK(fails("overlaps 0x1ff0000 to 0x2010000"));
}

TEST(memmap_without_ram_below_the_image_is_refused)
{
    guest_init();
    guest->map[0].type = 2; /* none at all */
    CHECK(fails("is not in RAM; the domain needs more memory"));
    guest_init();
    fill_map(0, 0, 0, 0); /* nor does Xen know any */
    hypercall_result = -22;
    CHECK(fails("memory map: XENMEM_memory_map: EINVAL"));
    hypercall_result = 0;
    guest_init();
    fill_map(1, 0x100000000, 0, 0x100000000); /* only above 4 GiB */
    CHECK(fails("is not in RAM"));
    guest_init();
    fill_map(2, 0x100000, 0x30000, 0x20000); /* a hole in the image */
    CHECK(fails("is not in RAM"));
    guest_init();
    fill_map(2, 0x100000, 0x20000, 0x20000); /* none: they are neighbours */
    start_info_read((uint64_t)guest, &out);
    CHECK_EQ(out.region_count, 1);
}

TEST(memmap_ram_up_to_the_limit_is_taken)
{
    guest_init();
    guest->si.memmap_entries = 3;
    guest->map[2] = (struct hvm_memmap_table_entry){
        0x100000000, BOOT_RAM_LIMIT - 0x100000000, 1, 0};
    start_info_read((uint64_t)guest, &out);
    CHECK_EQ(out.region_count, 3);
    CHECK_EQ(out.regions[2].end_paddr, BOOT_RAM_LIMIT);
    guest->map[2].size++;
    CHECK(fails("RAM at 0x100000000 to 0x100000000001"));
    /* What is no RAM may lie anywhere. */
    guest->map[2].type = 2;
    start_info_read((uint64_t)guest, &out);
    CHECK_EQ(out.regions[2].end_paddr, BOOT_RAM_LIMIT + 4096);
}

TEST(memmap_ram_in_parts_of_pages_is_left_out)
{
    guest_init();
    fill_map(3, 0x2000000, 0x800, 0x800);
    guest->si.memmap_entries = 4;
    ((struct hvm_memmap_table_entry *)guest->si.memmap_paddr)[3] =
        (struct hvm_memmap_table_entry){0, 0x1000000, 1, 0};
    start_info_read((uint64_t)guest, &out);
    CHECK_EQ(out.region_count, 1);
}

TEST(modules_in_holes_are_refused)
{
    guest_init();
    guest->si.memmap_entries = 3;
    guest->map[2] =
        (struct hvm_memmap_table_entry){0x100000000, 0x40000000, 1, 0};
    guest->si.nr_modules = 1;
    guest->modules[0].paddr = 0x1800000;
    guest->modules[0].size = 0x100000000; /* over the hole into RAM */
    CHECK(fails("module 0: 0x1800000 with 4294967296 bytes: empty or not"));
    guest->modules[0].paddr = 0x3000000; /* in the hole */
    guest->modules[0].size = 4096;
    CHECK(fails("not in RAM"));
    guest->modules[0].paddr = 0x120000000; /* above 4 GiB: fine */
    start_info_read((uint64_t)guest, &out);
    CHECK_EQ(out.module_count, 1);
}
