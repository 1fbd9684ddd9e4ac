/* SPDX-License-Identifier: BSD-2-Clause */
/* The heap under threads on four vCPUs: blocks pass between them, memory runs
 * out for all of them at once, and in the end everything is back. */
/* cc: --checks */
/* clang-format off */
/* cmdline: */
/*   xl: vcpus=4 */
/*   xl: memory=12 */
/* cmdline: */
/*   xl: vcpus=1 */
/*   xl: memory=12 */
/* clang-format on */

/* Before libc's, which define some of the same macros. */
#include <pith/atomic.h>
#include <pith/heap.h>
#include <pith/page.h>
#include <pith/semaphore.h>
#include <pith/thread.h>

#include "guest_test.h"
#include "guest_threads.h"
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#define THREADS 8
#define SLOTS 256
#define ROUNDS 4000

/* At the start of each block; the rest is filled with the size's low byte. */
struct block {
    struct block *next;
    uint32_t size;
    uint32_t check; /* of size and of the block's own address */
};

static struct block *slots[SLOTS];
static struct semaphore ready, done;
static uint32_t damaged, refused;

static uint32_t check_of(const struct block *block)
{
    return block->size * 2654435761u ^ (uint32_t)(uintptr_t)block;
}

static struct block *block_new(uint32_t size)
{
    struct block *block = malloc(size);

    if (!block)
        return NULL;
    memset(block, (int)size & 0xff, size);
    block->size = size;
    block->check = check_of(block);
    return block;
}

static void block_free(struct block *block)
{
    const unsigned char *bytes = (unsigned char *)block;
    bool sound = block->check == check_of(block);

    for (uint32_t i = sizeof(*block); sound && i < block->size; i++)
        sound = bytes[i] == (block->size & 0xff);
    if (!sound)
        atomic_add(&damaged, 1);
    free(block);
}

static uint32_t random_next(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static uint32_t random_size(uint32_t *state)
{
    uint32_t limit = random_next(state) % 32 ? 400 : 9000;

    return sizeof(struct block) + random_next(state) % limit;
}

static void pass_blocks(void *arg)
{
    uint32_t state = (uint32_t)(uintptr_t)arg;

    semaphore_wait(&ready);
    for (int i = 0; i < ROUNDS; i++) {
        struct block *block = block_new(random_size(&state));

        block = atomic_exchange(&slots[random_next(&state) % SLOTS], block);
        if (block)
            block_free(block);
    }
    semaphore_post(&done);
}

/* Also of what caches hold. */
static void settle(size_t threads)
{
    test_threads_settle(threads);
    page_reclaim();
}

/* A thread of the boot's may end meanwhile, three allocations, and xenwatch
 * begins to listen; what the threads of a test take is thousands. */
static bool near(uint64_t a, uint64_t b)
{
    return a < b + 24 && b < a + 24;
}

static bool run_threads(void (*fn)(void *arg))
{
    unsigned started = 0;

    while (started < THREADS && thread_start("worker", THREAD_STACK_BYTES, fn,
                                             (void *)(uintptr_t)(started + 1)))
        started++;
    /* Not before: they may leave no memory for a thread. */
    for (unsigned i = 0; i < started; i++)
        semaphore_post(&ready);
    for (unsigned i = 0; i < started; i++)
        semaphore_wait(&done);
    return started == THREADS;
}

static uint64_t free_pages(void)
{
    struct page_stats stats;

    page_get_stats(&stats);
    return stats.free_pages;
}

TEST(heap_blocks_pass_between_vcpus_undamaged)
{
    struct heap_stats before, after;
    size_t threads = thread_list(NULL, 0);
    uint64_t pages;

    settle(threads);
    heap_get_stats(&before);
    pages = free_pages();
    CHECK(run_threads(pass_blocks));
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i])
            block_free(slots[i]);
        slots[i] = NULL;
    }
    settle(threads);
    heap_get_stats(&after);
    CHECK_EQ(damaged, 0);
    CHECK(near(after.allocations, before.allocations));
    /* The first time, each vCPU makes its cache. */
    CHECK(free_pages() + 12 >= pages);
}

/* Takes blocks, of sizes that are its own, until there are none of any. */
static void take_all(void *arg)
{
    static const size_t sizes[] = {300000, 65536, 5000, 2048, 100, 16};
    struct block *taken = NULL, *block;
    uint32_t number = (uint32_t)(uintptr_t)arg;

    semaphore_wait(&ready);
    for (unsigned i = number % 3; i < sizeof(sizes) / sizeof(*sizes); i++)
        for (;;) {
            errno = 0;
            block = number % 2 ? memalign(64, sizes[i]) : malloc(sizes[i]);
            if (!block)
                break;
            block->next = taken;
            taken = block;
        }
    if (errno == ENOMEM)
        atomic_add(&refused, 1);
    while (taken) {
        block = taken->next;
        free(taken);
        taken = block;
    }
    semaphore_post(&done);
}

TEST(heap_exhausted_by_many_refuses_all_and_recovers)
{
    struct heap_stats before, after;
    size_t threads = thread_list(NULL, 0);
    uint64_t pages;

    settle(threads);
    heap_get_stats(&before);
    pages = free_pages();
    for (int round = 0; round < 3; round++) {
        refused = 0;
        CHECK(run_threads(take_all));
        CHECK_EQ(refused, THREADS);
    }
    settle(threads);
    heap_get_stats(&after);
    CHECK(near(after.allocations, before.allocations));
    CHECK(free_pages() + 12 >= pages);
}

static void nothing(void *arg)
{
    (void)arg;
}

TEST(thread_start_without_memory_is_null)
{
    struct block *taken = NULL, *block;
    size_t threads = thread_list(NULL, 0);
    struct thread *refused_one;

    settle(threads);
    while ((block = malloc(4096)) || (block = malloc(16))) {
        block->next = taken;
        taken = block;
    }
    refused_one = thread_start("none", THREAD_STACK_BYTES, nothing, NULL);
    while (taken) {
        block = taken->next;
        free(taken);
        taken = block;
    }
    CHECK(!refused_one);
    CHECK(thread_start("one", THREAD_STACK_BYTES, nothing, NULL) != NULL);
    settle(threads);
}

TEST(stacks_of_ended_threads_serve_or_come_back)
{
    size_t threads = thread_list(NULL, 0);
    uint64_t pages;

    settle(threads);
    pages = free_pages();
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 40; i++)
            CHECK(thread_start("short", 16384, nothing, NULL) != NULL);
        settle(threads);
        CHECK(free_pages() + 12 >= pages);
    }
}

int main(void)
{
    semaphore_init(&ready, 0);
    semaphore_init(&done, 0);
    return test_run_all();
}
