/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages in. Owns the response ring, the requests that wait for an answer,
 * and the message that is half received: an answer goes straight into its
 * caller's buffer, a watch event to watch.c.
 *
 * The daemon is trusted with the store, not with our memory: its index and
 * lengths are checked, and a stream that lost its framing is given up.
 */

#include "private.h"

#include <pith/atomic.h>
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <pith/heap.h>
#include <pith/log.h>
#include <xen/xen.h>

/* The longest error name and some room to show an unknown one. */
#define ERROR_NAME_BYTES 16

static struct {
    /* Both set at boot and by a restore. */
    struct xenstore_domain_interface *page;
    evtchn_port_t port;

    /* Protects the rest. Threads only: the upcall just wakes them. */
    struct spinlock lock;
    bool broken;
    struct list calls; /* that wait for their answers */
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
} rx = {.calls = LIST_INIT(rx.calls)};

static void call_finish(struct xs_call *call, long result)
{
    list_remove(&call->link);
    call->result = result;
    call->txn_base = stream_txn_base();
    /* With call_done: result before done, after which the caller may free it.
     */
    atomic_store(&call->done, true);
}

/* The framing is lost: nothing that follows can be understood. */
static void give_up_locked(const char *why, uint32_t value)
{
    struct xs_call *call, *next;

    if (rx.broken)
        return;
    log_error("xenstore: %s (%u): giving up the connection", why, value);
    rx.broken = true;
    list_for_each_safe (call, next, &rx.calls, link)
        call_finish(call, -XEN_EIO);
    heap_free(rx.event);
    rx.event = NULL;
    waitq_wake_all(stream_waitq());
}

void stream_give_up(const char *why, uint32_t value)
{
    spin_lock(&rx.lock);
    give_up_locked(why, value);
    spin_unlock(&rx.lock);
}

static struct xs_call *call_find(uint32_t req_id)
{
    struct xs_call *call;

    list_for_each (call, &rx.calls, link)
        if (call->req_id == req_id)
            return call;
    return NULL;
}

/* The header is complete: decides where the body goes. An answer that nobody
 * waits for is late, its caller gave up: it has no sink. */
static void message_begin_locked(void)
{
    uint32_t bytes = rx.header.len;

    rx.call = NULL;
    rx.sink = NULL;
    rx.sink_bytes = 0;
    rx.body_bytes = 0;
    if (rx.header.type == XS_WATCH_EVENT) {
        rx.event = heap_alloc(sizeof(*rx.event) + bytes);
        if (rx.event) {
            rx.sink = rx.event->body;
            rx.sink_bytes = bytes;
        }
        return;
    }
    rx.call = call_find(rx.header.req_id);
    if (!rx.call)
        return;
    if (rx.header.type == XS_ERROR) {
        rx.sink = rx.error_name;
        rx.sink_bytes = sizeof(rx.error_name);
    } else if (rx.header.type == rx.call->type && rx.call->size) {
        rx.sink = rx.call->buf;
        rx.sink_bytes = rx.call->size - 1;
    }
}

