/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Event channels: the table of handlers and what binds, masks and sends. The
 * bits themselves belong to the event ABI (evtchn_2level.c), upcalls to
 * upcall.c. Source: xen/event_channel.h.
 *
 * Invariant: a port without a handler is masked, from evtchn_init on and again
 * before each close, so a port that Xen hands out never fires unasked.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/hypercall.h>
#include <pith/panic.h>
#include <pith/preempt.h>
#include <pith/spinlock.h>
#include <pith/trace.h>
#include <xen/event_channel.h>

struct handler {
    evtchn_fn *fn; /* NULL: the port is free */
    void *arg;
    /* The argument of EVTCHNOP_send, kept ready in the direct map: Xen walks
     * fewer page-table levels to it than to a stack. */
    struct evtchn_send send;
    uint16_t vcpu; /* the only one that runs fn */
};

#define CHUNK_HANDLERS 64
#define NO_VCPU UINT16_MAX

/* Chunks are added by compare-and-exchange and never freed, so looking up a
 * handler takes no lock. Two threads never bind, move or close the same port
 * at once. */
static struct {
    const struct evtchn_abi *abi;
    struct handler **chunks;
} table;

static struct handler *handler_find(evtchn_port_t port)
{
    struct handler *chunk;

    if (port >= table.abi->max_ports)
        return NULL;
    chunk = atomic_load(&table.chunks[port / CHUNK_HANDLERS]);
    return chunk ? &chunk[port % CHUNK_HANDLERS] : NULL;
}

static struct handler *handler_of_open_port(evtchn_port_t port)
{
    struct handler *handler = handler_find(port);

    ASSERT(handler && handler->fn);
    return handler;
}

static struct handler *handler_grow(evtchn_port_t port)
{
    struct handler *found = handler_find(port), *chunk, *expected = NULL;

    if (found || port >= table.abi->max_ports)
        return found;
    chunk = heap_zalloc(CHUNK_HANDLERS * sizeof(*chunk));
    if (!chunk)
        return NULL;
    if (!atomic_compare_exchange(&table.chunks[port / CHUNK_HANDLERS],
                                 &expected, chunk))
        heap_free(chunk);
    return handler_find(port);
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
    struct handler *handler = handler_grow(port);

