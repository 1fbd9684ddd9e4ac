/* SPDX-License-Identifier: BSD-2-Clause */
/* More event channels than one page of Xen's event array holds, up to the
 * limit that the guest's configuration sets, or that the ABI has. */
/* clang-format off */
/* cmdline: pith.upcall=vcpu fifo 8192 */
/* cmdline: pith.upcall=callback fifo 8192 */
/* cmdline: pith.evtchn=2level 2level 4096 */
/*   console: max_event_channels in the guest's configuration, and 4095 with the 2level ABI */
/* xl: max_event_channels=8192 */
/* console: xen: no event channel left for interrupts between vCPUs, to vCPU 0: the limit is max_event_channels */
/* console: xen: no event channel left for a device of domain [0-9]+: the limit is max_event_channels */
/* check: [ $(grep -c 'no event channel left' $log) = 2 ] */
/* clang-format on */

#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <xen/xen.h>

#include "guest_test.h"
#include <stdlib.h>

/* Xen takes max_event_channels for the highest number. */
#define MAX_PORTS 8193

static const char *abi;
static unsigned limit;
static unsigned hits[MAX_PORTS];
static evtchn_port_t ports[MAX_PORTS], order[8];
static unsigned port_count, order_count;

static void on_event(evtchn_port_t port, void *arg)
{
    (void)arg;
    hits[port]++;
}

static void record(evtchn_port_t port, void *arg)
{
    (void)arg;
    order[order_count++ % 8] = port;
}

/* Binds IPIs to this vCPU until that fails. */
static int bind_all(void)
{
    int rc = 0;

    while (port_count < MAX_PORTS) {
        rc = evtchn_bind_ipi(0, on_event, NULL, &ports[port_count]);
        if (rc)
            break;
        port_count++;
    }
    return rc;
}

static void close_all(void)
{
    while (port_count)
        evtchn_close(ports[--port_count]);
}

TEST(ports_beyond_the_limit_are_enospc_and_the_rest_works)
{
    evtchn_port_t none = 4711;

    CHECK_STR(evtchn_abi_name(), abi);
    CHECK_EQ(bind_all(), -XEN_ENOSPC);
    CHECK(port_count > limit - 10 && port_count <= limit);
    CHECK_EQ(evtchn_bind_ipi(0, on_event, NULL, &none), -XEN_ENOSPC);
    CHECK_EQ(evtchn_alloc_unbound(DOMID_SELF, on_event, NULL, &none),
             -XEN_ENOSPC);
    CHECK_EQ(none, 4711);
    for (unsigned i = 0; i < port_count; i++)
        evtchn_unmask(ports[i]);
    for (unsigned i = 0; i < port_count; i++) {
        CHECK_EQ(evtchn_notify(ports[i]), 0);
        CHECK_EQ(hits[ports[i]], 1);
    }
    /* One that is closed can be had again. */
    evtchn_close(ports[port_count / 2]);
    CHECK_EQ(evtchn_bind_ipi(0, on_event, NULL, &ports[port_count / 2]), 0);
}

/* More than one scan takes: what it leaves must come, too. */
TEST(events_of_all_ports_at_once_are_all_delivered)
{
    unsigned missing = 0;

    bind_all();
    memset(hits, 0, sizeof(hits));
    for (unsigned i = 0; i < port_count; i++)
        evtchn_unmask(ports[i]);
    irq_disable();
    for (unsigned i = 0; i < port_count; i++)
        evtchn_notify(ports[i]);
    irq_enable();
    /* The upcall that is asked for comes at the next exit at the latest. */
    for (unsigned i = 0; i < 100; i++) {
        uint64_t value;

        evtchn_set_priority(ports[0], EVTCHN_PRIORITY_URGENT);
        value = hits[ports[port_count - 1]];
        if (value)
            break;
    }
    for (unsigned i = 0; i < port_count; i++)
        missing += hits[ports[i]] != 1;
    CHECK_EQ(missing, 0);
    close_all();
}

TEST(priorities_decide_who_goes_first)
{
    static const unsigned priorities[] = {15, 7, 3, 0, 7};
    static const unsigned fifo[] = {3, 2, 1, 4, 0};
    evtchn_port_t port[5];

    for (unsigned i = 0; i < 5; i++) {
        int rc;

        CHECK_EQ(evtchn_bind_ipi(0, record, NULL, &port[i]), 0);
        rc = evtchn_set_priority(port[i], priorities[i]);
        CHECK_EQ(rc, strcmp(abi, "fifo") ? -XEN_EOPNOTSUPP : 0);
        evtchn_unmask(port[i]);
    }
    CHECK_EQ(evtchn_set_priority(port[0], 16), -XEN_EINVAL);
    order_count = 0;
    irq_disable();
    for (unsigned i = 0; i < 5; i++)
        evtchn_notify(port[i]);
    irq_enable();
    cpu_relax();
    CHECK_EQ(order_count, 5);
    for (unsigned i = 0; i < 5; i++)
        CHECK_EQ(order[i], port[strcmp(abi, "fifo") ? i : fifo[i]]);
    for (unsigned i = 0; i < 5; i++)
        evtchn_close(port[i]);
}

int main(int argc, char **argv)
{
    abi = argc > 1 ? argv[1] : "fifo";
    limit = argc > 2 ? (unsigned)atoi(argv[2]) : MAX_PORTS;
    return test_run_all();
}