static long answer_result(const struct xs_call *call)
{
    uint32_t bytes = rx.header.len;

    if (rx.header.type == XS_ERROR)
        return wire_error_number(rx.error_name,
                                 MIN(bytes, sizeof(rx.error_name)));
    if (rx.header.type != call->type) {
        log_error("xenstore: an answer of type %u to a request of type %u",
                  rx.header.type, call->type);
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
    rx.header_bytes = 0;
    if (rx.call) {
        call_finish(rx.call, answer_result(rx.call));
        rx.call = NULL;
        waitq_wake_all(stream_waitq());
    } else if (rx.header.type == XS_WATCH_EVENT) {
        rx.event_seq++;
        if (rx.event) {
            rx.event->seq = rx.event_seq;
            rx.event->bytes = rx.header.len;
        }
        watch_event_arrived(rx.event);
        rx.event = NULL;
    }
}

/* Copies at most available bytes of the current message; returns how many. */
static uint32_t receive_locked(uint32_t available)
{
    uint32_t bytes, kept;

    if (rx.header_bytes < sizeof(rx.header)) {
        bytes = MIN(available, sizeof(rx.header) - rx.header_bytes);
        wire_ring_get(rx.page->rsp, rx.rsp_cons,
                      (char *)&rx.header + rx.header_bytes, bytes);
        rx.header_bytes += bytes;
        return bytes;
    }
    bytes = MIN(available, rx.header.len - rx.body_bytes);
    if (rx.body_bytes < rx.sink_bytes) {
        kept = MIN(bytes, rx.sink_bytes - rx.body_bytes);
        wire_ring_get(rx.page->rsp, rx.rsp_cons, rx.sink + rx.body_bytes, kept);
    }
    rx.body_bytes += bytes;
    return bytes;
}

/* Gives bytes of the ring back. The daemon sleeps only when it found the ring
 * full: 1. we store rsp_cons, 2. we look whether the ring was full before it;
 * the daemon: 1. looks at rsp_cons, 2. sleeps. The barrier orders our two. */
static void consume_locked(uint32_t bytes)
{
    uint32_t old = rx.rsp_cons;

    rx.rsp_cons += bytes;
    barrier_read(); /* our copy is done before the daemon may overwrite it */
    WRITE_ONCE(rx.page->rsp_cons, rx.rsp_cons);
    barrier_full();
    if (READ_ONCE(rx.page->rsp_prod) - old >= XENSTORE_RING_SIZE)
        evtchn_notify(rx.port);
}

/* One step of receiving. False when there is nothing more to do now. */
static bool drain_step_locked(void)
{
    uint32_t prod = READ_ONCE(rx.page->rsp_prod);
    int available = wire_ring_used(prod, rx.rsp_cons);
    bool header_was_whole = rx.header_bytes == sizeof(rx.header);

    if (available < 0)
        give_up_locked("impossible index rsp_prod", prod);
    if (available <= 0)
        return false;
    barrier_read(); /* rsp_prod before the bytes that it announces */
    consume_locked(receive_locked((uint32_t)available));
    if (rx.header_bytes < sizeof(rx.header))
        return true;
    if (!header_was_whole) {
        if (rx.header.len > XENSTORE_PAYLOAD_MAX) {
            give_up_locked("impossible message length", rx.header.len);
            return false;
        }
        message_begin_locked();
    }
    if (rx.body_bytes == rx.header.len)
        message_end_locked();
    return true;
}

void stream_drain(void)
{
    spin_lock(&rx.lock);
    while (!rx.broken && drain_step_locked())
        ;
    spin_unlock(&rx.lock);
}

bool stream_is_broken(void)
{
    return READ_ONCE(rx.broken);
}

uint32_t stream_event_seq(void)
{
    return READ_ONCE(rx.event_seq);
}

void stream_expect(struct xs_call *call)
{
    spin_lock(&rx.lock);
    list_push_back(&rx.calls, &call->link);
    spin_unlock(&rx.lock);
}

static bool call_done(const struct xs_call *call)
{
    if (!atomic_load(&call->done))
        stream_drain();
    return atomic_load(&call->done);
}

int stream_wait(struct xs_call *call, uint64_t deadline_ns)
{
    int rc = WAITQ_WAIT_UNTIL(stream_waitq(), call_done(call), deadline_ns);

    if (!rc)
        return 0;
    spin_lock(&rx.lock);
    if (call->done) {
        rc = 0;
    } else {
        call_finish(call, rc);
        if (rx.call == call) {
            rx.call = NULL;
            rx.sink = NULL;
            rx.sink_bytes = 0;
        }
    }
    spin_unlock(&rx.lock);
    return rc;
}

void stream_receive_init(struct xenstore_domain_interface *page,
                         evtchn_port_t port)
{
    rx.page = page;
    rx.port = port;
    rx.rsp_cons = READ_ONCE(page->rsp_cons);
}

void stream_receive_renew(struct xenstore_domain_interface *page,
                          evtchn_port_t port)
{
    struct xs_call *call, *next;

    list_for_each_safe (call, next, &rx.calls, link) {
        call->lost = true;
        call_finish(call, -XEN_EAGAIN);
    }
    heap_free(rx.event);
    rx.event = NULL;
    rx.call = NULL;
    rx.header_bytes = 0;
    rx.broken = false;
    stream_receive_init(page, port);
}
