/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cyclic functions without a tick. lwIP wants some functions called at fixed
 * intervals, most of which find nothing to do. A struct tick knows in how many
 * intervals its function next matters, sleeps until then, and calls it for the
 * intervals it slept through. Pure; the caller locks.
 */
#include "private.h"

#include <pith/clock.h>

static uint64_t interval_ns(const struct tick *tick)
{
    return tick->interval_ms * NS_PER_MS;
}

bool tick_finest(const struct tick *tick)
{
    return tick->next_ns != DEADLINE_NEVER &&
           tick->next_ns - tick->base_ns <= interval_ns(tick);
}

static void call(const struct tick *tick, uint64_t times)
{
    if (tick->skip && times > 1) {
        tick->skip(times - 1);
        times = 1;
    }
    for (uint64_t i = 0; i < MIN(times, tick->catch_up_max); i++)
        tick->fn();
}

static void plan(struct tick *tick)
{
    uint32_t intervals = tick->due();

    tick->next_ns = intervals ? tick->base_ns + intervals * interval_ns(tick)
                              : DEADLINE_NEVER;
}

void tick_replan(struct tick *tick, uint64_t now_ns)
{
    uint64_t passed = (now_ns - tick->base_ns) / interval_ns(tick);

    tick->touched = false;
    if (tick_finest(tick))
        return;
    if (tick->age == TICK_SETTLE)
        call(tick, passed);
    else if (tick->age == TICK_DEFER && tick->next_ns != DEADLINE_NEVER)
        tick->owed += passed;
    tick->base_ns = now_ns;
    plan(tick);
}

void tick_settle(struct tick *tick, uint64_t now_ns)
{
    uint64_t passed = (now_ns - tick->base_ns) / interval_ns(tick);

    if (tick->next_ns == DEADLINE_NEVER || tick_finest(tick))
        return;
    tick->base_ns += passed * interval_ns(tick);
    call(tick, passed);
    plan(tick);
}

void tick_run(struct tick *tick, uint64_t now_ns)
{
    uint64_t passed = (now_ns - tick->base_ns) / interval_ns(tick);

    if (now_ns < tick->next_ns)
        return;
    tick->base_ns += passed * interval_ns(tick);
    call(tick, passed);
    if (tick->owed && tick->due() != 1) {
        call(tick, tick->owed);
        tick->owed = 0;
    }
    plan(tick);
}
