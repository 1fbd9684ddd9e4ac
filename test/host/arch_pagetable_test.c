/* SPDX-License-Identifier: BSD-2-Clause */
/* Page tables: leaves as large as they can be, splits that lose nothing. */
/* sources: arch/x86_64/pagetable.c arch/x86_64/pagerange.c */

#include "test.h"
#include <pith/errno.h>
#include <pith/pagetable.h>

#define TABLES 64

static _Alignas(4096) char tables[TABLES][4096];
static unsigned used, limit = TABLES;

static uint64_t table_alloc(void)
{
    return used < limit ? (uint64_t)tables[used++] : 0;
}

static void *table_ptr(uint64_t paddr)
{
    return (void *)paddr;
}

static struct pt_allocator alloc = {table_alloc, table_ptr, true};

static uint64_t new_root(void)
{
    memset(tables, 0, sizeof(tables));
    used = 0;
    limit = TABLES;
    alloc.leaves_1g = true;
    return table_alloc();
}

/* "-" unmapped, else address, leaf size and rights as text. */
static const char *at(uint64_t root, uint64_t vaddr)
{
    static char text[64];
    uint64_t paddr, leaf;
    unsigned prot;

    if (pt_lookup(root, &alloc, vaddr, &paddr, &leaf, &prot))
        return "-";
    snprintf(text, sizeof(text), "%lx %s%s%s%s", paddr,
             leaf == SIZE_1G   ? "1G"
             : leaf == SIZE_2M ? "2M"
                               : "4K",
             prot & PT_WRITE ? "w" : "", prot & PT_EXEC ? "x" : "",
             prot & PT_UNCACHED ? "u" : "");
    return text;
}

TEST(pagetable_leaves_are_as_large_as_alignment_allows)
{
    uint64_t root = new_root();

    CHECK_EQ(pt_map(root, &alloc, 0x1000, 0x1000, 3 * SIZE_1G, PT_WRITE), 0);
    CHECK_STR(at(root, 0), "-");
    CHECK_STR(at(root, 0x1234), "1234 4Kw");
    CHECK_STR(at(root, SIZE_2M + 5), "200005 2Mw");
    CHECK_STR(at(root, SIZE_1G + 7), "40000007 1Gw");
    CHECK_STR(at(root, 3 * SIZE_1G), "c0000000 4Kw");
    CHECK_STR(at(root, 3 * SIZE_1G + 0x1000), "-");
    CHECK_EQ(used, 6); /* root, 1 G, 2 x 2 M, 2 x 4 K */
}

TEST(pagetable_without_1g_leaves_uses_2m)
{
    uint64_t root = new_root();

    alloc.leaves_1g = false;
    CHECK_EQ(pt_map(root, &alloc, 0, 0, SIZE_1G, PT_READ), 0);
    CHECK_STR(at(root, SIZE_1G - 1), "3fffffff 2M");
}

TEST(pagetable_misaligned_paddr_gives_small_leaves)
{
    uint64_t root = new_root();

    CHECK_EQ(pt_map(root, &alloc, SIZE_1G, 0x1000, SIZE_2M, PT_WRITE), 0);
    CHECK_STR(at(root, SIZE_1G), "1000 4Kw");
    CHECK_STR(at(root, SIZE_1G + SIZE_2M - 1), "200fff 4Kw");
}

TEST(pagetable_change_inside_a_leaf_splits_it)
{
    uint64_t root = new_root();

    CHECK_EQ(pt_map(root, &alloc, 0, 0, SIZE_1G, PT_WRITE), 0);
    CHECK_EQ(pt_map(root, &alloc, 0x100000, 0x100000, 0x3000, PT_EXEC), 0);
    CHECK_EQ(pt_unmap(root, &alloc, 0, 0x1000), 0);
    CHECK_STR(at(root, 0xfff), "-");
    CHECK_STR(at(root, 0x1000), "1000 4Kw");
    CHECK_STR(at(root, 0x100000), "100000 4Kx");
    CHECK_STR(at(root, 0x102fff), "102fff 4Kx");
    CHECK_STR(at(root, 0x103000), "103000 4Kw");
    CHECK_STR(at(root, SIZE_2M), "200000 2Mw");
    CHECK_STR(at(root, SIZE_1G - 1), "3fffffff 2Mw");
}

TEST(pagetable_unmap_spans_holes_and_leaves)
{
    uint64_t root = new_root();
    unsigned before;

    CHECK_EQ(pt_map(root, &alloc, SIZE_2M, 0, 2 * SIZE_2M, PT_WRITE), 0);
    before = used;
    CHECK_EQ(pt_unmap(root, &alloc, 0, 8 * SIZE_1G), 0);
    CHECK_EQ(used, before);
    CHECK_STR(at(root, SIZE_2M), "-");
    CHECK_STR(at(root, 2 * SIZE_2M), "-");
}

TEST(pagetable_table_in_the_way_is_kept)
{
    uint64_t root = new_root();

    CHECK_EQ(pt_map(root, &alloc, 0, 0, 0x1000, PT_READ), 0);
    CHECK_EQ(pt_map(root, &alloc, 0, 0, SIZE_2M, PT_WRITE), 0);
    CHECK_STR(at(root, 0), "0 4Kw");
    CHECK_STR(at(root, SIZE_2M - 1), "1fffff 4Kw");
}

