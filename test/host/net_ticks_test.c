/* SPDX-License-Identifier: BSD-2-Clause */
/* net/ticks.c: functions run as often as time passed, and only when due. */
/* sources: net/ticks.c */
/* flags: -Inet/include -isystem $(LWIP)/src/include */
#include "../../net/private.h"
#include "test.h"
#include <pith/clock.h>

static unsigned calls;
static uint32_t due_in;

static void run(void)
{
    calls++;
    if (due_in)
        due_in--;
}

static uint32_t due(void)
{
    return due_in;
}

static uint32_t always(void)
{
    return 1;
}

static uint64_t seconds(double s)
{
    return (uint64_t)(s * NS_PER_SEC);
}

static struct tick make(uint32_t (*due_fn)(void), enum tick_age age)
{
    calls = 0;
    due_in = 0;
    return (struct tick){.fn = run,
                         .due = due_fn,
                         .interval_ms = 1000,
                         .catch_up_max = 100,
                         .age = age,
                         .next_ns = DEADLINE_NEVER};
}

TEST(tick_with_nothing_due_stays_off)
{
    struct tick tick = make(due, TICK_DISCARD);

    tick_replan(&tick, seconds(5));
    CHECK(tick.next_ns == DEADLINE_NEVER);
    tick_run(&tick, seconds(500));
    CHECK_EQ(calls, 0);
}

TEST(tick_sleeps_through_intervals_and_catches_up)
{
    struct tick tick = make(due, TICK_DISCARD);

    due_in = 7;
    tick_replan(&tick, seconds(10));
    CHECK_EQ(tick.next_ns, seconds(17));
    tick_run(&tick, seconds(16.9));
    CHECK_EQ(calls, 0);
    tick_run(&tick, seconds(17));
    CHECK_EQ(calls, 7);
    CHECK(tick.next_ns == DEADLINE_NEVER);
}

TEST(tick_late_keeps_its_phase)
{
    struct tick tick = make(always, TICK_DISCARD);

    tick_replan(&tick, seconds(1));
    CHECK_EQ(tick.next_ns, seconds(2));
    tick_run(&tick, seconds(3.5));
    CHECK_EQ(calls, 2);
    CHECK_EQ(tick.next_ns, seconds(4));
}

TEST(tick_after_a_long_pause_is_bounded)
{
    struct tick tick = make(always, TICK_DISCARD);

    tick_replan(&tick, 0);
    tick_run(&tick, seconds(1e6));
    CHECK_EQ(calls, 100);
    CHECK_EQ(tick.next_ns, seconds(1e6 + 1));
}

TEST(tick_touched_discards_what_passed)
{
    struct tick tick = make(due, TICK_DISCARD);

    due_in = 10;
    tick_replan(&tick, 0);
    due_in = 4;
    tick_replan(&tick, seconds(3.2));
    CHECK_EQ(calls, 0);
    CHECK_EQ(tick.next_ns, seconds(7.2));
}

TEST(tick_touched_settles_at_once)
{
    struct tick tick = make(due, TICK_SETTLE);

    tick_replan(&tick, seconds(30));
    CHECK_EQ(calls, 30);
    tick_replan(&tick, seconds(35.5));
    CHECK_EQ(calls, 35);
}

TEST(tick_touched_defers_until_it_is_coarse_again)
{
    struct tick tick = make(due, TICK_DEFER);

    due_in = 60;
    tick_replan(&tick, 0);
    due_in = 1; /* something fresh, which 20 calls at once would hurt */
    tick_replan(&tick, seconds(20));
    CHECK_EQ(calls, 0);
    CHECK_EQ(tick.next_ns, seconds(21));
    tick_run(&tick, seconds(21));
    CHECK_EQ(calls, 21);
    CHECK_EQ(tick.owed, 0);
}

TEST(tick_at_its_finest_ignores_touches)
{
    struct tick tick = make(always, TICK_DISCARD);

    CHECK(!tick_finest(&tick));
    tick_replan(&tick, 0);
    CHECK(tick_finest(&tick));
    for (double t = 0.1; t < 1; t += 0.1)
        tick_replan(&tick, seconds(t));
    CHECK_EQ(tick.next_ns, seconds(1));
}

static uint32_t skipped;

static void skip(uint32_t intervals)
{
    skipped += intervals;
}

TEST(tick_that_can_skip_runs_once)
{
    struct tick tick = make(due, TICK_DISCARD);

    tick.skip = skip;
    skipped = 0;
    due_in = 120;
    tick_replan(&tick, 0);
    tick_run(&tick, seconds(120));
    CHECK_EQ(calls, 1);
    CHECK_EQ(skipped, 119);
}

TEST(tick_settled_before_a_change_loses_nothing)
{
    struct tick tick = make(due, TICK_DISCARD);

    due_in = 60;
    tick_replan(&tick, 0);
    tick_settle(&tick, seconds(20.5));
    CHECK_EQ(calls, 20);
    due_in = 1;
    tick_replan(&tick, seconds(20.5));
    tick_run(&tick, seconds(21.5));
    CHECK_EQ(calls, 21);
}

TEST(tick_settled_while_off_or_at_its_finest_does_nothing)
{
    struct tick tick = make(always, TICK_DISCARD);

    tick_settle(&tick, seconds(50));
    CHECK_EQ(calls, 0);
    tick_replan(&tick, seconds(50));
    tick_settle(&tick, seconds(50.9));
    CHECK_EQ(calls, 0);
    CHECK_EQ(tick.next_ns, seconds(51));
}
