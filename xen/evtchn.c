/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Event channels: binding ports to handlers, moving and closing them, sending.
 * Source: xen/event_channel.h.
 *
 * Invariant: a port without a handler is masked, from the start and again
 * before each close, so a port that Xen hands out never fires unasked. Two
 * threads never bind, move or close the same port at once.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/hypercall.h>
#include <pith/log.h>
#include <pith/panic.h>
#include <pith/preempt.h>
#include <pith/spinlock.h>
#include <pith/trace.h>
#include <xen/event_channel.h>

#define NO_VCPU UINT16_MAX

/* boot_timer is set at boot; the first device's thread takes it. */
static struct {
    evtchn_port_t boot_timer; /* 0: none that is to become urgent */
    evtchn_port_t timer;      /* vCPU 0's */
    uint32_t told;            /* bits of enum kind; atomically */
} state;

enum kind { UNBOUND, INTERDOMAIN, VIRQ, IPI };

/* Says, once for each kind, that there was no port for it; returns rc. number
 * is what it was for. */
static int refused(int rc, enum kind kind, unsigned number)
{
    static const char *const what[] = {
        [UNBOUND] = "a device of domain",
        [INTERDOMAIN] = "a port of domain",
        [VIRQ] = "a virtual interrupt of vCPU",
        [IPI] = "interrupts between vCPUs, to vCPU",
    };

    if (rc == -XEN_ENOSPC && !(atomic_or(&state.told, 1u << kind) & 1u << kind))
        log_error("xen: no event channel left for %s %u: the limit is "
                  "max_event_channels in the guest's configuration, and %u "
                  "with the %s ABI",
                  what[kind], number, evtchn_abi->last_port, evtchn_abi->name);
    return rc;
}

static void port_close(evtchn_port_t port)
{
    struct evtchn_close op = {.port = port};
    long rc = hypercall_event_channel_op(EVTCHNOP_close, &op);

    ASSERT(!rc);
}

static int handler_set(evtchn_port_t port, unsigned vcpu, evtchn_fn *fn,
                       void *arg)
{
    struct evtchn_handler *handler;
    int rc = evtchn_handler_make(port, &handler);

    if (rc)
        return rc;
    handler->arg = arg;
    evtchn_throttle_reset(handler);
    handler->send.port = port;
    WRITE_ONCE(handler->vcpu, vcpu);
    /* Releases the fields above to evtchn_deliver. */
    atomic_store(&handler->fn, fn);
    return 0;
}

/* Gives a port that Xen just handed out its handler, or gives it back. */
static int port_open(evtchn_port_t port, unsigned vcpu, evtchn_fn *fn,
                     void *arg, evtchn_port_t *out)
{
    int rc = handler_set(port, vcpu, fn, arg);

    if (rc) {
        port_close(port);
        return rc;
    }
    *out = port;
    return 0;
}

/* Setting a priority is an exit. The boot vCPU's timer, which every guest has,
 * gets its own when there is something that it could come before. */
static void urge(evtchn_port_t *port)
{
    if (*port)
        evtchn_set_priority(*port, EVTCHN_PRIORITY_URGENT);
    *port = 0;
}

int evtchn_alloc_unbound(uint16_t remote_domid, evtchn_fn *fn, void *arg,
                         evtchn_port_t *out)
{
    struct evtchn_alloc_unbound op = {.dom = DOMID_SELF,
                                      .remote_dom = remote_domid};
    int rc = hypercall_event_channel_op(EVTCHNOP_alloc_unbound, &op);

    if (!rc)
        rc = port_open(op.port, 0, fn, arg, out);
    if (!rc)
        urge(&state.boot_timer);
    return refused(rc, UNBOUND, remote_domid);
}

int evtchn_bind_interdomain(uint16_t remote_domid, evtchn_port_t remote_port,
                            evtchn_fn *fn, void *arg, evtchn_port_t *out)
{
    struct evtchn_bind_interdomain op = {.remote_dom = remote_domid,
                                         .remote_port = remote_port};
    int rc = hypercall_event_channel_op(EVTCHNOP_bind_interdomain, &op);

    if (!rc)
        rc = port_open(op.local_port, 0, fn, arg, out);
    if (!rc)
        urge(&state.boot_timer);
    return refused(rc, INTERDOMAIN, remote_domid);
}

