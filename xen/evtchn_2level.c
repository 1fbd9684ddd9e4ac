/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 2-level event ABI: a word of selectors a vCPU, each bit of which stands
 * for a word of pending bits in the shared info page. Source: struct
 * shared_info in xen/xen.h.
 *
 * Xen sets a port's pending bit, then, if the port is unmasked, the bit's
 * selector, then upcall_pending; this side goes the other way.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/errno.h>
#include <pith/xeninfo.h>

#define WORD_BITS (8 * sizeof(xen_ulong_t))

/* Where the domain starts; but ports may be unmasked then. */
static int vcpu_init(struct evtchn_vcpu *vcpu)
{
    struct shared_info *shared = xen_shared_info();

    if (vcpu->id != 0)
        return 0;
    for (size_t i = 0; i < ARRAY_SIZE(shared->evtchn_mask); i++)
        WRITE_ONCE(shared->evtchn_mask[i], ~(xen_ulong_t)0);
    return 0;
}

static int port_init(evtchn_port_t port)
{
    return port < EVTCHN_2L_NR_CHANNELS ? 0 : -XEN_ENOSPC;
}

static xen_ulong_t port_bit(evtchn_port_t port)
{
    return (xen_ulong_t)1 << port % WORD_BITS;
}

static bool mask(evtchn_port_t port)
{
    return atomic_or(&xen_shared_info()->evtchn_mask[port / WORD_BITS],
                     port_bit(port)) &
           port_bit(port);
}

static void unmask(evtchn_port_t port)
{
    atomic_and(&xen_shared_info()->evtchn_mask[port / WORD_BITS],
               ~port_bit(port));
}

static bool is_pending(evtchn_port_t port)
{
    return atomic_load(&xen_shared_info()->evtchn_pending[port / WORD_BITS]) &
           port_bit(port);
}

static bool test_and_clear(evtchn_port_t port)
{
    return atomic_and(&xen_shared_info()->evtchn_pending[port / WORD_BITS],
                      ~port_bit(port)) &
           port_bit(port);
}

/* Each word is looked at once, so that a port that fires without end does not
 * keep the others from their turn. */
static bool scan(struct evtchn_vcpu *vcpu)
{
    struct shared_info *shared = xen_shared_info();
    xen_ulong_t words = atomic_exchange(&vcpu->info.evtchn_pending_sel, 0);

    for (; words; words &= words - 1) {
        unsigned word = __builtin_ctzl(words);
        xen_ulong_t ports = atomic_load(&shared->evtchn_pending[word]) &
                            ~atomic_load(&shared->evtchn_mask[word]);

        for (; ports; ports &= ports - 1)
            evtchn_deliver(vcpu, word * WORD_BITS + __builtin_ctzl(ports));
    }
    return false;
}

static int set_priority(evtchn_port_t port, unsigned priority)
{
    return -XEN_EOPNOTSUPP;
}

const struct evtchn_abi evtchn_2level = {
    .name = "2level",
    .last_port = EVTCHN_2L_NR_CHANNELS - 1,
    .vcpu_init = vcpu_init,
    .port_init = port_init,
    .mask = mask,
    .unmask = unmask,
    .is_pending = is_pending,
    .test_and_clear = test_and_clear,
    .scan = scan,
    .set_priority = set_priority,
};
