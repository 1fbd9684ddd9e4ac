/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All that threads do, at once, on four vCPUs for some time: locks, waits,
 * timers, memory, threads that come and go, vCPUs that do. Each kind of work
 * checks what must hold of it; main sees that each thread gets on.
 *
 * The arguments: a seed, or 0 for one that is drawn, and for how many seconds.
 * A seed gives each thread the same random numbers again; how they interleave
 * is not repeated.
 */
/* cc: --checks */
/* cmdline: 0 5 */
/* soak: 0 600 */
/* xl: vcpus=4 */
/* xl: memory=48 */

/* Before libc's, which define some of the same macros. */
#include "locks.h"
#include "memory.h"
#include "run.h"

#include "guest_test.h"
#include "guest_threads.h"
#include <pith/report.h>

#define STUCK_ROUNDS 60 /* each of a second or more */
#define REPORT_ROUNDS 60
#define WORKERS_MAX 64

static const struct {
    const char *name;
    unsigned threads;
    void (*fn)(struct worker *w);
} kinds[KINDS] = {
    [USE_MUTEX] = {"mutex", 4, use_mutex},
    [USE_RWLOCK] = {"rwlock", 4, use_rwlock},
    [USE_SEMAPHORE] = {"semaphore", 4, use_semaphore},
    [USE_COND] = {"cond", 4, use_cond},
    [USE_WAITADDR] = {"waitaddr", 4, use_waitaddr},
    [USE_TIMER] = {"timer", 2, use_timer},
    [USE_SLEEP] = {"sleep", 2, use_sleep},
    [USE_HEAP] = {"heap", 4, use_heap},
    [USE_MMAP] = {"mmap", 3, use_mmap},
    [USE_SHOOTDOWN] = {"shootdown", 3, use_shootdown},
    [USE_THREADS] = {"threads", 2, use_threads},
    [USE_AFFINITY] = {"affinity", 3, use_affinity},
    [USE_VCPUS] = {"vcpus", 1, use_vcpus},
    [USE_FLOAT] = {"float", 3, use_float},
};

static struct worker workers[WORKERS_MAX];
static unsigned worker_count, idle_rounds[WORKERS_MAX];
static bool all_started, all_ended;
static uint64_t pages_before, pages_after;

static void work(void *arg)
{
    struct worker *w = arg;

    kinds[w->kind].fn(w);
    atomic_store(&w->ended, 1);
}

static bool start_all(uint64_t seed)
{
    for (unsigned kind = 0; kind < KINDS; kind++)
        for (unsigned i = 0; i < kinds[kind].threads; i++) {
            struct worker *w = &workers[worker_count++];

            w->kind = (enum kind)kind;
            w->number = i;
            w->random = (seed + worker_count) * 0x9e3779b97f4a7c15;
            if (!w->random)
                w->random = 1;
            if (!thread_start(kinds[kind].name, THREAD_STACK_BYTES, work, w))
                return false;
        }
    return true;
}

/* While others compute it has no claim to run. */
static bool may_starve(const struct worker *w)
{
    return w->kind == USE_FLOAT && w->number % 2;
}

/* The first worker that has not got on for too long. One call a second. */
static const struct worker *look_at_all(void)
{
    const struct worker *stuck = NULL;

    for (unsigned i = 0; i < worker_count; i++) {
        struct worker *w = &workers[i];
        uint64_t steps = READ_ONCE(w->steps);

        idle_rounds[i] = steps == w->seen_steps ? idle_rounds[i] + 1 : 0;
        w->seen_steps = steps;
        if (idle_rounds[i] > STUCK_ROUNDS && !may_starve(w) &&
            !atomic_load(&w->ended))
            stuck = w;
    }
    return stuck;
}

static void print(const char *text, size_t length)
{
    printf("%.*s", (int)length, text);
}

static bool someone_is_stuck(void)
{
    const struct worker *stuck = look_at_all();

    if (!stuck)
        return false;
    stress_failed(stuck->kind, __LINE__, "each thread to get on");
    printf("stress: %s %u does not get on\n", kinds[stuck->kind].name,
           stuck->number);
    report_write('t', print);
    return true;
}

