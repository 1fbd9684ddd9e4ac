/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ring page shared with the xenstore daemon: messages out, messages in.
 *
 * There is no reader thread. Everybody who waits (callers for their answer,
 * xenwatch for events) is woken by the upcall, and whoever runs first takes
 * all complete and partial messages off the ring: an answer goes straight
 * into its caller's buffer, a watch event to watch.c. That costs one thread
 * switch for a round trip, the least there can be.
 *
 * The daemon is trusted with the store, not with our memory: its indices and
 * lengths are checked, and a stream that lost its framing is given up.
 * Source: xen/io/xs_wire.h, docs/misc/xenstore-ring.txt.
 */

#include "private.h"

#include <pith/atomic.h>
#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <pith/heap.h>
#include <pith/log.h>
#include <pith/map.h>
#include <pith/string.h>
#include <pith/xeninfo.h>
#include <xen/hvm/params.h>
#include <xen/xen.h>

/* The longest error name and some room to show an unknown one. */
#define ERROR_NAME_BYTES 16

static struct {
    /* Both set once at boot. */
    struct xenstore_domain_interface *page;
    evtchn_port_t port;
    struct waitq waitq;

    /* Owned by the one sender that client.c lets in. */
    uint32_t req_prod;
    uint32_t next_req_id;
    bool unflushed;

    /* Protects the rest. Threads only: the upcall just wakes them. */
    struct spinlock lock;
    bool broken;
    struct list calls;
    uint32_t event_seq;
    uint32_t rsp_cons;
    /* The message that is being received. */
    struct xsd_sockmsg header;
    uint32_t header_bytes, body_bytes; /* received so far */
    struct xs_call *call;              /* whose answer it is, or */
    struct xs_event *event;            /* the event that it is */
    char *sink;                        /* where the body goes, up to */
    size_t sink_bytes;                 /* this many; the rest is dropped */
    char error_name[ERROR_NAME_BYTES];
} stream = {.waitq = WAITQ_INIT(stream.waitq),
            .calls = LIST_INIT(stream.calls)};

static void call_finish(struct xs_call *call, long result)
{
    list_remove(&call->link);
    call->result = result;
    call->done = true;
}

/* The framing is lost: nothing that follows can be understood. */
static void give_up_locked(const char *why, uint32_t value)
{
    struct xs_call *call, *next;

    if (stream.broken)
        return;
    log_error("xenstore: %s (%u): giving up the connection", why, value);
    stream.broken = true;
    list_for_each_safe (call, next, &stream.calls, link)
        call_finish(call, -XEN_EIO);
    heap_free(stream.event);
    stream.event = NULL;
    waitq_wake_all(&stream.waitq);
}

static void give_up(const char *why, uint32_t value)
{
    spin_lock(&stream.lock);
    give_up_locked(why, value);
    spin_unlock(&stream.lock);
}

static struct xs_call *call_find(uint32_t req_id)
{
    struct xs_call *call;

    list_for_each (call, &stream.calls, link)
        if (call->req_id == req_id)
            return call;
    return NULL;
}

/* The header is complete: decides where the body goes. An answer that nobody
 * waits for is late, its caller gave up: it has no sink. */
static void message_begin_locked(void)
{
    uint32_t bytes = stream.header.len;

    stream.call = NULL;
    stream.sink = NULL;
    stream.sink_bytes = 0;
    stream.body_bytes = 0;
    if (stream.header.type == XS_WATCH_EVENT) {
        stream.event = heap_alloc(sizeof(*stream.event) + bytes);
        if (stream.event) {
            stream.sink = stream.event->body;
            stream.sink_bytes = bytes;
        }
        return;
    }
    stream.call = call_find(stream.header.req_id);
    if (!stream.call)
        return;
    if (stream.header.type == XS_ERROR) {
        stream.sink = stream.error_name;
        stream.sink_bytes = sizeof(stream.error_name);
    } else if (stream.header.type == stream.call->type && stream.call->size) {
        stream.sink = stream.call->buf;
        stream.sink_bytes = stream.call->size - 1;
    }
}

static long answer_result(const struct xs_call *call)
{
    uint32_t bytes = stream.header.len;

    if (stream.header.type == XS_ERROR)
        return wire_error_number(stream.error_name,
                                 MIN(bytes, sizeof(stream.error_name)));
    if (stream.header.type != call->type) {
        log_error("xenstore: an answer of type %u to a request of type %u",
                  stream.header.type, call->type);
        return -XEN_EIO;
    }
    if (!call->size)
        return 0;
    if (bytes > call->size - 1)
        return -XEN_E2BIG;
    call->buf[bytes] = '\0';
    return bytes;
}

static void message_end_locked(void)
{
    stream.header_bytes = 0;
    if (stream.call) {
        call_finish(stream.call, answer_result(stream.call));
        stream.call = NULL;
        waitq_wake_all(&stream.waitq);
    } else if (stream.header.type == XS_WATCH_EVENT) {
        stream.event_seq++;
        if (stream.event) {
            stream.event->seq = stream.event_seq;
            stream.event->bytes = stream.header.len;
        }
        watch_event_arrived(stream.event);
        stream.event = NULL;
    }
}

