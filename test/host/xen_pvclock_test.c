/* SPDX-License-Identifier: BSD-2-Clause */
/* Scaling of TSC ticks, against arithmetic without rounding tricks. */
/* sources: xen/pvclock.c */

#include "../../xen/private.h"
#include "test.h"

/* The record that Xen makes for a TSC of hz: with the shift that puts the
 * multiplier into its upper half. */
static struct vcpu_time_info record(uint64_t hz)
{
    struct vcpu_time_info time = {.tsc_timestamp = 1000, .system_time = 77};

    while (hz > 2000000000) {
        hz >>= 1;
        time.tsc_shift--;
    }
    while (hz <= 1000000000) {
        hz <<= 1;
        time.tsc_shift++;
    }
    time.tsc_to_system_mul =
        (uint32_t)(((unsigned __int128)1000000000 << 32) / hz);
    return time;
}

/* ns must be what ticks at hz take, to one part in 2^30. */
static void check_ticks(uint64_t hz, uint64_t ticks)
{
    struct vcpu_time_info time = record(hz);
    uint64_t got = pvclock_system_ns(&time, 1000 + ticks) - 77;
    uint64_t want = (uint64_t)((unsigned __int128)ticks * 1000000000 / hz);
    uint64_t error = got > want ? got - want : want - got;

    CHECK(error <= 4 + (want >> 30));
}

TEST(pvclock_scale_agrees_with_division)
{
    static const uint64_t rates[] = {25000000,   999999999,  1000000000,
                                     2000000001, 2893202000, 5600000000};

    for (unsigned i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
        for (uint64_t ticks = 1; ticks < 1ull << 48; ticks = ticks * 3 + 1)
            check_ticks(rates[i], ticks);
}

TEST(pvclock_at_the_timestamp_is_system_time)
{
    struct vcpu_time_info time = record(3000000000);

    CHECK_EQ(pvclock_system_ns(&time, 1000), 77);
}

TEST(pvclock_before_the_timestamp_does_not_wrap)
{
    struct vcpu_time_info time = record(3000000000);

    CHECK_EQ(pvclock_system_ns(&time, 999), 77);
    CHECK_EQ(pvclock_system_ns(&time, 0), 77);
}

TEST(pvclock_timestamp_near_the_end_of_the_counter_wraps)
{
    struct vcpu_time_info time = record(1000000000);
    uint64_t before = pvclock_system_ns(&time, 1000 + 4000000);

    time.tsc_timestamp = UINT64_MAX - 999999;
    CHECK_EQ(pvclock_system_ns(&time, 3000000), before);
}
