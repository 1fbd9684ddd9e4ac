/* SPDX-License-Identifier: BSD-2-Clause */
/* The 2-level event ABI on a fake shared info page, with Xen's side of it
 * written out here. */
/* sources: xen/evtchn_2level.c */

#include "../../xen/private.h"
#include "test.h"
#include <pith/errno.h>
#include <pith/xeninfo.h>
#include <xen/event_channel.h>

#define PORTS EVTCHN_2L_NR_CHANNELS

static struct shared_info shared;
static struct evtchn_vcpu vcpu;
static unsigned delivered[PORTS], last_port;
static evtchn_port_t stormy; /* fires again while it is delivered */

struct shared_info *xen_shared_info(void)
{
    return &shared;
}

/* What Xen does for a port bound to vcpu. */
static void xen_send(evtchn_port_t port)
{
    xen_ulong_t bit = 1ul << port % 64;

    if (shared.evtchn_pending[port / 64] & bit)
        return;
    shared.evtchn_pending[port / 64] |= bit;
    if (shared.evtchn_mask[port / 64] & bit)
        return;
    vcpu.info.evtchn_pending_sel |= 1ul << port / 64;
    vcpu.info.evtchn_upcall_pending = 1;
}

bool evtchn_deliver(struct evtchn_vcpu *v, evtchn_port_t port)
{
    CHECK(v == &vcpu);
    if (!evtchn_2level.test_and_clear(port))
        return true;
    delivered[port]++;
    last_port = port;
    if (port == stormy)
        xen_send(port);
    return true;
}

static void start(void)
{
    memset(&shared, 0, sizeof(shared));
    memset(&vcpu, 0, sizeof(vcpu));
    memset(delivered, 0, sizeof(delivered));
    stormy = PORTS;
    CHECK_EQ(evtchn_2level.vcpu_init(&vcpu), 0);
}

TEST(evtchn_2level_init_masks_every_port)
{
    start();
    CHECK_EQ(evtchn_2level.port_init(PORTS - 1), 0);
    CHECK_EQ(evtchn_2level.port_init(PORTS), -XEN_ENOSPC);
    for (evtchn_port_t port = 0; port < PORTS; port++)
        xen_send(port);
    CHECK_EQ(vcpu.info.evtchn_pending_sel, 0);
    evtchn_2level.scan(&vcpu);
    for (evtchn_port_t port = 0; port < PORTS; port++)
        CHECK_EQ(delivered[port], 0);
}

TEST(evtchn_2level_every_port_is_found_once)
{
    for (evtchn_port_t port = 0; port < PORTS; port++) {
        start();
        evtchn_2level.unmask(port);
        xen_send(port);
        evtchn_2level.scan(&vcpu);
        evtchn_2level.scan(&vcpu);
        CHECK_EQ(delivered[port], 1);
        CHECK_EQ(last_port, port);
        CHECK(!evtchn_2level.is_pending(port));
        CHECK_EQ(vcpu.info.evtchn_pending_sel, 0);
    }
}

TEST(evtchn_2level_masked_port_waits_for_its_unmasking)
{
    start();
    evtchn_2level.unmask(70);
    evtchn_2level.mask(71);
    xen_send(70);
    xen_send(71);
    evtchn_2level.scan(&vcpu);
    CHECK_EQ(delivered[70], 1);
    CHECK_EQ(delivered[71], 0);
    evtchn_2level.unmask(71);
    CHECK(evtchn_2level.is_pending(71)); /* what evtchn_unmask looks at */
    evtchn_deliver(&vcpu, 71);
    CHECK_EQ(delivered[71], 1);
}

TEST(evtchn_2level_event_during_the_scan_is_for_the_next_scan)
{
    start();
    stormy = 5;
    for (evtchn_port_t port = 0; port < PORTS; port += 5) {
        evtchn_2level.unmask(port);
        xen_send(port);
    }
    evtchn_2level.scan(&vcpu); /* ends although port 5 fires for ever */
    for (evtchn_port_t port = 0; port < PORTS; port += 5)
        CHECK_EQ(delivered[port], 1);
    CHECK_EQ(vcpu.info.evtchn_pending_sel, 1);
    stormy = PORTS;
    evtchn_2level.scan(&vcpu);
    CHECK_EQ(delivered[5], 2);
}

TEST(evtchn_2level_random_traffic_loses_nothing)
{
    static unsigned sent[PORTS];

    start();
    srand(1);
    memset(sent, 0, sizeof(sent));
    for (evtchn_port_t port = 0; port < PORTS; port++)
        evtchn_2level.unmask(port);
    for (int step = 0; step < 100000; step++) {
        evtchn_port_t port = (evtchn_port_t)rand() % PORTS;

        sent[port] += !evtchn_2level.is_pending(port); /* else they merge */
        xen_send(port);
        if (rand() % 50 == 0)
            evtchn_2level.scan(&vcpu);
    }
    evtchn_2level.scan(&vcpu);
    for (evtchn_port_t port = 0; port < PORTS; port++)
        CHECK_EQ(delivered[port], sent[port]);
}