int evtchn_bind_virq(unsigned virq, unsigned vcpu, evtchn_fn *fn, void *arg,
                     evtchn_port_t *out)
{
    struct evtchn_bind_virq op = {.virq = virq, .vcpu = vcpu};
    int rc = hypercall_event_channel_op(EVTCHNOP_bind_virq, &op);

    if (!rc)
        rc = port_open(op.port, vcpu, fn, arg, out);
    if (rc || virq != VIRQ_TIMER)
        return refused(rc, VIRQ, vcpu);
    if (vcpu == 0)
        state.timer = state.boot_timer = op.port;
    else
        urge(&op.port);
    return 0;
}

int evtchn_bind_ipi(unsigned vcpu, evtchn_fn *fn, void *arg, evtchn_port_t *out)
{
    struct evtchn_bind_ipi op = {.vcpu = vcpu};
    int rc = hypercall_event_channel_op(EVTCHNOP_bind_ipi, &op);

    if (!rc)
        rc = port_open(op.port, vcpu, fn, arg, out);
    if (!rc)
        urge(&op.port);
    return refused(rc, IPI, vcpu);
}

int evtchn_adopt(evtchn_port_t port, evtchn_fn *fn, void *arg)
{
    return handler_set(port, 0, fn, arg);
}

void evtchn_close(evtchn_port_t port)
{
    struct evtchn_handler *handler = evtchn_handler_of_open(port);

    evtchn_abi->mask(port);
    atomic_store(&handler->fn, NULL);
    /* With evtchn_deliver: it sees fn gone, or this sees it running. */
    barrier_full();
    evtchn_wait_idle(port, handler->vcpu);
    evtchn_throttle_cancel(handler);
    port_close(port);
}

/*
 * An event that Xen announced to the old vCPU waits for a vCPU that has
 * nothing to do with the port any more, hence the unmasking by Xen. Between
 * the two vCPUs the port is nobody's, since the new one may come across its
 * pending bit early:
 *  1. the new vCPU finds the port unmasked and pending in its scan;
 *  2. the port is masked, moved, and the old vCPU still in the handler;
 *  3. the new vCPU, still in its scan, would run the handler, too.
 */
int evtchn_set_vcpu(evtchn_port_t port, unsigned vcpu)
{
    struct evtchn_handler *handler = evtchn_handler_of_open(port);
    struct evtchn_bind_vcpu op = {.port = port, .vcpu = vcpu};
    unsigned from = handler->vcpu;
    bool was_masked, was_throttled;
    int rc;

    if (!evtchn_vcpu_find(vcpu))
        return -XEN_ENOENT;
    was_throttled = evtchn_throttle_cancel(handler);
    was_masked = evtchn_abi->mask(port) && !was_throttled;
    atomic_store(&handler->vcpu, NO_VCPU);
    /* With evtchn_deliver: it sees this, or this sees it running. */
    barrier_full();
    evtchn_wait_idle(port, from);
    rc = hypercall_event_channel_op(EVTCHNOP_bind_vcpu, &op);
    atomic_store(&handler->vcpu, rc ? from : vcpu);
    if (!was_masked)
        evtchn_unmask_by_xen(port);
    return rc;
}

bool evtchn_is_same_domain(void)
{
    struct evtchn_status op = {.dom = DOMID_SELF, .port = state.timer};

    return !hypercall_event_channel_op(EVTCHNOP_status, &op) &&
           op.status == EVTCHNSTAT_virq && op.vcpu == 0 &&
           op.u.virq == VIRQ_TIMER;
}

int evtchn_set_priority(evtchn_port_t port, unsigned priority)
{
    if (priority > EVTCHN_PRIORITY_LAST)
        return -XEN_EINVAL;
    return evtchn_abi->set_priority(port, priority);
}

TRACE_EVENT(traced_send, "xen: notify port %lu");

int evtchn_notify(evtchn_port_t port)
{
    struct evtchn_handler *handler = evtchn_handler_of_open(port);

    trace(traced_send, port, 0);
    return hypercall_event_channel_op(EVTCHNOP_send, &handler->send);
}