static bool anything_failed(void)
{
    for (unsigned kind = 0; kind < KINDS; kind++)
        if (atomic_load(&failed[kind]))
            return true;
    return false;
}

static void second_passes(unsigned round)
{
    uint64_t steps = 0;

    thread_sleep_until(clock_monotonic_ns() + NS_PER_SEC);
    if (round % REPORT_ROUNDS)
        return;
    for (unsigned i = 0; i < worker_count; i++)
        steps += READ_ONCE(workers[i].steps);
    printf("stress: %u rounds, %llu steps\n", round, (unsigned long long)steps);
}

static bool has_ended(void)
{
    for (unsigned i = 0; i < worker_count; i++)
        if (!atomic_load(&workers[i].ended))
            return false;
    return true;
}

static bool end_all(void)
{
    WRITE_ONCE(stop, 1);
    for (unsigned i = 0; !has_ended(); i++) {
        end_cond_waits();
        thread_sleep_until(clock_monotonic_ns() + 20 * NS_PER_MS);
        if (i % 50 == 49 && someone_is_stuck())
            return false;
    }
    return true;
}

static uint64_t free_pages(void)
{
    struct page_stats stats;

    page_reclaim();
    page_get_stats(&stats);
    return stats.free_pages;
}

static void run_all(uint64_t seed, unsigned seconds)
{
    uint64_t end_ns = clock_monotonic_ns() + seconds * NS_PER_SEC;
    size_t threads = thread_list(NULL, 0);

    init_mutexes();
    EXPECT(USE_SHOOTDOWN, shared_init());
    pages_before = free_pages();
    all_started = start_all(seed);
    for (unsigned round = 1; clock_monotonic_ns() < end_ns; round++) {
        second_passes(round);
        if (anything_failed() || someone_is_stuck())
            break;
    }
    all_ended = end_all();
    if (!all_ended)
        return;
    test_threads_settle(threads);
    check_mutexes();
    check_rwlock();
    check_semaphore();
    check_cond();
    check_waitaddr();
    check_heap();
    check_threads();
    pages_after = free_pages();
}

/* No expectation failed, and each thread of the kind got on. */
static void check_kind(enum kind kind)
{
    CHECK_STR(failures[kind], "");
    for (unsigned i = 0; i < worker_count; i++)
        if (workers[i].kind == kind && !may_starve(&workers[i]))
            CHECK(workers[i].steps > 1);
}

TEST(mutexes_exclude)
{
    check_kind(USE_MUTEX);
}

TEST(rwlock_readers_see_whole_writes)
{
    check_kind(USE_RWLOCK);
}

TEST(semaphore_lets_two_in)
{
    check_kind(USE_SEMAPHORE);
}

TEST(cond_buffer_loses_nothing)
{
    check_kind(USE_COND);
}

TEST(waitaddr_lock_excludes)
{
    check_kind(USE_WAITADDR);
}

TEST(timers_fire_once_and_not_early)
{
    check_kind(USE_TIMER);
}

TEST(sleeps_are_not_too_short)
{
    check_kind(USE_SLEEP);
}

TEST(heap_blocks_keep_their_contents)
{
    check_kind(USE_HEAP);
}

TEST(mmap_pages_are_zero_and_keep_their_contents)
{
    check_kind(USE_MMAP);
}

TEST(shootdown_ends_every_old_page)
{
    check_kind(USE_SHOOTDOWN);
}

TEST(threads_started_are_threads_run)
{
    check_kind(USE_THREADS);
}

TEST(affinity_is_kept)
{
    check_kind(USE_AFFINITY);
}

TEST(vcpus_go_and_come)
{
    check_kind(USE_VCPUS);
}

TEST(float_registers_are_the_threads_own)
{
    check_kind(USE_FLOAT);
}

/* Page tables stay, and each vCPU's cache. */
TEST(stress_ends_and_memory_comes_back)
{
    CHECK(all_started);
    CHECK(all_ended);
    CHECK(pages_after + 40 >= pages_before);
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
    unsigned seconds = argc > 2 ? (unsigned)atoi(argv[2]) : 6;

    if (!seed)
        seed = clock_monotonic_ns() % 1000000007;
    printf("stress: seed %llu, %u s\n", (unsigned long long)seed, seconds);
    run_all(seed, seconds);
    return test_run_all();
}
