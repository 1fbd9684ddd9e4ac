/* SPDX-License-Identifier: BSD-2-Clause */
/* The heap: no overlap, alignment, nothing lost, misuse is a named panic. */
/* sources: mm/page.c mm/slab.c mm/cache.c mm/large.c mm/heap.c */
/* sources: mm/reclaim.c mm/poison.c */
/* flags: -include test/host/mm_fake_cpu.h */

#include "mm_arena.h"
#include "test.h"

#define PAGES 2000
#define OBJECTS 1000

static struct object {
    unsigned char *ptr;
    size_t size;
    unsigned char fill;
} objects[OBJECTS];

static size_t random_size(void)
{
    switch (rand() % 8) {
    case 0:
        return (size_t)rand() % 60000;
    case 1:
        return (size_t)rand() % 5000;
    default:
        return (size_t)rand() % 300;
    }
}

static void check_fill(const struct object *object, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (object->ptr[i] != object->fill) {
            CHECK(!"an object overlaps another");
            return;
        }
}

static void check_new(struct object *object, unsigned char fill)
{
    CHECK_EQ((uint64_t)object->ptr % 16, 0);
    CHECK(heap_usable_bytes(object->ptr) >= object->size);
    object->fill = fill;
    memset(object->ptr, fill, object->size);
}

static void step_object(struct object *object, unsigned char fill)
{
    size_t size = random_size();
    unsigned char *ptr;

    if (!object->ptr) {
        object->ptr = heap_alloc(size);
    } else if (rand() % 3) {
        check_fill(object, object->size);
        heap_free(object->ptr);
        object->ptr = NULL;
        return;
    } else {
        ptr = heap_realloc(object->ptr, size);
        if (!ptr)
            return;
        object->ptr = ptr;
        check_fill(object, MIN(size, object->size));
    }
    object->size = size;
    if (object->ptr)
        check_new(object, fill);
}

static void check_empty(void)
{
    struct heap_stats stats;

    heap_get_stats(&stats);
    CHECK_EQ(stats.allocations, 0);
    CHECK_EQ(stats.used_bytes, 0);
    CHECK_EQ(arena_free_pages(), PAGES - stats.pages);
    page_reclaim();
    heap_get_stats(&stats);
    CHECK_EQ(stats.allocations, 0);
    CHECK(stats.pages <= 1); /* the cache itself */
    CHECK_EQ(arena_free_pages(), PAGES - stats.pages);
}

TEST(heap_random_objects_do_not_overlap_and_pages_return)
{
    arena_init(PAGES);
    srand(1);
    for (int step = 0; step < 100000; step++)
        step_object(&objects[rand() % OBJECTS], (unsigned char)step);
    for (int i = 0; i < OBJECTS; i++) {
        if (objects[i].ptr)
            check_fill(&objects[i], objects[i].size);
        heap_free(objects[i].ptr);
        objects[i].ptr = NULL;
    }
    check_empty();
    arena_fini();
}

TEST(heap_every_small_size_is_usable_and_freed)
{
    arena_init(PAGES);
    for (size_t size = 0; size <= 4100; size++) {
        char *ptr = heap_zalloc(size);

        CHECK(ptr != NULL);
        CHECK(heap_usable_bytes(ptr) >= size);
        CHECK_EQ((uint64_t)ptr % 16, 0);
        memset(ptr, 1, heap_usable_bytes(ptr));
        heap_free(ptr);
    }
    heap_free(NULL);
    check_empty();
    arena_fini();
}

TEST(heap_aligned_objects_are_aligned)
{
    arena_init(PAGES);
    for (size_t align = 1; align <= 1ul << 20; align *= 2)
        for (size_t size = 0; size < 20000; size = size * 3 + 1) {
            char *a = heap_alloc_aligned(align, size);
            char *b = heap_alloc_aligned(align, size);

            CHECK(a && b && a != b);
            CHECK_EQ((uint64_t)a % align, 0);
            CHECK_EQ((uint64_t)b % align, 0);
            memset(a, 1, size);
            memset(b, 2, size);
            heap_free(a);
            heap_free(b);
        }
    check_empty();
    arena_fini();
}

