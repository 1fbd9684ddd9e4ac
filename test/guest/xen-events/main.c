/* SPDX-License-Identifier: BSD-2-Clause */
/* Event channels from end to end: this domain sends to itself, by each kind of
 * upcall. The program's argument is the kind that must be in use. */
/* cc: --checks */
/* clang-format off */
/* cmdline: pith.upcall=auto auto */
/* cmdline: pith.upcall=vcpu vcpu */
/* cmdline: pith.upcall=callback callback */
/* clang-format on */

#include <pith/clock.h>
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <pith/thread.h>
#include <pith/xeninfo.h>
#include <xen/arch-x86/cpuid.h>
#include <xen/xen.h>

#include "guest_test.h"

#define MANY 200 /* more than the handler table holds in three chunks */

struct end {
    evtchn_port_t port;
    volatile unsigned hits;
    unsigned resend;
};

static const char *upcall_kind, *abi;
static struct end near, far, many[MANY];
static volatile unsigned depth;
static volatile int irqs_seen_on;

static void on_event(evtchn_port_t port, void *arg)
{
    struct end *end = arg;

    (void)port;
    depth = this_cpu()->upcall_depth;
    irqs_seen_on |= irq_enabled();
    end->hits++;
    if (end->resend) {
        end->resend--;
        evtchn_notify(near.port);
    }
}

/* Binds far to port, masked, and takes the event that binding makes. */
static int far_bind(evtchn_port_t port)
{
    int rc =
        evtchn_bind_interdomain(DOMID_SELF, port, on_event, &far, &far.port);

    if (rc)
        return rc;
    far.resend = far.hits = 0;
    evtchn_unmask(far.port);
    evtchn_mask(far.port);
    rc = far.hits == 1 ? 0 : -1;
    far.hits = 0;
    return rc;
}

/* A channel from near to far, both masked. */
static int loop_open(void)
{
    int rc = evtchn_alloc_unbound(DOMID_SELF, on_event, &near, &near.port);

    near.hits = 0;
    return rc ? rc : far_bind(near.port);
}

static void loop_close(void)
{
    evtchn_close(far.port);
    evtchn_close(near.port);
}

TEST(upcall_kind_is_the_one_asked_for)
{
    uint32_t virtualised = XEN_HVM_CPUID_APIC_ACCESS_VIRT |
                           XEN_HVM_CPUID_X2APIC_VIRT;
    uint32_t features = xen_info()->hvm_features;
    int want = !strcmp(upcall_kind, "vcpu");

    if (!strcmp(upcall_kind, "auto"))
        want = (features & XEN_HVM_CPUID_UPCALL_VECTOR) &&
               (features & virtualised);
    CHECK_EQ(xen_info()->per_vcpu_upcall, want);
    CHECK_STR(evtchn_abi_name(), abi);
}

TEST(events_sent_are_all_delivered)
{
    struct evtchn_stats before, after;

    CHECK_EQ(loop_open(), 0);
    evtchn_unmask(far.port);
    evtchn_get_stats(&before);
    for (unsigned i = 1; i <= 1000; i++) {
        CHECK_EQ(evtchn_notify(near.port), 0);
        CHECK_EQ(far.hits, i);
    }
    evtchn_get_stats(&after);
    CHECK_EQ(near.hits, 0);
    CHECK_EQ(depth, 1);
    CHECK_EQ(this_cpu()->upcall_depth, 0);
    CHECK(!irqs_seen_on);
    /* The console and the timer may add a few; each event twice would not
     * pass. */
    CHECK(after.upcalls - before.upcalls < 1100);
    loop_close();
}

TEST(event_on_a_masked_port_is_delivered_by_unmask)
{
    CHECK_EQ(loop_open(), 0);
    evtchn_notify(near.port);
    evtchn_notify(near.port);
    CHECK_EQ(far.hits, 0);
    evtchn_unmask(far.port);
    CHECK_EQ(far.hits, 1);
    evtchn_mask(far.port);
    evtchn_notify(near.port);
    CHECK_EQ(far.hits, 1);
    evtchn_unmask(far.port);
    CHECK_EQ(far.hits, 2);
    evtchn_notify(near.port);
    CHECK_EQ(far.hits, 3);
    loop_close();
}

