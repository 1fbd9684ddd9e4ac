/* SPDX-License-Identifier: BSD-2-Clause */
/* The clocks, by the TSC itself. */
/* clang-format off */
/* xl: tsc_mode="native" */
/* xl: vcpus=4 */
/* clang-format on */

#include <pith/clock.h>
#include <pith/cpu.h>
#include <pith/thread.h>

#include "guest_test.h"

#include <pthread.h>
#include <time.h>

#define YEAR_2025_NS (1735689600ull * NS_PER_SEC)
#define YEAR_2100_NS (4102444800ull * NS_PER_SEC)

TEST(clock_monotonic_never_steps_back)
{
    uint64_t last = clock_monotonic_ns();

    for (int i = 0; i < 200000; i++) {
        uint64_t now = clock_monotonic_ns();

        CHECK(now >= last);
        last = now;
    }
}

TEST(clock_sleep_takes_the_time_it_should)
{
    for (int i = 0; i < 5; i++) {
        uint64_t start = clock_monotonic_ns(), took;

        thread_sleep_until(start + 50 * NS_PER_MS);
        took = clock_monotonic_ns() - start;
        CHECK(took >= 50 * NS_PER_MS);
        CHECK(took < 5 * NS_PER_SEC); /* the lab may be busy */
    }
}

TEST(clock_realtime_is_this_century_and_runs_with_monotonic)
{
    uint64_t real = clock_realtime_ns(), mono = clock_monotonic_ns(), drift;

    CHECK(real > YEAR_2025_NS && real < YEAR_2100_NS);
    CHECK_EQ(clock_realtime_offset_ns() / NS_PER_SEC,
             (real - mono) / NS_PER_SEC);
    thread_sleep_until(mono + 200 * NS_PER_MS);
    drift = clock_realtime_ns() - clock_monotonic_ns() - (real - mono);
    CHECK((int64_t)drift < (int64_t)NS_PER_MS &&
          (int64_t)drift > -(int64_t)NS_PER_MS);
}

TEST(clock_boot_is_in_the_near_past)
{
    CHECK(clock_boot_ns() > 0);
    CHECK(clock_boot_ns() < clock_monotonic_ns());
    CHECK(clock_monotonic_ns() - clock_boot_ns() < 60 * NS_PER_SEC);
}

#define THREADS 4
#define READS 100000

static uint64_t latest;
static uint32_t back;

/* No clock may be behind what another vCPU has told already. */
static void *read_beside_others(void *arg __attribute__((unused)))
{
    for (int i = 0; i < READS; i++) {
        uint64_t seen = __atomic_load_n(&latest, __ATOMIC_ACQUIRE);
        uint64_t now = clock_monotonic_ns();

        if (now < seen)
            __atomic_fetch_add(&back, 1, __ATOMIC_RELAXED);
        else
            __atomic_store_n(&latest, now, __ATOMIC_RELEASE);
    }
    return NULL;
}

TEST(clock_monotonic_never_steps_back_across_vcpus)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, read_beside_others, NULL),
                 0);
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(back, 0);
}

static uint64_t ns_of(const struct timespec *ts)
{
    return (uint64_t)ts->tv_sec * NS_PER_SEC + (uint64_t)ts->tv_nsec;
}

TEST(clock_gettime_is_between_two_readings)
{
    struct timespec now;

    for (int i = 0; i < 10000; i++) {
        uint64_t before = clock_monotonic_ns();

        CHECK_EQ(clock_gettime(CLOCK_MONOTONIC, &now), 0);
        CHECK(now.tv_nsec >= 0 && now.tv_nsec < (long)NS_PER_SEC);
        CHECK(before <= ns_of(&now) && ns_of(&now) <= clock_monotonic_ns());
        before = clock_realtime_ns();
        CHECK_EQ(clock_gettime(CLOCK_REALTIME, &now), 0);
        CHECK(now.tv_nsec >= 0 && now.tv_nsec < (long)NS_PER_SEC);
        CHECK(before <= ns_of(&now) && ns_of(&now) <= clock_realtime_ns());
    }
}

int main(void)
{
    return test_run_all();
}