TEST(heap_large_object_takes_its_pages_only)
{
    uint64_t before;
    char *ptr;

    arena_init(PAGES);
    before = arena_free_pages();
    ptr = heap_alloc(9 * PAGE_SIZE);
    CHECK_EQ(arena_free_pages(), before - 9);
    CHECK(heap_realloc(ptr, 5 * PAGE_SIZE) == ptr);
    CHECK_EQ(arena_free_pages(), before - 5);
    heap_free(ptr);
    CHECK_EQ(arena_free_pages(), before);
    arena_fini();
}

TEST(heap_exhaustion_returns_null_and_keeps_what_was)
{
    static void *ptrs[PAGES * 8];
    unsigned count = 0;
    char *kept;

    arena_init(PAGES);
    kept = heap_alloc(100);
    memset(kept, 7, 100);
    while ((ptrs[count] = heap_alloc(1000)))
        count++;
    CHECK(count > PAGES * 3);
    CHECK(heap_alloc(3000) == NULL);
    CHECK(heap_zalloc(3000) == NULL);
    CHECK(heap_alloc_aligned(4096, 1) == NULL);
    CHECK(heap_realloc(kept, 5000) == NULL);
    CHECK_EQ(kept[99], 7);
    while (count)
        heap_free(ptrs[--count]);
    heap_free(kept);
    check_empty();
    arena_fini();
}

TEST(heap_absurd_sizes_return_null)
{
    arena_init(PAGES);
    CHECK(heap_alloc(SIZE_MAX) == NULL);
    CHECK(heap_alloc(SIZE_MAX - 4000) == NULL);
    CHECK(heap_alloc((1ul << 30) + 1) == NULL);
    CHECK(heap_zalloc(SIZE_MAX) == NULL);
    CHECK(heap_alloc_aligned(1ul << 20, SIZE_MAX) == NULL);
    CHECK(heap_realloc(NULL, SIZE_MAX) == NULL);
    check_empty();
    arena_fini();
}

static void expect_free_panic(size_t size, size_t offset, int times,
                              const char *what)
{
    char want[128], *other, *ptr;

    arena_init(PAGES);
    other = heap_alloc(size); /* keeps the page a slab */
    ptr = heap_alloc(size);
    for (int i = 1; i < times; i++)
        heap_free(ptr);
    snprintf(want, sizeof(want), "heap_free: %p %s", (void *)(ptr + offset),
             what);
    CHECK(PANICS(heap_free(ptr + offset)));
    CHECK_STR(arena_reason, want);
    CHECK(other != ptr);
    arena_fini();
}

TEST(heap_double_free_panics_with_the_address)
{
    expect_free_panic(64, 0, 2, "was freed already");
    expect_free_panic(8, 0, 2, "was freed already");
    expect_free_panic(2048, 0, 2, "was freed already");
    expect_free_panic(5000, 0, 2, "is not allocated");
}

TEST(heap_free_inside_an_object_panics)
{
    expect_free_panic(64, 16, 1, "is not the start of an allocation");
    expect_free_panic(100, 8, 1, "is not the start of an allocation");
    expect_free_panic(2048, 2000, 1, "is not the start of an allocation");
    expect_free_panic(5000, 16, 1, "is not allocated");
    expect_free_panic(5000, 4096, 1, "is not allocated");
}

TEST(heap_free_of_foreign_memory_panics)
{
    int on_stack;

    arena_init(PAGES);
    CHECK(PANICS(heap_free(&on_stack)));
    CHECK(PANICS(heap_free((void *)8)));
    CHECK(PANICS(heap_usable_bytes(arena + 100 * PAGE_SIZE)));
    arena_fini();
}

TEST(heap_write_after_free_panics_at_the_next_allocation)
{
    char *ptr, *other;

    arena_init(PAGES);
    other = heap_alloc(32);
    ptr = heap_alloc(32);
    heap_free(ptr);
    memset(ptr, 0, 32);
    CHECK(PANICS(heap_alloc(32)));
    CHECK(strstr(arena_reason, "was written after it was freed") != NULL);
    CHECK(other != ptr);
    arena_fini();
}
