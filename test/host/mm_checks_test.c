/* SPDX-License-Identifier: BSD-2-Clause */
/* The heap and the pages of test builds: what was freed and is written to
 * nevertheless is named, wherever the write hits. */
/* sources: mm/page.c mm/slab.c mm/cache.c mm/large.c mm/heap.c */
/* sources: mm/reclaim.c mm/poison.c */
/* flags: -include test/host/mm_fake_cpu.h -DCONFIG_CHECKS=1 */

#include "mm_arena.h"
#include "test.h"

#define PAGES 2000
#define OBJECTS 500

static void expect_damage(const void *at)
{
    char want[64];

    snprintf(want, sizeof(want), "mm: %p was written after it was freed", at);
    if (strncmp(arena_reason, want, strlen(want)) != 0)
        CHECK_STR(arena_reason, want);
}

static void damage_object(size_t size, size_t at)
{
    char *ptr;

    arena_init(PAGES);
    ptr = heap_alloc(size);
    heap_free(ptr);
    ptr[at] = 0;
    CHECK(PANICS(heap_alloc(size)));
    expect_damage((char *)ALIGN_DOWN((uint64_t)ptr + at, 8));
    arena_fini();
}

TEST(poison_damage_in_an_object_is_named_at_the_next_allocation)
{
    static const size_t sizes[] = {32, 64, 100, 500, 2048};

    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
        for (size_t at = 16; at < sizes[i]; at += 71)
            damage_object(sizes[i], at);
}

static void take_all_pages(void)
{
    while (page_alloc(0))
        ;
}

static void damage_page(size_t at)
{
    char *pages;

    arena_init(12);
    pages = heap_alloc(4 * PAGE_SIZE);
    heap_free(pages);
    pages[at] = 1;
    CHECK(PANICS(take_all_pages()));
    expect_damage((char *)ALIGN_DOWN((uint64_t)pages + at, 8));
    arena_fini();
}

TEST(poison_damage_in_a_page_is_named_at_the_next_allocation)
{
    for (size_t at = 0; at < 4 * PAGE_SIZE; at += 1000)
        damage_page(at);
}

TEST(poison_damage_to_an_objects_page_is_named_after_reclaim)
{
    char *ptr;

    arena_init(PAGES);
    ptr = heap_alloc(1024);
    memset(ptr, 1, 1024);
    heap_free(ptr);
    page_reclaim();
    ptr[100] = 1;
    CHECK(PANICS(take_all_pages()));
    expect_damage((char *)ALIGN_DOWN((uint64_t)ptr + 100, 8));
    arena_fini();
}

static struct {
    unsigned char *ptr;
    size_t size;
} objects[OBJECTS];

TEST(poison_of_sound_memory_is_sound)
{
    struct heap_stats stats;

    arena_init(PAGES);
    srand(2);
    for (int step = 0; step < 50000; step++) {
        int i = rand() % OBJECTS;

        if (objects[i].ptr) {
            heap_free(objects[i].ptr);
            objects[i].ptr = NULL;
            continue;
        }
        objects[i].size = (size_t)rand() % (rand() % 5 ? 300 : 9000);
        objects[i].ptr = heap_alloc(objects[i].size);
        if (objects[i].ptr)
            memset(objects[i].ptr, step, objects[i].size);
        if (step % 1000 == 0)
            page_reclaim();
    }
    for (int i = 0; i < OBJECTS; i++)
        heap_free(objects[i].ptr);
    page_reclaim();
    heap_get_stats(&stats);
    CHECK_EQ(stats.allocations, 0);
    CHECK_EQ(arena_free_pages(), PAGES - stats.pages);
    arena_fini();
}
