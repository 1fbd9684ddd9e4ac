/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring page shared with the xenstore daemon, and messages out.
 *
 * There is no reader thread. Everybody who waits (callers for their answer,
 * xenwatch for events) is woken by the upcall, and whoever runs first takes
 * all complete and partial messages off the ring (receive.c). That costs one
 * thread switch for a round trip, the least there can be.
 * Source: xen/io/xs_wire.h, docs/misc/xenstore-ring.txt.
 */

#include "private.h"

#include <pith/atomic.h>
#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <pith/map.h>
#include <pith/panic.h>
#include <pith/xeninfo.h>
#include <xen/xen.h>

#include <xen/hvm/params.h>

static struct {
    /* Set at boot and by a restore. */
    struct xenstore_domain_interface *page;
    uint64_t gfn;
    evtchn_port_t port;
    uint32_t txn_base;
    struct waitq waitq;

    /* Owned by the one sender that client.c lets in. */
    uint32_t req_prod;
    uint32_t next_req_id;
    bool unflushed;
} stream = {.waitq = WAITQ_INIT(stream.waitq)};

/* Free bytes on the request ring, or -XEN_EIO. Read once and checked: the
 * daemon can change req_cons at any time. */
static int ring_free(void)
{
    int used;

    stream_drain();
    if (stream_is_broken())
        return -XEN_EIO;
    used = wire_ring_used(stream.req_prod, READ_ONCE(stream.page->req_cons));
    return used < 0 ? used : XENSTORE_RING_SIZE - used;
}

/* Blocks until at least bytes can be put on the ring. Returns how many can, or
 * -XEN_ETIME, -XEN_EIO. */
static int ring_wait(uint32_t bytes, uint64_t deadline_ns)
{
    int available = ring_free();

    if (available >= 0 && (uint32_t)available < bytes) {
        stream_flush();
        if (WAITQ_WAIT_UNTIL(&stream.waitq,
                             (available = ring_free()) < 0 ||
                                 (uint32_t)available >= bytes,
                             deadline_ns))
            return -XEN_ETIME;
    }
    if (available < 0)
        stream_give_up("impossible index req_cons", stream.req_prod);
    return available;
}

static int put(const void *src, uint32_t bytes, uint64_t deadline_ns)
{
    while (bytes) {
        int available = ring_wait(1, deadline_ns);
        uint32_t now;

        if (available < 0)
            return available;
        now = MIN(bytes, (uint32_t)available);
        wire_ring_put(stream.page->req, stream.req_prod, src, now);
        stream.req_prod += now;
        barrier_write(); /* the bytes before the index that announces them */
        WRITE_ONCE(stream.page->req_prod, stream.req_prod);
        stream.unflushed = true;
        src = (const char *)src + now;
        bytes -= now;
    }
    return 0;
}

/* A message goes on the ring as a whole where it can, so that a daemon that
 * sleeps too long costs one request and not the framing of the stream. */
int stream_send(struct xs_call *call, uint64_t deadline_ns)
{
    struct xsd_sockmsg header = {call->type, stream.next_req_id++, 0, 0};
    int rc;

    if (call->txn) {
        header.tx_id = call->txn - stream.txn_base;
        if (!header.tx_id || header.tx_id > STREAM_TXN_MAX)
            return -XEN_EAGAIN;
    }
    for (unsigned i = 0; i < call->piece_count; i++)
        header.len += call->body[i].bytes;
    rc = ring_wait(MIN(sizeof(header) + header.len, XENSTORE_RING_SIZE),
                   deadline_ns);
    if (rc < 0)
        return rc;
    call->req_id = header.req_id;
    stream_expect(call);
    rc = put(&header, sizeof(header), deadline_ns);
    for (unsigned i = 0; i < call->piece_count && !rc; i++)
        rc = put(call->body[i].base, call->body[i].bytes, deadline_ns);
    if (rc)
        stream_give_up("the daemon left a request half read", header.len);
    return rc;
}

void stream_flush(void)
{
    if (!stream.unflushed)
        return;
    stream.unflushed = false;
    evtchn_notify(stream.port);
}

struct waitq *stream_waitq(void)
{
    return &stream.waitq;
}

bool stream_is_open(void)
{
    return stream.page;
}

static void event_arrived(evtchn_port_t port, void *arg)
{
    waitq_wake_all(&stream.waitq);
}

/* XENSTORE_RECONNECT stands there while the daemon resets a connection that
 * an earlier kernel of this domain used: the ring is the daemon's till then. */
static int connection_wait(void)
{
    uint64_t deadline_ns = clock_monotonic_ns() + 10 * NS_PER_SEC;

    return WAITQ_WAIT_UNTIL(
        &stream.waitq, READ_ONCE(stream.page->connection) == XENSTORE_CONNECTED,
        deadline_ns);
}

/* Finds the page and the port. A restored domain's page is nearly always where
 * it was; if not, the old mapping stays. */
static int open(void)
{
    uint64_t gfn, port;
    int rc = hvm_param_get(HVM_PARAM_STORE_PFN, &gfn);

    if (rc || !gfn || gfn >= 1ull << 40)
        return -XEN_ENODEV;
    rc = hvm_param_get(HVM_PARAM_STORE_EVTCHN, &port);
    if (rc || !port || port > UINT32_MAX)
        return -XEN_ENODEV;
    if (!stream.page || stream.gfn != gfn)
        stream.page = (struct xenstore_domain_interface *)map_device(
            gfn << PAGE_SHIFT, PAGE_SIZE, PT_WRITE);
    if (!stream.page)
        return -XEN_ENOMEM;
    stream.gfn = gfn;
    stream.port = (evtchn_port_t)port;
    rc = evtchn_adopt(stream.port, event_arrived, NULL);
    if (!rc)
        evtchn_unmask(stream.port);
    return rc;
}

void stream_renew(void)
{
    int rc = open();

    if (rc)
        panic("xenstore: the restored domain has none: %s", errno_name(rc));
    stream.txn_base += STREAM_TXN_MAX + 1;
    stream.unflushed = false;
    stream.req_prod = READ_ONCE(stream.page->req_prod);
    stream_receive_renew(stream.page, stream.port);
}

uint32_t stream_txn_base(void)
{
    return stream.txn_base;
}

int stream_init(void)
{
    int rc = open();

    if (rc == -XEN_ENODEV || rc == -XEN_ENOMEM)
        return rc;
    if (!rc)
        rc = connection_wait();
    stream.req_prod = READ_ONCE(stream.page->req_prod);
    stream_receive_init(stream.page, stream.port);
    return rc;
}