/* Copies at most available bytes of the current message; returns how many. */
static uint32_t receive_locked(uint32_t available)
{
    uint32_t bytes, kept;

    if (stream.header_bytes < sizeof(stream.header)) {
        bytes = MIN(available, sizeof(stream.header) - stream.header_bytes);
        wire_ring_get(stream.page->rsp, stream.rsp_cons,
                      (char *)&stream.header + stream.header_bytes, bytes);
        stream.header_bytes += bytes;
        return bytes;
    }
    bytes = MIN(available, stream.header.len - stream.body_bytes);
    if (stream.body_bytes < stream.sink_bytes) {
        kept = MIN(bytes, stream.sink_bytes - stream.body_bytes);
        wire_ring_get(stream.page->rsp, stream.rsp_cons,
                      stream.sink + stream.body_bytes, kept);
    }
    stream.body_bytes += bytes;
    return bytes;
}

/* Gives bytes of the ring back. The daemon sleeps only when it found the ring
 * full: 1. we store rsp_cons, 2. we look whether the ring was full before it;
 * the daemon: 1. looks at rsp_cons, 2. sleeps. The barrier orders our two. */
static void consume_locked(uint32_t bytes)
{
    uint32_t old = stream.rsp_cons;

    stream.rsp_cons += bytes;
    barrier_read(); /* our copy is done before the daemon may overwrite it */
    WRITE_ONCE(stream.page->rsp_cons, stream.rsp_cons);
    barrier_full();
    if (READ_ONCE(stream.page->rsp_prod) - old >= XENSTORE_RING_SIZE)
        evtchn_notify(stream.port);
}

/* One step of receiving. False when there is nothing more to do now. */
static bool drain_step_locked(void)
{
    uint32_t prod = READ_ONCE(stream.page->rsp_prod);
    int available = wire_ring_used(prod, stream.rsp_cons);
    bool header_was_whole = stream.header_bytes == sizeof(stream.header);

    if (available < 0)
        give_up_locked("impossible index rsp_prod", prod);
    if (available <= 0)
        return false;
    barrier_read(); /* rsp_prod before the bytes that it announces */
    consume_locked(receive_locked((uint32_t)available));
    if (stream.header_bytes < sizeof(stream.header))
        return true;
    if (!header_was_whole) {
        if (stream.header.len > XENSTORE_PAYLOAD_MAX) {
            give_up_locked("impossible message length", stream.header.len);
            return false;
        }
        message_begin_locked();
    }
    if (stream.body_bytes == stream.header.len)
        message_end_locked();
    return true;
}

void stream_drain(void)
{
    spin_lock(&stream.lock);
    while (!stream.broken && drain_step_locked())
        ;
    spin_unlock(&stream.lock);
}

/* Free bytes on the request ring, or -XEN_EIO. Read once and checked: the
 * daemon can change req_cons at any time. */
static int ring_free(void)
{
    int used;

    stream_drain();
    if (READ_ONCE(stream.broken))
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
        give_up("impossible index req_cons", stream.req_prod);
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
    struct xsd_sockmsg header = {call->type, stream.next_req_id++, call->txn,
                                 0};
    int rc;

    for (unsigned i = 0; i < call->piece_count; i++)
        header.len += call->body[i].bytes;
    rc = ring_wait(MIN(sizeof(header) + header.len, XENSTORE_RING_SIZE),
                   deadline_ns);
    if (rc < 0)
        return rc;
    call->req_id = header.req_id;
    spin_lock(&stream.lock);
    list_push_back(&stream.calls, &call->link);
    spin_unlock(&stream.lock);
    rc = put(&header, sizeof(header), deadline_ns);
    for (unsigned i = 0; i < call->piece_count && !rc; i++)
        rc = put(call->body[i].base, call->body[i].bytes, deadline_ns);
    if (rc)
        give_up("the daemon left a request half read", header.len);
    return rc;
}

void stream_flush(void)
{
    if (!stream.unflushed)
        return;
    stream.unflushed = false;
    evtchn_notify(stream.port);
}

static bool call_done(const struct xs_call *call)
{
    if (!READ_ONCE(call->done))
        stream_drain();
    return READ_ONCE(call->done);
}

int stream_wait(struct xs_call *call, uint64_t deadline_ns)
{
    int rc = WAITQ_WAIT_UNTIL(&stream.waitq, call_done(call), deadline_ns);

    if (!rc)
        return 0;
    spin_lock(&stream.lock);
    if (call->done) {
        rc = 0;
    } else {
        call_finish(call, rc);
        if (stream.call == call) {
            stream.call = NULL;
            stream.sink = NULL;
            stream.sink_bytes = 0;
        }
    }
    spin_unlock(&stream.lock);
    return rc;
}

struct waitq *stream_waitq(void)
{
    return &stream.waitq;
}

uint32_t stream_event_seq(void)
{
    return READ_ONCE(stream.event_seq);
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

int stream_init(void)
{
    uint64_t gfn, port;
    int rc = hvm_param_get(HVM_PARAM_STORE_PFN, &gfn);

    if (rc || !gfn || gfn >= 1ull << 40)
        return -XEN_ENODEV;
    rc = hvm_param_get(HVM_PARAM_STORE_EVTCHN, &port);
    if (rc || !port || port > UINT32_MAX)
        return -XEN_ENODEV;
    stream.page = (struct xenstore_domain_interface *)map_device(
        gfn << PAGE_SHIFT, PAGE_SIZE, PT_WRITE);
    if (!stream.page)
        return -XEN_ENOMEM;
    stream.port = (evtchn_port_t)port;
    rc = evtchn_adopt(stream.port, event_arrived, NULL);
    if (!rc) {
        evtchn_unmask(stream.port);
        rc = connection_wait();
    }
    stream.req_prod = READ_ONCE(stream.page->req_prod);
    stream.rsp_cons = READ_ONCE(stream.page->rsp_cons);
    return rc;
}