    if (!handler)
        return -XEN_ENOSPC;
    handler->arg = arg;
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

int evtchn_alloc_unbound(uint16_t remote_domid, evtchn_fn *fn, void *arg,
                         evtchn_port_t *out)
{
    struct evtchn_alloc_unbound op = {.dom = DOMID_SELF,
                                      .remote_dom = remote_domid};
    int rc = hypercall_event_channel_op(EVTCHNOP_alloc_unbound, &op);

    return rc ? rc : port_open(op.port, 0, fn, arg, out);
}

int evtchn_bind_interdomain(uint16_t remote_domid, evtchn_port_t remote_port,
                            evtchn_fn *fn, void *arg, evtchn_port_t *out)
{
    struct evtchn_bind_interdomain op = {.remote_dom = remote_domid,
                                         .remote_port = remote_port};
    int rc = hypercall_event_channel_op(EVTCHNOP_bind_interdomain, &op);

    return rc ? rc : port_open(op.local_port, 0, fn, arg, out);
}

int evtchn_bind_virq(unsigned virq, unsigned vcpu, evtchn_fn *fn, void *arg,
                     evtchn_port_t *out)
{
    struct evtchn_bind_virq op = {.virq = virq, .vcpu = vcpu};
    int rc = hypercall_event_channel_op(EVTCHNOP_bind_virq, &op);

    return rc ? rc : port_open(op.port, vcpu, fn, arg, out);
}

int evtchn_bind_ipi(unsigned vcpu, evtchn_fn *fn, void *arg, evtchn_port_t *out)
{
    struct evtchn_bind_ipi op = {.vcpu = vcpu};
    int rc = hypercall_event_channel_op(EVTCHNOP_bind_ipi, &op);

    return rc ? rc : port_open(op.port, vcpu, fn, arg, out);
}

int evtchn_adopt(evtchn_port_t port, evtchn_fn *fn, void *arg)
{
    return handler_set(port, 0, fn, arg);
}

/* Returns when vCPU vcpu is not in port's handler. If it is this one, only the
 * handler itself can be what calls this. */
static void wait_until_idle(evtchn_port_t port, unsigned vcpu)
{
    const struct evtchn_vcpu *other = evtchn_vcpu_find(vcpu);

    if (!other || vcpu == cpu_read(id))
        return;
    while (atomic_load(&other->running) == port)
        spin_yield();
}

void evtchn_close(evtchn_port_t port)
{
    struct handler *handler = handler_of_open_port(port);

    table.abi->mask(port);
    atomic_store(&handler->fn, NULL);
    /* With evtchn_deliver: it sees fn gone, or this sees it running. */
    barrier_full();
    wait_until_idle(port, handler->vcpu);
    port_close(port);
}

/* Unmasks a port that is masked, and has Xen look for a waiting event. */
static void unmask_by_xen(evtchn_port_t port)
{
    struct evtchn_unmask op = {.port = port};
    long rc = hypercall_event_channel_op(EVTCHNOP_unmask, &op);

    ASSERT(!rc);
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
    struct handler *handler = handler_of_open_port(port);
    struct evtchn_bind_vcpu op = {.port = port, .vcpu = vcpu};
    unsigned from = handler->vcpu;
    bool was_masked;
    int rc;

    if (!evtchn_vcpu_find(vcpu))
        return -XEN_ENOENT;
    was_masked = table.abi->mask(port);
    atomic_store(&handler->vcpu, NO_VCPU);
    /* With evtchn_deliver: it sees this, or this sees it running. */
    barrier_full();
    wait_until_idle(port, from);
    rc = hypercall_event_channel_op(EVTCHNOP_bind_vcpu, &op);
    atomic_store(&handler->vcpu, rc ? from : vcpu);
    if (!was_masked)
        unmask_by_xen(port);
    return rc;
}

TRACE_EVENT(traced_event, "xen: event on port %lu");

void evtchn_deliver(struct evtchn_vcpu *vcpu, evtchn_port_t port)
{
    struct handler *handler = handler_find(port);
    evtchn_fn *fn;

    if (!handler || READ_ONCE(handler->vcpu) != vcpu->id)
        return;
    /* A full barrier, with those in evtchn_close and evtchn_set_vcpu. */
    atomic_exchange(&vcpu->running, port);
    /* Cleared before the call: what happens from now on is a new event. */
    if (atomic_load(&handler->vcpu) == vcpu->id &&
        table.abi->test_and_clear(port)) {
        fn = atomic_load(&handler->fn);
        if (fn) {
            vcpu->stats.events++;
            trace(traced_event, port, 0);
            fn(port, handler->arg);
        }
    }
    atomic_store(&vcpu->running, 0);
}

void evtchn_scan(struct evtchn_vcpu *vcpu)
{
    table.abi->scan(vcpu);
}

/* Runs the handler of a pending port as an upcall would, if one for it could
 * come in at this very place; says whether. */
static bool deliver_here(evtchn_port_t port, const struct handler *handler)
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
    struct handler *handler = handler_of_open_port(port);

    table.abi->unmask(port);
    if (!table.abi->is_pending(port))
        return;
    if (deliver_here(port, handler)) {
        preempt_check(); /* for the thread that the handler woke */
        return;
    }
    /* EVTCHNOP_unmask looks at pending only if it finds the port masked. */
    table.abi->mask(port);
    unmask_by_xen(port);
}

void evtchn_mask(evtchn_port_t port)
{
    table.abi->mask(port);
}

TRACE_EVENT(traced_send, "xen: notify port %lu");

int evtchn_notify(evtchn_port_t port)
{
    struct handler *handler = handler_of_open_port(port);

    trace(traced_send, port, 0);
    return hypercall_event_channel_op(EVTCHNOP_send, &handler->send);
}

int evtchn_init(void)
{
    table.abi = &evtchn_2level;
    table.chunks = heap_zalloc(table.abi->max_ports / CHUNK_HANDLERS *
                               sizeof(*table.chunks));
    if (!table.chunks)
        return -XEN_ENOMEM;
    table.abi->init();
    return 0;
}
