/* SPDX-License-Identifier: BSD-2-Clause */
/* Events reach the vCPU that they are bound to, by each ABI and upcall, and
 * follow their port when it moves. */
/* clang-format off */
/* cmdline: pith.upcall=vcpu */
/* cmdline: pith.upcall=callback */
/* cmdline: pith.upcall=vcpu pith.evtchn=2level */
/* cmdline: pith.upcall=callback pith.evtchn=2level */
/* xl: vcpus=4 */
/* clang-format on */

#include <pith/atomic.h>
#include <pith/clock.h>
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <pith/smp.h>
#include <pith/thread.h>
#include <xen/xen.h>

#include "guest_test.h"

#define VCPUS 4
#define MOVES 100

static volatile unsigned hits, hit_vcpu;
static evtchn_port_t near, far;

static struct {
    volatile bool moving, stop, stopped;
    volatile unsigned vcpu, strangers;
} move;

static void on_event(evtchn_port_t port, void *arg)
{
    (void)port;
    (void)arg;
    hit_vcpu = this_cpu()->id;
    hits++;
}

/* Lets others run until hits is above before; false after five seconds. */
static bool await_hit(unsigned before)
{
    uint64_t give_up = clock_monotonic_ns() + 5 * NS_PER_SEC;

    while (hits == before) {
        if (clock_monotonic_ns() > give_up)
            return false;
        thread_yield();
    }
    return true;
}

TEST(ipi_reaches_its_vcpu)
{
    evtchn_port_t ports[VCPUS];

    CHECK_EQ(smp_count(), VCPUS);
    for (unsigned i = 0; i < VCPUS; i++) {
        CHECK_EQ(evtchn_bind_ipi(i, on_event, NULL, &ports[i]), 0);
        evtchn_unmask(ports[i]);
    }
    for (unsigned i = 0; i < 20 * VCPUS; i++) {
        unsigned before = hits;

        CHECK_EQ(evtchn_notify(ports[i % VCPUS]), 0);
        CHECK(await_hit(before));
        CHECK_EQ(hit_vcpu, i % VCPUS);
    }
    for (unsigned i = 0; i < VCPUS; i++)
        evtchn_close(ports[i]);
}

static void loop_open(evtchn_fn *fn)
{
    CHECK_EQ(evtchn_alloc_unbound(DOMID_SELF, on_event, NULL, &near), 0);
    CHECK_EQ(evtchn_bind_interdomain(DOMID_SELF, near, fn, NULL, &far), 0);
}

static void loop_close(void)
{
    evtchn_close(far);
    evtchn_close(near);
}

TEST(port_that_moved_is_delivered_there)
{
    unsigned before = hits;

    loop_open(on_event);
    evtchn_unmask(far); /* the event of binding */
    CHECK(await_hit(before));
    for (unsigned i = 1; i <= 2 * VCPUS; i++) {
        before = hits;
        CHECK_EQ(evtchn_set_vcpu(far, i % VCPUS), 0);
        CHECK_EQ(evtchn_notify(near), 0);
        CHECK(await_hit(before));
        CHECK_EQ(hit_vcpu, i % VCPUS);
    }
    CHECK_EQ(evtchn_set_vcpu(far, VCPUS), -XEN_ENOENT);
    loop_close();
}

/* Pending on a masked port, and moved: it comes where it is unmasked for. */
TEST(event_that_waits_moves_along)
{
    loop_open(on_event);
    for (unsigned i = 1; i <= 2 * VCPUS; i++) {
        unsigned before = hits;

        evtchn_mask(far);
        evtchn_notify(near);
        CHECK_EQ(evtchn_set_vcpu(far, i % VCPUS), 0);
        evtchn_unmask(far);
        CHECK(await_hit(before));
        CHECK_EQ(hit_vcpu, i % VCPUS);
    }
    loop_close();
}

static void on_moving_event(evtchn_port_t port, void *arg)
{
    (void)port;
    (void)arg;
    if (!move.moving && this_cpu()->id != move.vcpu)
        move.strangers++;
    hits++;
}

static void send_always(void *arg)
{
    (void)arg;
    while (!move.stop)
        evtchn_notify(near);
    move.stopped = true;
}

TEST(port_moves_while_it_fires)
{
    unsigned before;

    loop_open(on_moving_event);
    move.moving = true;
    evtchn_unmask(far);
    CHECK(thread_start("sender", THREAD_STACK_BYTES, send_always, NULL));
    for (unsigned i = 0; i < MOVES; i++) {
        move.moving = true;
        CHECK_EQ(evtchn_set_vcpu(far, i % VCPUS), 0);
        move.vcpu = i % VCPUS;
        barrier_full();
        move.moving = false;
        before = hits;
        CHECK(await_hit(before));
    }
    move.stop = true;
    while (!move.stopped)
        thread_yield();
    CHECK_EQ(move.strangers, 0);
    before = hits;
    evtchn_notify(near);
    CHECK(await_hit(before));
    loop_close();
}

int main(void)
{
    return test_run_all();
}
