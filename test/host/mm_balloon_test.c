/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages that go to Xen and come back: none in use, none twice, none lost. */
/* sources: mm/page.c mm/slab.c mm/cache.c mm/reclaim.c */
/* sources: mm/poison.c */
/* flags: -include test/host/mm_fake_cpu.h */

#include "../../mm/balloon.c"
#include "mm_arena.h"
#include "test.h"

#define PAGES 12000
#define BLOCKS 64

struct boot_info boot_info;

/* Xen's side: which pages of the arena it has. */
static struct {
    bool has[PAGES];
    unsigned count, calls, takes_most; /* of each call; 0: all */
    unsigned max_order;                /* of what it can give */
    bool clean;                        /* what it got was zeroed */
} xen;

static uint64_t first_gfn(void)
{
    return (uint64_t)arena >> PAGE_SHIFT;
}

static void move(uint64_t gfn, unsigned order, bool to_xen)
{
    CHECK_EQ(gfn & ((1ull << order) - 1), 0);
    for (uint64_t i = gfn - first_gfn(); i < gfn - first_gfn() + (1u << order);
         i++) {
        CHECK(i < PAGES && xen.has[i] != to_xen);
        xen.has[i] = to_xen;
        xen.count += to_xen ? 1 : -1;
    }
}

static unsigned give(const uint64_t *gfns, unsigned count, unsigned order)
{
    xen.calls++;
    if (xen.takes_most)
        count = MIN(count, xen.takes_most);
    for (unsigned i = 0; i < count; i++) {
        const char *bytes = phys_to_virt(gfns[i] << PAGE_SHIFT);

        move(gfns[i], order, true);
        xen.clean &= bytes[0] == 0 && bytes[(PAGE_SIZE << order) - 1] == 0;
    }
    return count;
}

static unsigned fill(const uint64_t *gfns, unsigned count, unsigned order)
{
    xen.calls++;
    if (order > xen.max_order)
        return 0;
    if (xen.takes_most)
        count = MIN(count, xen.takes_most);
    for (unsigned i = 0; i < count; i++) {
        move(gfns[i], order, false);
        /* As Xen may have left it. */
        memset(phys_to_virt(gfns[i] << PAGE_SHIFT), 0x77, PAGE_SIZE << order);
    }
    return count;
}

static uint64_t free_and_total(uint64_t *total)
{
    struct page_stats stats;

    page_get_stats(&stats);
    *total = stats.total_pages;
    return stats.free_pages;
}

static void begin(void)
{
    memset(&balloon, 0, sizeof(balloon));
    balloon.given_from = UINT64_MAX;
    arena_init(PAGES);
    memset(arena, 0, PAGES * PAGE_SIZE);
    memset(&xen, 0, sizeof(xen));
    xen.max_order = BALLOON_ORDER_MAX;
    xen.clean = true;
}

/* Makes all RAM join, and leaves junk in it. */
static void join_all(void)
{
    static void *pages[PAGES];

    for (unsigned i = 0; i < PAGES; i++) {
        pages[i] = page_alloc(0);
        memset(pages[i], 0x55, PAGE_SIZE);
    }
    for (unsigned i = 0; i < PAGES; i++)
        page_free(pages[i], 0);
}

TEST(balloon_takes_ram_that_never_joined_first)
{
    uint64_t total;

    begin();
    CHECK(page_alloc(0) != NULL);
    CHECK_EQ(balloon_inflate(5000, give), 5000);
    CHECK_EQ(xen.count, 5000);
    CHECK_EQ(balloon_pages(), 5000);
    CHECK_EQ(balloon.block_pages, 0);
    CHECK_EQ(free_and_total(&total), PAGES - 5001);
    CHECK_EQ(total, PAGES - 5000);
    /* Whole 2 MiB, with what alignment leaves around them. */
    CHECK(xen.calls <= 8);
    CHECK_EQ(balloon_deflate(1234, fill), 1234);
    CHECK_EQ(balloon_deflate(UINT64_MAX, fill), 5000 - 1234);
    CHECK_EQ(balloon_pages(), 0);
    CHECK_EQ(free_and_total(&total), PAGES - 1);
    arena_fini();
}