TEST(event_is_not_lost_when_unmasked_with_interrupts_off)
{
    unsigned hits_before;

    CHECK_EQ(loop_open(), 0);
    evtchn_notify(near.port);
    irq_disable();
    evtchn_unmask(far.port);
    hits_before = far.hits;
    irq_enable();
    cpu_relax();
    CHECK_EQ(hits_before, 0);
    CHECK_EQ(far.hits, 1);
    loop_close();
}

TEST(events_with_interrupts_off_wait_and_merge)
{
    unsigned hits_before;

    CHECK_EQ(loop_open(), 0);
    evtchn_unmask(far.port);
    irq_disable();
    evtchn_notify(near.port);
    evtchn_notify(near.port);
    hits_before = far.hits;
    irq_enable();
    cpu_relax();
    CHECK_EQ(hits_before, 0);
    CHECK_EQ(far.hits, 1);
    loop_close();
}

/* The handler sends the next event itself: no upcall may be missed where one
 * ends, whatever the number of rounds in it. */
TEST(events_sent_by_handlers_are_all_delivered)
{
    CHECK_EQ(loop_open(), 0);
    evtchn_unmask(far.port);
    far.resend = 1999;
    evtchn_notify(near.port);
    for (unsigned i = 0; i < 1000000 && far.hits < 2000; i++)
        cpu_relax();
    CHECK_EQ(far.hits, 2000);
    loop_close();
}

TEST(many_ports_each_reach_their_own_handler)
{
    for (int i = 0; i < MANY; i++) {
        CHECK_EQ(
            evtchn_alloc_unbound(DOMID_SELF, on_event, &near, &many[i].port),
            0);
        CHECK(many[i].port);
    }
    for (int i = 0; i < MANY; i++) {
        evtchn_port_t port;

        CHECK_EQ(evtchn_bind_interdomain(DOMID_SELF, many[i].port, on_event,
                                         &many[i], &port),
                 0);
        evtchn_unmask(port);
        CHECK_EQ(many[i].hits, 1);
        evtchn_notify(many[i].port);
        CHECK_EQ(many[i].hits, 2);
        evtchn_notify(port); /* to near, which is masked */
        evtchn_close(port);
    }
    CHECK_EQ(near.hits, 0);
    for (int i = 0; i < MANY; i++)
        evtchn_close(many[i].port);
}

/* Xen hands out the lowest free port: the one that was just closed, which had
 * been unmasked and had an event pending. */
TEST(closed_port_comes_back_masked_and_quiet)
{
    evtchn_port_t old;

    CHECK_EQ(loop_open(), 0);
    evtchn_unmask(far.port);
    irq_disable();
    evtchn_notify(near.port);
    old = far.port;
    evtchn_close(far.port);
    irq_enable();
    CHECK_EQ(far.hits, 0);
    CHECK_EQ(far_bind(near.port), 0); /* one event, not two */
    CHECK_EQ(far.port, old);
    evtchn_notify(near.port);
    CHECK_EQ(far.hits, 0);
    evtchn_unmask(far.port);
    CHECK_EQ(far.hits, 1);
    loop_close();
}

static void close_self(evtchn_port_t port, void *arg)
{
    struct end *end = arg;

    end->hits++;
    evtchn_close(port);
}

TEST(handler_may_close_its_own_port)
{
    far.hits = 0;
    CHECK_EQ(evtchn_alloc_unbound(DOMID_SELF, on_event, &near, &near.port), 0);
    CHECK_EQ(evtchn_bind_interdomain(DOMID_SELF, near.port, close_self, &far,
                                     &far.port),
             0);
    evtchn_unmask(far.port); /* an event is pending */
    CHECK_EQ(far.hits, 1);
    evtchn_notify(near.port); /* nobody there any more */
    CHECK_EQ(far.hits, 1);
    evtchn_close(near.port);
}

TEST(binding_to_a_port_that_does_not_exist_is_an_error)
{
    evtchn_port_t port = 4711;

    CHECK(evtchn_bind_interdomain(DOMID_SELF, 1000, on_event, &far, &port) < 0);
    CHECK_EQ(evtchn_bind_virq(VIRQ_TIMER, 0, on_event, &far, &port),
             -XEN_EEXIST); /* it is kernel/'s */
    CHECK_EQ(port, 4711);
}

static bool useful;

