/* SPDX-License-Identifier: BSD-2-Clause */
/* The clocks, by the TSC itself. */
/* clang-format off */
/* xl: tsc_mode="native" */
/* clang-format on */

#include <pith/clock.h>
#include <pith/cpu.h>
#include <pith/thread.h>

#include "guest_test.h"

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

int main(void)
{
    return test_run_all();
}
