/* SPDX-License-Identifier: BSD-2-Clause */
/* What the live page tables allow, walked from CR3, at several sizes of
 * memory. */
/* cc: --checks */
/* clang-format off */
/* console: ^image base 0x[67][0-9a-f]{11}$ */
/* check: sed -n 's/image base //p' $log >>/tmp/bases; [ -z "$(sort /tmp/bases | uniq -d)" ] */
/* cmdline: */
/*   xl: memory=2 */
/* cmdline: */
/*   xl: memory=4 */
/* cmdline: */
/*   xl: memory=33 */
/* cmdline: */
/*   xl: memory=700 */
/* cmdline: ram-above-4-gib */
/*   xl: memory=5120 */
/* clang-format on */

#include <pith/bootinfo.h>
#include <pith/map.h>
#include <pith/option.h>
#include <pith/page.h>
#include <pith/thread.h>

#include "guest_test.h"

#define ENTRIES 512
#define PTE_PRESENT 1ull
#define PTE_WRITE 2ull
#define PTE_USER 4ull
#define PTE_LARGE 0x80ull
#define PTE_NX (1ull << 63)
#define PTE_ADDRESS 0x000ffffffffff000ull

/* One translation, with the rights of all levels together. */
struct leaf {
    uint64_t vaddr, size, paddr;
    bool write, exec, user;
};

/* What walking found; first is the first leaf that broke a rule. */
static struct {
    unsigned leaves, broken;
    struct leaf first;
    uint64_t exec_bytes;
    bool (*allowed)(const struct leaf *leaf);
} walk;

static void visit(const struct leaf *leaf)
{
    walk.leaves++;
    if (leaf->exec)
        walk.exec_bytes += leaf->size;
    if (!walk.allowed(leaf) && !walk.broken++)
        walk.first = *leaf;
}

static void walk_table(uint64_t table_paddr, int level, struct leaf above)
{
    const uint64_t *table = phys_to_virt(table_paddr);
    struct leaf here;

    for (uint64_t i = 0; i < ENTRIES; i++) {
        uint64_t entry = table[i];

        here = above;
        here.size = PAGE_SIZE << (9 * (level - 1));
        here.vaddr += i * here.size;
        if (!(entry & PTE_PRESENT))
            continue;
        here.paddr = entry & PTE_ADDRESS & ~(here.size - 1);
        here.write &= !!(entry & PTE_WRITE);
        here.user &= !!(entry & PTE_USER);
        here.exec &= !(entry & PTE_NX);
        if (level > 1 && !(entry & PTE_LARGE))
            walk_table(entry & PTE_ADDRESS, level - 1,
                       (struct leaf){here.vaddr, 0, 0, here.write, here.exec,
                                     here.user});
        else
            visit(&here);
    }
}

/* The number of leaves that break the rule; says which was the first. */
static unsigned broken(bool (*allowed)(const struct leaf *leaf))
{
    memset(&walk, 0, sizeof(walk));
    walk.allowed = allowed;
    walk_table(pt_active_root(), 4, (struct leaf){0, 0, 0, true, true, true});
    if (walk.broken)
        printf("leaf at 0x%llx: %llu bytes, to 0x%llx, %s%s%s\n",
               (unsigned long long)walk.first.vaddr,
               (unsigned long long)walk.first.size,
               (unsigned long long)walk.first.paddr,
               walk.first.write ? "write " : "", walk.first.exec ? "exec " : "",
               walk.first.user ? "user" : "");
    return walk.broken;
}

static bool overlaps(const struct leaf *leaf, const char *start,
                     const char *end)
{
    return leaf->vaddr < (uint64_t)end &&
           leaf->vaddr + leaf->size > (uint64_t)start;
}

static bool not_write_and_exec(const struct leaf *leaf)
{
    return !(leaf->write && leaf->exec);
}

TEST(map_nothing_is_writable_and_executable)
{
    CHECK_EQ(broken(not_write_and_exec), 0);
    CHECK(walk.leaves > 10);
}

static bool exec_in_text(const struct leaf *leaf)
{
    return leaf->exec == overlaps(leaf, image_text_start, image_text_end);
}

TEST(map_text_and_nothing_else_is_executable)
{
    CHECK_EQ(broken(exec_in_text), 0);
    CHECK_EQ(walk.exec_bytes, image_text_end - image_text_start);
}