TEST(balloon_takes_no_page_in_use_and_keeps_some_free)
{
    static unsigned char *used[PAGES / 3];
    uint64_t total;

    begin();
    join_all();
    for (unsigned i = 0; i < PAGES / 3; i++) {
        used[i] = page_alloc(0);
        memset(used[i], (int)i, PAGE_SIZE);
    }
    CHECK_EQ(balloon_inflate(PAGES, give),
             PAGES - PAGES / 3 - BALLOON_KEEP_PAGES);
    CHECK(xen.clean);
    CHECK_EQ(free_and_total(&total), BALLOON_KEEP_PAGES);
    CHECK_EQ(total, PAGES / 3 + BALLOON_KEEP_PAGES);
    for (unsigned i = 0; i < PAGES / 3; i++) {
        CHECK(!xen.has[((uint64_t)used[i] >> PAGE_SHIFT) - first_gfn()]);
        CHECK_EQ(used[i][17], (unsigned char)i);
        page_free(used[i], 0);
    }
    CHECK_EQ(balloon_deflate(PAGES, fill),
             PAGES - PAGES / 3 - BALLOON_KEEP_PAGES);
    CHECK_EQ(free_and_total(&total), PAGES);
    CHECK(page_alloc(9) != NULL);
    arena_fini();
}

TEST(balloon_that_xen_refuses_stays_as_it_was)
{
    uint64_t total, gone;

    begin();
    CHECK(page_alloc(0) != NULL);
    xen.takes_most = 1; /* of each call: an incomplete one ends it */
    gone = balloon_inflate(3000, give);
    CHECK(gone < 3000);
    CHECK_EQ(gone, xen.count);
    CHECK_EQ(balloon_pages(), gone);
    CHECK_EQ(free_and_total(&total), PAGES - 1 - gone);
    xen.takes_most = 0;
    CHECK_EQ(balloon_deflate(gone, fill), gone);
    CHECK_EQ(xen.count, 0);
    arena_fini();
}

TEST(balloon_gets_small_pages_where_xen_has_no_large_ones)
{
    uint64_t total;

    begin();
    join_all();
    CHECK_EQ(balloon_inflate(6000, give), 6000);
    xen.max_order = 0;
    CHECK_EQ(balloon_deflate(6000, fill), 6000);
    CHECK_EQ(xen.count, 0);
    CHECK_EQ(free_and_total(&total), PAGES);
    arena_fini();
    begin();
    CHECK_EQ(balloon_inflate(6000, give), 6000);
    xen.max_order = 0;
    CHECK_EQ(balloon_deflate(6000, fill), 6000);
    CHECK_EQ(xen.count, 0);
    arena_fini();
}

static uint64_t short_of_9000(void)
{
    return 9000;
}

TEST(balloon_shortage_is_held_back_until_it_is_given)
{
    uint64_t total, taken = 0;

    begin();
    balloon_set_shortage(short_of_9000);
    while (page_alloc(0))
        taken++;
    CHECK_EQ(taken, PAGES - 9000);
    CHECK_EQ(balloon_pages(), 9000);
    CHECK_EQ(xen.count, 0);
    /* Part of it is not missing after all. */
    CHECK_EQ(balloon_deflate(100, fill), 100);
    CHECK_EQ(xen.calls, 0);
    CHECK_EQ(free_and_total(&total), 100);
    CHECK_EQ(balloon_inflate(0, give), 0);
    CHECK_EQ(xen.count, 8900);
    CHECK_EQ(balloon_deflate(8900, fill), 8900);
    CHECK_EQ(free_and_total(&total), 9000);
    CHECK_EQ(xen.count, 0);
    arena_fini();
}

static struct {
    char *pages;
    unsigned order;
} blocks[BLOCKS];

static void toggle(unsigned i)
{
    if (blocks[i].pages) {
        page_free(blocks[i].pages, blocks[i].order);
        blocks[i].pages = NULL;
        return;
    }
    blocks[i].order = (unsigned)rand() % 8;
    blocks[i].pages = page_alloc(blocks[i].order);
    for (unsigned n = 0; blocks[i].pages && n < 1u << blocks[i].order; n++)
        CHECK(!xen.has[((uint64_t)blocks[i].pages >> PAGE_SHIFT) + n -
                       first_gfn()]);
}

TEST(balloon_at_random_loses_nothing)
{
    uint64_t total;

    begin();
    srand(7);
    for (unsigned step = 0; step < 6000; step++) {
        xen.takes_most = rand() % 4 ? 0 : 3;
        xen.max_order = rand() % 4 ? BALLOON_ORDER_MAX : 0;
        if (step % 8)
            toggle((unsigned)rand() % BLOCKS);
        else if (rand() % 2)
            balloon_inflate((unsigned)rand() % 4000, give);
        else
            balloon_deflate((unsigned)rand() % 4000, fill);
        CHECK_EQ(balloon_pages(), xen.count);
    }
    xen.takes_most = 0;
    xen.max_order = BALLOON_ORDER_MAX;
    balloon_deflate(UINT64_MAX, fill);
    CHECK_EQ(xen.count, 0);
    for (unsigned i = 0; i < BLOCKS; i++)
        if (blocks[i].pages)
            toggle(i);
    CHECK_EQ(free_and_total(&total), PAGES);
    CHECK_EQ(total, PAGES);
    arena_fini();
}