TEST(pagetable_device_is_uncached)
{
    uint64_t root = new_root();

    CHECK_EQ(pt_map(root, &alloc, 0x400000001000, 0xfee00000, 0x1000,
                    PT_WRITE | PT_UNCACHED),
             0);
    CHECK_STR(at(root, 0x4000000010b0), "fee000b0 4Kwu");
}

TEST(pagetable_bad_arguments_are_refused)
{
    uint64_t root = new_root();

    CHECK_EQ(pt_map(root, &alloc, 1, 0, 0x1000, 0), -XEN_EINVAL);
    CHECK_EQ(pt_map(root, &alloc, 0, 0x800, 0x1000, 0), -XEN_EINVAL);
    CHECK_EQ(pt_map(root, &alloc, 0, 0, 0x1001, 0), -XEN_EINVAL);
    CHECK_EQ(pt_map(root, &alloc, 0, 0, 0x1000, PT_WRITE | PT_EXEC),
             -XEN_EINVAL);
    CHECK_EQ(pt_map(root, &alloc, 1ul << 47, 0, 0x1000, 0), -XEN_EINVAL);
    CHECK_EQ(pt_unmap(root, &alloc, 0x1000, -0x1000ul), -XEN_EINVAL);
    CHECK_EQ(used, 1);
}

TEST(pagetable_out_of_tables_is_enomem)
{
    uint64_t root = new_root();

    limit = 3;
    CHECK_EQ(pt_map(root, &alloc, 0, 0, 0x1000, PT_WRITE), -XEN_ENOMEM);
    CHECK_STR(at(root, 0), "-");
}

/* Pages 0 to 2, 512 and 1024 of 4 KiB from 1 GiB on, at paddr = vaddr. */
static uint64_t sparse_root(void)
{
    static const uint64_t pages[] = {0, 1, 2, 512, 1024};
    uint64_t root = new_root();

    for (unsigned i = 0; i < 5; i++) {
        uint64_t at_addr = SIZE_1G + pages[i] * PAGE_SIZE;

        CHECK_EQ(pt_map(root, &alloc, at_addr, at_addr, PAGE_SIZE, PT_WRITE),
                 0);
    }
    return root;
}

TEST(pagetable_protect_changes_what_is_there_and_says_if_it_narrowed)
{
    uint64_t root = sparse_root(), next;
    bool narrowed = false;

    CHECK_EQ(pt_protect(root, &alloc, 0, 4 * SIZE_1G, PT_WRITE, 100, &next,
                        &narrowed),
             5);
    CHECK(!narrowed);
    CHECK_EQ(next, 4 * SIZE_1G);
    CHECK_EQ(pt_protect(root, &alloc, SIZE_1G + PAGE_SIZE, PAGE_SIZE, PT_READ,
                        100, &next, &narrowed),
             1);
    CHECK(narrowed);
    CHECK_STR(at(root, SIZE_1G), "40000000 4Kw");
    CHECK_STR(at(root, SIZE_1G + PAGE_SIZE), "40001000 4K");
    narrowed = false;
    pt_protect(root, &alloc, SIZE_1G + PAGE_SIZE, PAGE_SIZE, PT_EXEC, 100,
               &next, &narrowed);
    CHECK(!narrowed);
    CHECK_STR(at(root, SIZE_1G + PAGE_SIZE), "40001000 4Kx");
    pt_protect(root, &alloc, SIZE_1G + PAGE_SIZE, PAGE_SIZE, PT_WRITE, 100,
               &next, &narrowed);
    CHECK(narrowed);
}

TEST(pagetable_page_without_access_comes_back_or_is_removed)
{
    uint64_t root = sparse_root(), next;
    struct pt_page page;
    bool narrowed = false;

    CHECK_EQ(
        pt_protect(root, &alloc, 0, SIZE_1G * 2, PT_NONE, 9, &next, &narrowed),
        5);
    CHECK(narrowed);
    CHECK_STR(at(root, SIZE_1G), "-");
    narrowed = false;
    CHECK_EQ(pt_protect(root, &alloc, SIZE_1G, PAGE_SIZE, PT_WRITE, 9, &next,
                        &narrowed),
             1);
    CHECK(!narrowed);
    CHECK_STR(at(root, SIZE_1G), "40000000 4Kw");
    CHECK_EQ(
        pt_remove(root, &alloc, SIZE_1G + SIZE_2M, SIZE_2M, &page, 1, &next),
        1);
    CHECK_EQ(page.vaddr, SIZE_1G + SIZE_2M);
    CHECK_EQ(page.paddr, SIZE_1G + SIZE_2M);
}

TEST(pagetable_remove_goes_on_where_it_stopped)
{
    uint64_t root = sparse_root(), next = 0, end = 1ull << 46;
    struct pt_page pages[6];
    size_t count = 0, n;

    while (next < end) {
        n = pt_remove(root, &alloc, next, end - next, pages + count, 2, &next);
        CHECK(n <= 2 && count + n <= 5);
        count += n;
    }
    CHECK_EQ(count, 5);
    CHECK_EQ(pages[2].vaddr, SIZE_1G + 2 * PAGE_SIZE);
    CHECK_EQ(pages[3].paddr, SIZE_1G + SIZE_2M);
    CHECK_EQ(pages[4].vaddr, SIZE_1G + 2 * SIZE_2M);
    CHECK_EQ(pt_remove(root, &alloc, 0, end, pages, 6, &next), 0);
    CHECK_STR(at(root, SIZE_1G), "-");
}
