/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A profile by function (pith.profile=HZ): a timer of each vCPU counts the
 * function that it interrupts. Code that runs with interrupts off is counted
 * where it lets them in again.
 */

#include "private.h"
#include <pith/backtrace.h>
#include <pith/clock.h>
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <pith/format.h>
#include <pith/heap.h>
#include <pith/lifecycle.h>
#include <pith/log.h>
#include <pith/parse.h>
#include <pith/report.h>
#include <pith/tty.h>
#include <pith/vectors.h>

#define MAX_HZ 10000
#define REPORT_FUNCTIONS 25

struct sampler {
    struct timer timer;
    uint64_t random;
};

/* Set before the first vCPU samples; then the counts change atomically. */
static struct {
    uint64_t period_ns;       /* 0: off */
    struct sampler *samplers; /* one for each possible vCPU */
    uint32_t functions;       /* counts in hits, by their place in the table */
    uint32_t *hits;
    uint32_t elsewhere; /* in no function of the table */
    uint32_t idle;
} profile;

static void count_at(uint64_t rip)
{
    long n = symbol_index(rip);

    atomic_add(n >= 0 ? &profile.hits[n] : &profile.elsewhere, 1);
}

/* Between half and one and a half periods, so that what recurs at a rate of
 * its own is neither missed nor seen too often. */
static uint64_t next_ns(struct sampler *sampler)
{
    sampler->random = sampler->random * 6364136223846793005u + 1;
    return clock_monotonic_ns() + profile.period_ns / 2 +
           (sampler->random >> 33) % profile.period_ns;
}

static void sample(struct timer *timer)
{
    struct sampler *sampler = container_of(timer, struct sampler, timer);
    const struct trap_frame *frame = evtchn_interrupted();

    /* It was left to another vCPU, when its own one went out of service. */
    if (sampler != &profile.samplers[this_cpu()->id])
        return;
    if (sched_is_idle())
        atomic_add(&profile.idle, 1);
    else if (frame)
        count_at(frame->rip);
    timer_arm(timer, next_ns(sampler));
}

void profile_start_here(void)
{
    struct sampler *sampler;
    unsigned long flags;

    if (!profile.period_ns)
        return;
    flags = irq_save();
    sampler = &profile.samplers[this_cpu()->id];
    sampler->timer.fn = sample;
    sampler->random += this_cpu()->id;
    timer_arm(&sampler->timer, next_ns(sampler));
    irq_restore(flags);
}

bool profile_is_on(void)
{
    return profile.period_ns != 0;
}

static int set_profile(unsigned index, const char *value)
{
    uint64_t hz;

    if (parse_u64(value, MAX_HZ, &hz) || !hz)
        return -XEN_EINVAL;
    profile.functions = symbol_count();
    profile.hits = heap_zalloc((profile.functions + 1) * sizeof(*profile.hits));
    profile.samplers = heap_zalloc(CPU_MAX * sizeof(*profile.samplers));
    if (profile.hits && profile.samplers)
        profile.period_ns = NS_PER_SEC / hz;
    else
        log_warning("kernel: no memory for pith.profile=%s: off", value);
    return 0;
}

OPTION(profile, "profile", set_profile, "samples a second, 1 to 10000");

static void print_share(report_print_fn *print, uint64_t hits, uint64_t total,
                        const char *what)
{
    uint64_t permille = hits * 1000 / MAX(total, 1);

    report_printf(print, "%3lu.%lu%% %8lu %s\n", permille / 10, permille % 10,
                  hits, what);
}

/* The function with the most hits of those with fewer than hits, or with as
 * many and a higher place than *n. */
static bool next_function(uint32_t *hits, uint32_t *n)
{
    uint32_t best = 0, at = 0;

    for (uint32_t i = 0; i < profile.functions; i++) {
        uint32_t h = READ_ONCE(profile.hits[i]);

        if (h > best && (h < *hits || (h == *hits && i > *n))) {
            best = h;
            at = i;
        }
    }
    *hits = best;
    *n = at;
    return best != 0;
}

static void write_profile(report_print_fn *print)
{
    uint32_t hits = UINT32_MAX, n = 0, busy = profile.elsewhere;

    if (!profile.period_ns) {
        report_printf(print, "off: start with pith.profile=HZ\n");
        return;
    }
    for (uint32_t i = 0; i < profile.functions; i++)
        busy += READ_ONCE(profile.hits[i]);
    report_printf(print, "%u samples of %u at work, by function:\n", busy,
                  busy + profile.idle);
    for (unsigned i = 0; i < REPORT_FUNCTIONS && next_function(&hits, &n); i++)
        print_share(print, hits, busy, symbol_name(n));
    if (profile.elsewhere)
        print_share(print, profile.elsewhere, busy, "(elsewhere)");
}

static void print_on_tty(const char *text, size_t length)
{
    tty_write(text, length);
}

static void print_at_end(void)
{
    if (!profile.period_ns)
        return;
    report_printf(print_on_tty, "pith: profile\n");
    write_profile(print_on_tty);
}

REPORT(p, kernel_profile, "the profile by function, with pith.profile=HZ",
       write_profile);
LIFECYCLE_HOOK(ROOM_LEVEL_THREADS, profile, print_at_end);
