/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a pending port to its handler; masking and unmasking. The bits belong
 * to the event ABI, upcalls to upcall.c. Source: xen/event_channel.h.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/counter.h>
#include <pith/cpu.h>
#include <pith/hypercall.h>
#include <pith/panic.h>
#include <pith/preempt.h>
#include <pith/spinlock.h>
#include <pith/trace.h>

void evtchn_wait_idle(evtchn_port_t port, unsigned vcpu)
{
    const struct evtchn_vcpu *other = evtchn_vcpu_find(vcpu);

    if (!other || vcpu == cpu_read(id))
        return;
    while (atomic_load(&other->running) == port)
        spin_yield();
}

void evtchn_unmask_by_xen(evtchn_port_t port)
{
    struct evtchn_unmask op = {.port = port};
    long rc = hypercall_event_channel_op(EVTCHNOP_unmask, &op);

    ASSERT(!rc);
}

COUNTER(strays, "xen.stray_events");

/* A port that nobody here ever had should not fire at all. */
static void silence(evtchn_port_t port)
{
    counter_add(strays, 1);
    evtchn_abi->mask(port);
    evtchn_abi->test_and_clear(port);
}

/* An event that the handler does not call useless was of use. */
static void call(struct evtchn_handler *handler, evtchn_fn *fn,
                 evtchn_port_t port)
{
    handler->was_useless = false;
    fn(port, handler->arg);
    if (unlikely(handler->useless) && !handler->was_useless)
        evtchn_throttle_reset(handler);
}

TRACE_EVENT(traced_event, "xen: event on port %lu");

bool evtchn_deliver(struct evtchn_vcpu *vcpu, evtchn_port_t port)
{
    struct evtchn_handler *handler = evtchn_handler_find(port);
    evtchn_fn *fn;
    bool ours;

    if (!handler) {
        silence(port);
        return true;
    }
    if (READ_ONCE(handler->vcpu) != vcpu->id)
        return false;
    /* A full barrier, with those in evtchn_close and evtchn_set_vcpu. */
    atomic_exchange(&vcpu->running, port);
    ours = atomic_load(&handler->vcpu) == vcpu->id;
    /* Cleared before the call: what happens from now on is a new event. */
    if (ours && evtchn_abi->test_and_clear(port)) {
        fn = atomic_load(&handler->fn);
        if (fn) {
            vcpu->stats.events++;
            trace(traced_event, port, 0);
            call(handler, fn, port);
        }
    }
    atomic_store(&vcpu->running, 0);
    return ours;
}

/* Runs the handler of a pending port as an upcall would, if one for it could
 * come in at this very place; says whether. */
static bool deliver_here(evtchn_port_t port,
                         const struct evtchn_handler *handler)
{
    unsigned long flags = irq_save();
    struct cpu *cpu = this_cpu();
    bool here = (flags & RFLAGS_IF) && cpu->evtchn &&
                READ_ONCE(handler->vcpu) == cpu->id;

    if (here) {
        cpu->upcall_depth++;
        evtchn_deliver(cpu->evtchn, port);
        cpu->upcall_depth--;
    }
    irq_restore(flags);
    return here;
}

/*
 * Xen announces nothing for a port that was pending before it was unmasked:
 *  1. an event arrives: pending is set; masked, so no upcall;
 *  2. unmask: later events find pending set and do nothing either.
 * So the waiting event is delivered by hand where an upcall could have come in
 * at this very place, and by Xen, at the price of an exit, elsewhere.
 */
void evtchn_unmask(evtchn_port_t port)
{
    struct evtchn_handler *handler = evtchn_handler_of_open(port);

    evtchn_throttle_cancel(handler);
    evtchn_abi->unmask(port);
    if (!evtchn_abi->is_pending(port))
        return;
    if (deliver_here(port, handler)) {
        preempt_check(); /* for the thread that the handler woke */
        return;
    }
    /* With the 2-level ABI EVTCHNOP_unmask looks at pending only if it finds
     * the port masked. */
    evtchn_abi->mask(port);
    evtchn_unmask_by_xen(port);
}

void evtchn_mask(evtchn_port_t port)
{
    evtchn_throttle_cancel(evtchn_handler_of_open(port));
    evtchn_abi->mask(port);
}
