/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pith.watchdog=SECONDS: Xen ends the guest, for the reason "watchdog", when
 * it has not heard from us for that long. What feeds it is a thread that runs
 * on every vCPU in turn first, so that one that schedules no more is enough to
 * starve it, and whose priority no program has. Source: xen/sched.h,
 * SCHEDOP_watchdog.
 *
 * Xen's timer goes on while the guest is paused. It does not come along when
 * the guest is restored elsewhere: a number that Xen does not know is given up
 * for a new one.
 */

#include "private.h"
#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/hypercall.h>
#include <pith/log.h>
#include <pith/option.h>
#include <pith/parse.h>
#include <pith/smp.h>
#include <pith/thread.h>
#include <xen/sched.h>

#define SECONDS_MAX 86400

/* seconds is written while options are parsed; the thread has the rest. */
static struct {
    uint64_t seconds; /* 0: there is none */
    uint32_t id;      /* Xen's number for it, 0: none yet */
} watchdog;

static int set_watchdog(unsigned index, const char *value)
{
    uint64_t seconds;

    if (parse_u64(value, SECONDS_MAX, &seconds) || !seconds)
        return -XEN_EINVAL;
    watchdog.seconds = seconds;
    return 0;
}

OPTION(watchdog, "watchdog", set_watchdog, "seconds, 1 to 86400");

/* With the number 0 Xen makes a new one and returns its number. */
static long call_xen(uint32_t id)
{
    struct sched_watchdog op = {.id = id,
                                .timeout = (uint32_t)watchdog.seconds};

    return hypercall_sched_op(SCHEDOP_watchdog, &op);
}

static int feed(void)
{
    long rc = -XEN_EINVAL;

    if (watchdog.id)
        rc = call_xen(watchdog.id);
    if (rc) {
        rc = call_xen(0);
        watchdog.id = rc > 0 ? (uint32_t)rc : 0;
    }
    return rc < 0 ? (int)rc : 0;
}

/* Returns once every vCPU that is online has run us. */
static void visit_all(void)
{
    for (unsigned i = 0; i < smp_count(); i++) {
        struct cpuset one = {{0}};

        if (!smp_is_online(i))
            continue;
        cpuset_add(&one, i);
        thread_set_affinity(&one); /* gone offline meanwhile: the next one */
    }
}

static void watchdog_thread(void *arg)
{
    uint64_t half_ns = watchdog.seconds * NS_PER_SEC / 2;
    int rc = feed();

    thread_set_priority(THREAD_HIGH);
    while (!rc) {
        thread_sleep_until(clock_monotonic_ns() + half_ns);
        if (smp_count() > 1)
            visit_all();
        rc = feed();
    }
    log_error("control: pith.watchdog: Xen refuses it: %s", errno_name(rc));
}

void watchdog_start(void)
{
    if (watchdog.seconds &&
        !thread_start("watchdog", THREAD_STACK_BYTES, watchdog_thread, NULL))
        log_error("control: pith.watchdog: out of memory");
}
