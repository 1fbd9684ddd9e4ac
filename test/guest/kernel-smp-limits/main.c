/* SPDX-License-Identifier: BSD-2-Clause */
/* vCPUs that cannot be started, for want of event channels or of memory: each
 * cause is named once, and the guest goes on with those that could. The
 * arguments are how many vCPUs work then, or 0 for any number. */
/* clang-format off */
/* cmdline: 2 */
/*   xl: vcpus=4 */
/*   xl: max_event_channels=6 */
/*   console: xen: no event channel left for a virtual interrupt of vCPU [123]: the limit is max_event_channels */
/*   console: smp: vCPU [123] stays down: no events from Xen: ENOSPC */
/*   check: [ $(grep -c 'no event channel left' $log) = 1 ] */
/*   check: [ $(grep -c 'stays down' $log) = 1 ] */
/* cmdline: 0 */
/*   xl: vcpus=64 */
/*   xl: memory=3 */
/*   console: smp: vCPU [0-9]+ cannot be started: no memory for its stacks; going on with [0-9]+ */
/*   check: [ $(grep -c 'cannot be started' $log) = 1 ] */
/* clang-format on */

#include <pith/atomic.h>
#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/smp.h>
#include <pith/thread.h>
#include <stdlib.h>

#include "guest_test.h"

static unsigned vcpus;
static uint32_t ran;

TEST(vcpus_that_could_be_started_are_online)
{
    while (smp_online_count() < vcpus)
        thread_sleep_until(clock_monotonic_ns() + NS_PER_MS);
    CHECK(!vcpus || smp_online_count() == vcpus);
    CHECK(smp_count() < 64);
}

static void run_once(void *arg)
{
    (void)arg;
    atomic_add(&ran, 1);
}

TEST(threads_run_on_them)
{
    CHECK(thread_start("one", 16384, run_once, NULL) != NULL);
    while (!atomic_load(&ran))
        thread_sleep_until(clock_monotonic_ns() + NS_PER_MS);
}

TEST(vcpu_without_events_does_not_come_online)
{
    unsigned cpu = 1;

    while (cpu < smp_count() && smp_is_online(cpu))
        cpu++;
    if (vcpus)
        CHECK_EQ(smp_set_online(cpu, true), -XEN_ETIME);
    CHECK(!vcpus || smp_online_count() == vcpus);
}

int main(int argc, char **argv)
{
    vcpus = argc > 1 ? (unsigned)atoi(argv[1]) : 0;
    return test_run_all();
}