static void on_nothing(evtchn_port_t port, void *arg)
{
    struct end *end = arg;

    end->hits++;
    if (!useful)
        evtchn_useless(port);
}

static uint64_t throttlings(void)
{
    struct evtchn_stats stats;

    evtchn_get_stats(&stats);
    return stats.throttled;
}

/* Sends until the port is throttled, and then some more; false if it never is,
 * or is heard as if it were not: in 100 ms 64 times and once after each wait,
 * of which the seventh is over after 127 ms. */
static bool storm(void)
{
    uint64_t before = throttlings(), start_ns, end_ns;
    unsigned sent = 0, heard, allowed;

    far.hits = 0;
    while (throttlings() == before)
        if (evtchn_notify(near.port) || ++sent > 100000)
            return false;
    heard = far.hits;
    start_ns = clock_monotonic_ns();
    for (unsigned i = 0; i < 5000; i++)
        evtchn_notify(near.port);
    end_ns = clock_monotonic_ns();
    allowed = 72 * (2 + (unsigned)((end_ns - start_ns) / (100 * NS_PER_MS)));
    if (far.hits >= 64 && far.hits - heard <= allowed)
        return true;
    printf("  of %u events before the throttling %u were heard, of 5000 after "
           "it %u, in %u us\n",
           sent, heard, far.hits - heard,
           (unsigned)((end_ns - start_ns) / NS_PER_US));
    return false;
}

/* Sleeps until far's handler has run, two seconds at most. */
static void await_hit(void)
{
    uint64_t give_up = clock_monotonic_ns() + 2 * NS_PER_SEC;

    while (!far.hits && clock_monotonic_ns() < give_up)
        thread_sleep_until(clock_monotonic_ns() + NS_PER_MS);
}

TEST(port_that_fires_for_nothing_is_throttled)
{
    CHECK_EQ(evtchn_alloc_unbound(DOMID_SELF, on_event, &near, &near.port), 0);
    CHECK_EQ(evtchn_bind_interdomain(DOMID_SELF, near.port, on_nothing, &far,
                                     &far.port),
             0);
    useful = false;
    evtchn_unmask(far.port);
    CHECK(storm());
    /* What came meanwhile is not lost, and a use ends it. */
    useful = true;
    far.hits = 0;
    evtchn_notify(near.port);
    await_hit();
    CHECK(far.hits >= 1);
    far.hits = 0;
    for (unsigned i = 0; i < 1000; i++)
        evtchn_notify(near.port);
    CHECK_EQ(far.hits, 1000);
    evtchn_close(far.port);
    evtchn_close(near.port);
}

TEST(throttled_port_may_be_moved_and_closed)
{
    CHECK_EQ(evtchn_alloc_unbound(DOMID_SELF, on_event, &near, &near.port), 0);
    useful = false;
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(evtchn_bind_interdomain(DOMID_SELF, near.port, on_nothing,
                                         &far, &far.port),
                 0);
        evtchn_unmask(far.port);
        CHECK(storm());
        if (i == 0) {
            /* Moving is an occasion to look again. */
            CHECK_EQ(evtchn_set_vcpu(far.port, 0), 0);
            far.hits = 0;
            evtchn_notify(near.port);
            await_hit();
            CHECK(far.hits >= 1);
        }
        evtchn_close(far.port);
    }
    evtchn_close(near.port);
}

TEST(ipi_is_bound_to_its_vcpu)
{
    evtchn_port_t port, none = 4711;

    far.hits = far.resend = 0;
    CHECK_EQ(evtchn_bind_ipi(0, on_event, &far, &port), 0);
    CHECK_EQ(evtchn_bind_ipi(1000, on_event, &far, &none), -XEN_ENOENT);
    CHECK_EQ(none, 4711);
    evtchn_unmask(port);
    evtchn_notify(port);
    CHECK_EQ(far.hits, 1);
    CHECK_EQ(evtchn_set_vcpu(port, 0), -XEN_EINVAL);
    CHECK_EQ(evtchn_set_vcpu(port, 1000), -XEN_ENOENT);
    evtchn_notify(port);
    CHECK_EQ(far.hits, 2);
    evtchn_close(port);
}

int main(int argc, char **argv)
{
    upcall_kind = argc > 1 ? argv[1] : "auto";
    abi = argc > 2 ? argv[2] : "fifo";
    return test_run_all();
}