static bool constant_in_image(const struct leaf *leaf)
{
    return !leaf->write || !overlaps(leaf, image_start, image_rodata_end);
}

/* The leaf at vaddr: 0 or -XEN_ENOENT. */
static int lookup_leaf(uint64_t vaddr, struct leaf *out, unsigned *prot)
{
    static const struct pt_allocator tables = {.ptr = phys_to_virt};

    return pt_lookup(pt_active_root(), &tables, vaddr, &out->paddr, &out->size,
                     prot);
}

static int lookup(uint64_t vaddr, unsigned *prot)
{
    struct leaf leaf;

    return lookup_leaf(vaddr, &leaf, prot);
}

/* Nothing but the image's own address leads to it. */
static bool no_alias_of_image(const struct leaf *leaf)
{
    return leaf->paddr >= image_paddr(image_tables_start) ||
           leaf->paddr + leaf->size <= image_paddr(image_start) ||
           leaf->vaddr == leaf->paddr + image_base;
}

TEST(map_image_has_no_other_address)
{
    unsigned prot;

    CHECK_EQ(broken(no_alias_of_image), 0);
    CHECK_EQ(lookup((uint64_t)image_start, &prot), 0);
    CHECK_EQ(prot, PT_EXEC);
    CHECK(lookup(image_paddr(image_start), &prot));
    CHECK(lookup(image_paddr(image_data_start), &prot));
}

TEST(map_image_base_is_drawn_from_its_area)
{
    CHECK_EQ(image_base % SIZE_2M, 0);
    CHECK(image_base >= IMAGE_AREA);
    CHECK((uint64_t)image_end <= IMAGE_AREA + IMAGE_AREA_BYTES);
}

TEST(map_text_and_constants_are_readonly)
{
    CHECK_EQ(broken(constant_in_image), 0);
}

static bool not_page_zero(const struct leaf *leaf)
{
    return leaf->vaddr >= PAGE_SIZE && !leaf->user;
}

TEST(map_page_zero_is_absent_and_nothing_is_user)
{
    CHECK_EQ(broken(not_page_zero), 0);
}

/* Is all of [start, start + size) RAM that the direct map shows with the same
 * rights, without the image and page 0? */
static bool uniform(uint64_t start, uint64_t size)
{
    if (start < ALIGN_UP(image_paddr(image_end), PAGE_SIZE))
        return false;
    for (unsigned i = 0; i < boot_info.region_count; i++) {
        const struct boot_region *r = &boot_info.regions[i];

        if (r->type == REGION_RAM && start >= r->start_paddr &&
            start + size <= r->end_paddr)
            return true;
    }
    return false;
}

static bool as_large_as_can_be(const struct leaf *leaf)
{
    uint64_t larger = leaf->size * ENTRIES;

    if (leaf->vaddr != leaf->paddr || leaf->size == SIZE_1G ||
        (larger == SIZE_1G && !boot_info.leaves_1g))
        return true;
    return !uniform(ALIGN_DOWN(leaf->vaddr, larger), larger);
}

TEST(map_direct_map_has_large_leaves)
{
    CHECK_EQ(broken(as_large_as_can_be), 0);
}

TEST(map_all_ram_is_there_and_writable)
{
    uint64_t mapped = 0;

    for (unsigned i = 0; i < boot_info.region_count; i++) {
        const struct boot_region *r = &boot_info.regions[i];
        uint64_t at = MAX(r->start_paddr, image_paddr(image_end)), next;

        for (; r->type == REGION_RAM && at < r->end_paddr; at = next) {
            struct leaf leaf;
            unsigned prot;

            CHECK_EQ(lookup_leaf(at, &leaf, &prot), 0);
            CHECK_EQ(leaf.paddr, at);
            CHECK_EQ(prot, PT_WRITE);
            next = ALIGN_DOWN(at, leaf.size) + leaf.size;
            mapped += next - at;
        }
    }
    CHECK(mapped >= 1ul << 18);
}

#define BLOCK_ORDER 16 /* 256 MiB */
#define BLOCK_BYTES (PAGE_SIZE << BLOCK_ORDER)

/* All of RAM's large blocks, a word at both ends of each: all are there at
 * once, and no two are the same memory. */
