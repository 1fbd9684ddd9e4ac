/* SPDX-License-Identifier: BSD-2-Clause */
/* The races of the heap and its vCPUs' caches: threads of the host under
 * ThreadSanitizer, each a vCPU that others interrupt. */
/* sources: mm/page.c mm/slab.c mm/cache.c mm/large.c mm/heap.c */
/* sources: mm/reclaim.c mm/poison.c */
/* flags: -fsanitize=thread --param=tsan-distinguish-volatile=1 */
/* flags: -include test/host/mm_fake_upcalls.h */

#define _GNU_SOURCE
#include <pthread.h>

#include "fake_tsan.h"
#include "mm_arena.h"
#include "test.h"

#define VCPUS 4
#define PAGES 4000
#define SHORT_PAGES 200
#define SLOTS 64
#define ROUNDS 20000

/* lock is held for a whole call, and protects fn and arg. */
static struct {
    struct spinlock lock;
    void (*fn)(void *arg);
    void *arg;
    uint32_t wanted[VCPUS], pending, calls;
} call;

static uint32_t begun, ended;
static _Thread_local long me = -1; /* -1: no vCPU */
static _Thread_local uint32_t state;

static uint32_t random_below(uint32_t n)
{
    state = state * 1664525 + 1013904223;
    return (state >> 8) % n;
}

void fake_upcall(void)
{
    if (me < 0 || fake_cpu.upcall_depth || !atomic_load(&call.wanted[me]))
        return;
    fake_cpu.upcall_depth++;
    atomic_store(&call.wanted[me], 0);
    call.fn(call.arg);
    atomic_sub(&call.pending, 1);
    fake_cpu.upcall_depth--;
}

/* As kernel/'s smp_call_others. */
static void call_others(void (*fn)(void *arg), void *arg)
{
    spin_lock(&call.lock);
    call.calls++;
    call.fn = fn;
    call.arg = arg;
    atomic_store(&call.pending, VCPUS - 1);
    for (long i = 0; i < VCPUS; i++)
        if (i != me)
            atomic_store(&call.wanted[i], 1);
    while (atomic_load(&call.pending)) {
        fake_upcall();
        sched_yield();
    }
    spin_unlock(&call.lock);
}

void panic(const char *fmt, ...)
{
    printf("FAIL panic: %s\n", fmt);
    abort();
}

void panic_set_handler(panic_fn *handler)
{
}

/* --- the vCPUs --- */

static void (*body)(void);

/* Those that are done answer the others until all are. */
static void *vcpu_main(void *arg)
{
    me = (long)arg;
    state = (uint32_t)me + 1;
    fake_cpu = (struct cpu){.preempt = PREEMPT_NOT_DUE};
    atomic_add(&begun, 1);
    while (atomic_load(&begun) < VCPUS)
        sched_yield();
    body();
    atomic_add(&ended, 1);
    while (atomic_load(&ended) < VCPUS) {
        fake_upcall();
        sched_yield();
    }
    heap_flush_cpu();
    return NULL;
}

static void run(void (*fn)(void))
{
    pthread_t threads[VCPUS];

    body = fn;
    begun = ended = 0;
    for (long i = 0; i < VCPUS; i++)
        pthread_create(&threads[i], NULL, vcpu_main, (void *)i);
    for (long i = 0; i < VCPUS; i++)
        pthread_join(threads[i], NULL);
}

static void check_empty(uint64_t pages)
{
    struct heap_stats stats;

    page_reclaim();
    heap_get_stats(&stats);
    CHECK_EQ(stats.allocations, 0);
    CHECK(stats.pages <= 1); /* the caches themselves */
    CHECK_EQ(arena_free_pages(), pages - stats.pages);
}

static void begin(uint64_t pages)
{
    arena_init(pages);
    heap_set_call_others(call_others);
    call.calls = 0;
}

/* --- objects that pass between vCPUs --- */

struct object {
    uint32_t size;
    unsigned char data[];
};
static struct object *slots[SLOTS];
static uint32_t damaged;

static void object_free(struct object *object)
{
    for (uint32_t i = 0; object && i < object->size; i++)
        if (object->data[i] != (unsigned char)object->size)
            atomic_add(&damaged, 1);
    heap_free(object);
}

static struct object *object_new(void)
{
    uint32_t size = random_below(random_below(32) ? 300 : 9000);
    struct object *object = heap_alloc(sizeof(*object) + size);

    if (!object)
        return NULL;
    object->size = size;
    memset(object->data, (int)size, size);
    return object;
}

static void pass_objects(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct object *object = object_new();

        object_free(atomic_exchange(&slots[random_below(SLOTS)], object));
    }
}

static void free_slots(void)
{
    for (int i = 0; i < SLOTS; i++)
        object_free(atomic_exchange(&slots[i], NULL));
    CHECK_EQ(damaged, 0);
}

TEST(heap_objects_pass_between_vcpus)
{
    begin(PAGES);
    run(pass_objects);
    free_slots();
    check_empty(PAGES);
    arena_fini();
}

/* --- while others empty the caches, and count --- */

static void pass_or_disturb(void)
{
    struct heap_stats stats;

    if (me > 0) {
        pass_objects();
        return;
    }
    while (atomic_load(&ended) < VCPUS - 1) {
        page_reclaim();
        heap_get_stats(&stats);
        if (stats.used_bytes > PAGES * PAGE_SIZE || arena_free_pages() > PAGES)
            atomic_add(&damaged, 1);
        heap_free(heap_alloc(64));
    }
}

TEST(heap_caches_emptied_in_use_lose_nothing)
{
    begin(PAGES);
    run(pass_or_disturb);
    CHECK(call.calls > 10);
    free_slots();
    check_empty(PAGES);
    arena_fini();
}

/* --- when memory runs out for all --- */

static uint32_t refused;

static void take_all(void)
{
    static const size_t sizes[] = {9000, 2048, 512, 64};
    void **taken = NULL, **object;

    for (int round = 0; round < 20; round++) {
        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
            while ((object = heap_alloc(sizes[i]))) {
                *object = taken;
                taken = object;
            }
        atomic_add(&refused, 1);
        for (; taken; taken = object) {
            object = *taken;
            heap_free(taken);
        }
    }
}

TEST(heap_exhausted_by_all_recovers)
{
    begin(SHORT_PAGES);
    run(take_all);
    CHECK_EQ(refused, 20 * VCPUS);
    check_empty(SHORT_PAGES);
    arena_fini();
}
