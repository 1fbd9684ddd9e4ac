/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long threads have run. Nothing is measured until somebody asks for the
 * first time; from then on each switch reads the TSC.
 */

#include "private.h"
#include <pith/clock.h>

bool sched_measures;

void sched_measure(struct thread *left)
{
    struct sched *sched = this_sched();
    uint64_t now = tsc_read();

    if (sched->switched_tsc)
        left->ran_ticks += now - sched->switched_tsc;
    sched->switched_tsc = now;
}

static void start_measuring(void)
{
    unsigned long flags = irq_save();
    uint64_t now = tsc_read();

    sched_simple = false;
    sched_measures = true;
    /* Also of vCPUs that may not leave their thread for a long time. */
    for (unsigned cpu = 0; cpu < smp_count(); cpu++)
        WRITE_ONCE(smp_sched(cpu)->switched_tsc, now);
    irq_restore(flags);
}

uint64_t thread_cpu_ns(const struct thread *thread)
{
    unsigned long flags;
    uint64_t ticks, since;

    if (!READ_ONCE(sched_measures))
        start_measuring();
    flags = irq_save();
    ticks = READ_ONCE(thread->ran_ticks);
    since = READ_ONCE(thread->home->switched_tsc);
    if (READ_ONCE(thread->context.running) && since)
        ticks += tsc_read() - since;
    irq_restore(flags);
    return clock_ticks_to_ns(ticks);
}