TEST(map_ram_is_usable_wherever_it_lies)
{
    uint64_t *blocks[64], expected = 0, high = 0;
    const size_t last = BLOCK_BYTES / sizeof(uint64_t) - 1;
    size_t count = 0;

    for (unsigned i = 0; i < boot_info.region_count; i++) {
        const struct boot_region *r = &boot_info.regions[i];

        if (r->type == REGION_RAM && r->end_paddr > 1ull << 32)
            expected += r->end_paddr - MAX(r->start_paddr, 1ull << 32);
    }
    CHECK_EQ(!!expected, program_argc() > 1);
    while (count < 64 && (blocks[count] = page_alloc(BLOCK_ORDER))) {
        blocks[count][0] = count;
        blocks[count][last] = ~count;
        high += (uint64_t)blocks[count] >> 32 ? BLOCK_BYTES : 0;
        count++;
    }
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ(blocks[i][0], i);
        CHECK_EQ(blocks[i][last], ~i);
        page_free(blocks[i], BLOCK_ORDER);
    }
    CHECK(high + BLOCK_BYTES > expected);
    CHECK(!expected || count * BLOCK_BYTES > 1ull << 32);
}

/* Is [start, start + size) mapped with prot, and neither neighbour mapped? */
static bool guarded(uint64_t start, uint64_t size, unsigned want)
{
    unsigned prot;

    for (uint64_t at = start; at < start + size; at += PAGE_SIZE)
        if (lookup(at, &prot) || prot != want)
            return false;
    return lookup(start - PAGE_SIZE, &prot) && lookup(start + size, &prot);
}

TEST(map_new_stacks_have_guards)
{
    char *stacks[20];

    for (int i = 0; i < 20; i++) {
        stacks[i] = kstack_alloc(2 * PAGE_SIZE);
        CHECK(stacks[i] != NULL);
    }
    for (int i = 0; i < 20; i++) {
        uint64_t start = (uint64_t)stacks[i];

        CHECK(guarded(start, 2 * PAGE_SIZE, PT_WRITE));
        CHECK(kstack_is_guard(start - 1));
        CHECK(kstack_is_guard(start + 2 * PAGE_SIZE));
        CHECK(!kstack_is_guard(start));
        kstack_free(stacks[i], 2 * PAGE_SIZE);
    }
}

TEST(map_own_stack_has_guards)
{
    uint64_t low = ALIGN_DOWN((uint64_t)__builtin_frame_address(0), PAGE_SIZE);
    uint64_t high = low;
    unsigned prot;

    while (lookup(low - PAGE_SIZE, &prot) == 0)
        low -= PAGE_SIZE;
    while (lookup(high, &prot) == 0)
        high += PAGE_SIZE;
    CHECK(high - low >= THREAD_STACK_BYTES);
    CHECK(high - low <= 1ul << 20);
    CHECK(guarded(low, high - low, PT_WRITE));
    CHECK(kstack_is_guard(low - 8));
    CHECK(kstack_is_guard(high));
    CHECK(!kstack_is_guard(low));
}

TEST(map_freed_stack_is_absent)
{
    char *stack = kstack_alloc(PAGE_SIZE);
    unsigned prot;

    CHECK(stack != NULL);
    kstack_free(stack, PAGE_SIZE);
    CHECK(lookup((uint64_t)stack, &prot));
}

TEST(map_device_is_guarded_and_ends)
{
    char *page = page_alloc_zeroed(0);
    volatile char *window =
        map_device(virt_to_phys(page), PAGE_SIZE, PT_WRITE | PT_UNCACHED);
    unsigned prot;

    CHECK(window != NULL);
    CHECK(guarded((uint64_t)window, PAGE_SIZE, PT_WRITE | PT_UNCACHED));
    *window = 'w';
    CHECK_EQ(page[0], 'w');
    unmap_device(window, PAGE_SIZE);
    CHECK(lookup((uint64_t)window, &prot));
    CHECK(!map_device(virt_to_phys(page), PAGE_SIZE, PT_WRITE | PT_EXEC));
    page_free(page, 0);
}

/* Without these bits the tables' rights would not count. */
TEST(map_processor_heeds_the_rights)
{
    uint64_t cr0;
    uint32_t low, high;

    __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(0xc0000080));
    (void)high;
    CHECK(cr0 & 1ul << 16); /* WP */
    CHECK(low & 1u << 11);  /* NXE */
    CHECK_EQ(map_root_paddr(), pt_active_root());
}

int main(void)
{
    printf("image base 0x%llx\n", (unsigned long long)image_base);
    return test_run_all();
}
