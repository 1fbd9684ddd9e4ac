/* SPDX-License-Identifier: BSD-2-Clause */
/* The buddy allocator: no overlap, nothing lost, misuse is a named panic. */
/* sources: mm/page.c mm/slab.c mm/cache.c mm/reclaim.c */
/* sources: mm/poison.c */
/* flags: -include test/host/mm_fake_cpu.h */

#include "mm_arena.h"
#include "test.h"

#define PAGES 3000
#define BLOCKS 400

static struct block {
    unsigned char *pages;
    unsigned order;
    unsigned char fill;
} blocks[BLOCKS];

static void check_fill(const struct block *block)
{
    for (size_t i = 0; i < PAGE_SIZE << block->order; i += 512)
        if (block->pages[i] != block->fill) {
            CHECK(!"a block overlaps another");
            return;
        }
}

static void toggle(struct block *block, unsigned char fill)
{
    if (block->pages) {
        check_fill(block);
        page_free(block->pages, block->order);
        block->pages = NULL;
        return;
    }
    block->order = (unsigned)rand() % 6;
    block->pages = page_alloc(block->order);
    if (!block->pages)
        return;
    CHECK_EQ((uint64_t)block->pages % (PAGE_SIZE << block->order), 0);
    CHECK(block->pages >= (unsigned char *)arena &&
          block->pages + (PAGE_SIZE << block->order) <=
              (unsigned char *)arena + PAGES * PAGE_SIZE);
    block->fill = fill;
    memset(block->pages, fill, PAGE_SIZE << block->order);
}

TEST(page_random_blocks_do_not_overlap_and_merge_again)
{
    struct page_stats stats;

    arena_init(PAGES);
    srand(1);
    for (int step = 0; step < 20000; step++)
        toggle(&blocks[rand() % BLOCKS], (unsigned char)step);
    for (int i = 0; i < BLOCKS; i++)
        if (blocks[i].pages)
            toggle(&blocks[i], 0);
    page_get_stats(&stats);
    CHECK_EQ(stats.total_pages, PAGES);
    CHECK_EQ(stats.free_pages, PAGES);
    /* 3000 pages hold an aligned block of 512 wherever they start. */
    CHECK(page_alloc(9) != NULL);
    arena_fini();
}

TEST(page_exhaustion_returns_null_and_recovers)
{
    static void *pages[PAGES];

    arena_init(PAGES);
    for (int i = 0; i < PAGES; i++) {
        pages[i] = page_alloc(0);
        CHECK(pages[i] != NULL);
    }
    CHECK(page_alloc(0) == NULL);
    CHECK(page_alloc(3) == NULL);
    CHECK_EQ(arena_free_pages(), 0);
    for (int i = 0; i < PAGES; i++)
        page_free(pages[i], 0);
    CHECK_EQ(arena_free_pages(), PAGES);
    CHECK(page_alloc(9) != NULL);
    arena_fini();
}

TEST(page_order_out_of_range_returns_null)
{
    arena_init(PAGES);
    CHECK(page_alloc(PAGE_MAX_ORDER) == NULL);
    CHECK(page_alloc(PAGE_MAX_ORDER + 1) == NULL);
    CHECK(page_alloc(64) == NULL);
    CHECK(pages_take(UINT64_MAX) == NULL);
    arena_fini();
}

/* RAM joins in steps of 16 MiB, here three or four. */
TEST(page_ram_joins_when_needed_and_counts_from_the_start)
{
    uint64_t pages = 12000, taken = 0;
    struct page_stats stats;

    arena_init(pages);
    CHECK_EQ(page_table.count, 0);
    page_get_stats(&stats);
    CHECK_EQ(stats.total_pages, pages);
    CHECK_EQ(stats.free_pages, pages);
    CHECK(page_alloc(0) != NULL);
    CHECK(page_table.count > 0 &&
          page_table.count <=
              ((uint64_t)arena >> PAGE_SHIFT) - page_table.first + 4096);
    CHECK_EQ(arena_free_pages(), pages - 1);
    while (page_alloc(0))
        taken++;
    CHECK_EQ(taken, pages - 1);
    page_get_stats(&stats);
    CHECK_EQ(stats.total_pages, pages);
    CHECK_EQ(stats.free_pages, 0);
    arena_fini();
}

TEST(page_added_module_is_allocated)
{
    arena_init(PAGES);
    /* The module is the arena's second half. */
    arena_ranges.list[0].end = (uint64_t)arena + PAGES / 2 * PAGE_SIZE;
    page_add((uint64_t)arena + PAGES / 2 * PAGE_SIZE + 1,
             PAGES / 2 * PAGE_SIZE - 1);
    CHECK_EQ(arena_free_pages(), PAGES - 1); /* whole pages only */
    for (int i = 0; i < PAGES - 1; i++)
        CHECK(page_alloc(0) != NULL);
    CHECK(page_alloc(0) == NULL);
    arena_fini();
}

TEST(page_zeroed_block_is_zero)
{
    char *pages;

    arena_init(PAGES);
    memset(arena, 0xff, PAGES * PAGE_SIZE);
    pages = page_alloc_zeroed(2);
    CHECK(pages != NULL);
    for (size_t i = 0; i < 4 * PAGE_SIZE; i++)
        if (pages[i]) {
            CHECK_EQ(pages[i], 0);
            break;
        }
    arena_fini();
}

TEST(page_take_of_any_count_takes_that_many)
{
    arena_init(PAGES);
    for (uint64_t count = 1; count < 300; count += 7) {
        char *pages = pages_take(count);

        CHECK(pages != NULL);
        CHECK_EQ(arena_free_pages(), PAGES - count);
        page_of(pages)->state = PAGE_NONE;
        pages_put(pages, count);
        CHECK_EQ(arena_free_pages(), PAGES);
    }
    arena_fini();
}

TEST(page_double_free_panics_with_the_address)
{
    char want[64];
    void *pages;

    arena_init(PAGES);
    pages = page_alloc(1);
    page_free(pages, 1);
    snprintf(want, sizeof(want), "page_free: %p of order 1 is not allocated",
             pages);
    CHECK(PANICS(page_free(pages, 1)));
    CHECK_STR(arena_reason, want);
    arena_fini();
}

TEST(page_wrong_free_panics)
{
    char *pages;

    arena_init(PAGES);
    pages = page_alloc(1);
    CHECK(PANICS(page_free(pages, 0)));
    CHECK(PANICS(page_free(pages + PAGE_SIZE, 0)));
    CHECK(PANICS(page_free(pages + 16, 1)));
    CHECK(PANICS(page_free(NULL, 0)));
    CHECK(PANICS(page_free(arena + PAGES * PAGE_SIZE, 0)));
    page_free(pages, 1);
    CHECK_EQ(arena_free_pages(), PAGES);
    arena_fini();
}
