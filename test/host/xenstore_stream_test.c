/* SPDX-License-Identifier: BSD-2-Clause */
/* The ring against a daemon that is honest, slow, silent, late or mad, from
 * indices just below their wrap. */
/* sources: xenstore/stream.c xenstore/receive.c xenstore/wire.c */
/* flags: -include test/host/fake_spinlock.h */

#include "../../xenstore/private.h"
#include "test.h"
#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <pith/heap.h>
#include <pith/map.h>
#include <pith/xeninfo.h>
#include <xen/xen.h>

#include <xen/hvm/params.h>

#define FIRST_INDEX 0xfffffe00u /* wraps within the first test */

static struct xenstore_domain_interface page;
static struct xs_event *event; /* the last one */
static unsigned events, notified;

/* What the fake daemon has read, and what it still has to write. */
static char heard[8192], saying[16384];
static size_t heard_bytes, saying_bytes;
static unsigned pace; /* bytes that it moves at a time; 0: it is silent */

int hvm_param_get(uint32_t index, uint64_t *out)
{
    *out = index == HVM_PARAM_STORE_PFN ? 5 : 1;
    return 0;
}

volatile void *map_device(uint64_t paddr, uint64_t size_bytes, unsigned prot)
{
    return &page;
}

int evtchn_adopt(evtchn_port_t port, evtchn_fn *fn, void *arg)
{
    return 0;
}

void evtchn_unmask(evtchn_port_t port)
{
}

int evtchn_notify(evtchn_port_t port)
{
    notified++;
    return 0;
}

uint64_t clock_monotonic_ns(void)
{
    return 0;
}

void *heap_alloc(size_t bytes)
{
    return malloc(bytes);
}

void heap_free(void *ptr)
{
    free(ptr);
}

void watch_event_arrived(struct xs_event *arrived)
{
    heap_free(event);
    event = arrived;
    events++;
}

void waitq_prepare(struct waitq *q, struct waiter *w)
{
}

void waitq_cancel(struct waiter *w)
{
}

void waitq_wake_all(struct waitq *q)
{
}

/* One turn of the daemon. False when it could not move a byte. */
static bool daemon_turn(void)
{
    uint32_t in = MIN(page.req_prod - page.req_cons, pace);
    uint32_t room = XENSTORE_RING_SIZE - (page.rsp_prod - page.rsp_cons);
    uint32_t out = MIN(MIN(room, pace), saying_bytes);

    CHECK(heard_bytes + in <= sizeof(heard));
    wire_ring_get(page.req, page.req_cons, heard + heard_bytes, in);
    page.req_cons += in;
    heard_bytes += in;
    wire_ring_put(page.rsp, page.rsp_prod, saying, out);
    page.rsp_prod += out;
    saying_bytes -= out;
    memmove(saying, saying + out, saying_bytes);
    return in || out;
}

/* A thread that blocks lets the daemon work. */
int waitq_block_on(struct waiter *w, uint64_t deadline_ns)
{
    return daemon_turn() ? 0 : -XEN_ETIME;
}

static void say(uint32_t type, uint32_t req_id, const void *body,
                uint32_t bytes)
{
    struct xsd_sockmsg header = {type, req_id, 0, bytes};

    memcpy(saying + saying_bytes, &header, sizeof(header));
    saying_bytes += sizeof(header);
    memcpy(saying + saying_bytes, body, bytes);
    saying_bytes += bytes;
}

/* The connection cannot be opened twice, so tests share it; only the last one
 * breaks it. */
static void setup(unsigned with_pace)
{
    static bool open;

    if (!open) {
        page.req_prod = page.req_cons = FIRST_INDEX;
        page.rsp_prod = page.rsp_cons = FIRST_INDEX;
        CHECK_EQ(stream_init(), 0);
        open = true;
    }
    pace = with_pace;
    heard_bytes = saying_bytes = 0;
    events = 0;
}

static struct xs_call call_of(uint32_t type, const char *body, uint32_t bytes,
                              char *buf, size_t size)
{
    struct xs_call call = {.type = type, .buf = buf, .size = size};

    call.body[call.piece_count++] = (struct wire_piece){body, bytes};
    return call;
}

static void send(struct xs_call *call)
{
    CHECK_EQ(stream_send(call, 0), 0);
    stream_flush();
}

TEST(read_is_sent_and_answered_at_any_pace)
{
    for (unsigned bytes = 1; bytes < 700; bytes = bytes * 3 + 1) {
        char buf[64];
        struct xs_call call = call_of(XS_READ, "domid", 6, buf, sizeof(buf));
        const struct xsd_sockmsg *header = (const void *)heard;

        setup(bytes);
        send(&call);
        say(XS_READ, call.req_id, "42", 2);
        CHECK_EQ(stream_wait(&call, 0), 0);
        CHECK_EQ(call.result, 2);
        CHECK_STR(buf, "42");
        while (daemon_turn())
            ;
        CHECK_EQ(heard_bytes, 22);
        CHECK_EQ(header->type, XS_READ);
        CHECK_EQ(header->len, 6);
        CHECK_STR(heard + 16, "domid");
    }
}

TEST(messages_longer_than_the_ring_pass)
{
    static char body[4096], buf[4097];
    struct xs_call call = call_of(XS_WRITE, body, sizeof(body), buf, 0);
    struct xs_call read = call_of(XS_READ, "x", 2, buf, sizeof(buf));

    for (unsigned i = 0; i < sizeof(body); i++)
        body[i] = (char)('a' + i % 23);
    setup(200);
    send(&call);
    while (daemon_turn())
        ;
    CHECK_EQ(heard_bytes, 16 + sizeof(body));
    CHECK(!memcmp(heard + 16, body, sizeof(body)));
    say(XS_WRITE, call.req_id, "OK", 3);
    send(&read);
    say(XS_READ, read.req_id, body, sizeof(body));
    CHECK_EQ(stream_wait(&read, 0), 0);
    CHECK_EQ(read.result, sizeof(body));
    CHECK(!memcmp(buf, body, sizeof(body)));
    CHECK(call.done);
    CHECK_EQ(call.result, 0);
}

TEST(answers_in_any_order_find_their_requests)
{
    char bufs[3][8];
    struct xs_call calls[3];

    setup(5);
    for (int i = 0; i < 3; i++) {
        calls[i] = call_of(XS_READ, "x", 2, bufs[i], sizeof(bufs[i]));
        send(&calls[i]);
    }
    say(XS_READ, calls[2].req_id, "two", 3);
    say(XS_WATCH_EVENT, 0, "p\0t", 4);
    say(XS_READ, calls[0].req_id, "zero", 4);
    say(XS_ERROR, calls[1].req_id, "ENOENT", 7);
    for (int i = 0; i < 3; i++)
        stream_wait(&calls[i], 0);
    CHECK_STR(bufs[0], "zero");
    CHECK_STR(bufs[2], "two");
    CHECK_EQ(calls[1].result, -XEN_ENOENT);
    CHECK_EQ(events, 1);
    CHECK_EQ(event->bytes, 4);
    CHECK(!memcmp(event->body, "p\0t", 4));
}

TEST(answer_that_does_not_fit_is_cut_off)
{
    char *buf = malloc(4); /* so that one byte too many is seen */
    struct xs_call call = call_of(XS_READ, "x", 2, buf, 4);

    setup(7);
    send(&call);
    say(XS_READ, call.req_id, "1234567890", 10);
    stream_wait(&call, 0);
    CHECK_EQ(call.result, -XEN_E2BIG);
    call = call_of(XS_READ, "x", 2, buf, 4);
    send(&call);
    say(XS_READ, call.req_id, "123", 3);
    stream_wait(&call, 0);
    CHECK_EQ(call.result, 3);
    CHECK_STR(buf, "123");
    free(buf);
}

TEST(answer_of_another_type_or_with_an_unknown_error_is_eio)
{
    char buf[8];
    struct xs_call call = call_of(XS_READ, "x", 2, buf, sizeof(buf));

    setup(100);
    send(&call);
    say(XS_DIRECTORY, call.req_id, "abc", 4);
    stream_wait(&call, 0);
    CHECK_EQ(call.result, -XEN_EIO);
    call = call_of(XS_READ, "x", 2, buf, sizeof(buf));
    send(&call);
    say(XS_ERROR, call.req_id, "ENONSENSE_THAT_IS_LONG_INDEED", 30);
    stream_wait(&call, 0);
    CHECK_EQ(call.result, -XEN_EIO);
}

TEST(late_answer_does_not_reach_a_caller_that_gave_up)
{
    char *buf = malloc(64), buf2[8];
    struct xs_call late = call_of(XS_READ, "x", 2, buf, 64);
    struct xs_call next = call_of(XS_READ, "y", 2, buf2, sizeof(buf2));
    uint32_t id;

    setup(20);
    send(&late);
    id = late.req_id;
    while (daemon_turn())
        ;
    say(XS_READ, id, "a long answer to nobody", 23);
    daemon_turn(); /* the header and a part of the body arrive in time */
    stream_drain();
    pace = 0;
    CHECK_EQ(stream_wait(&late, 0), -XEN_ETIME);
    CHECK_EQ(late.result, -XEN_ETIME);
    free(buf);
    pace = 20;
    send(&next);
    say(XS_READ, id, "again", 5);
    say(XS_READ, next.req_id, "ok", 2);
    CHECK_EQ(stream_wait(&next, 0), 0);
    CHECK_STR(buf2, "ok");
}

/* As restored: the page is empty, the daemon another one. */
static void restore(void)
{
    memset(&page, 0, sizeof(page));
    heard_bytes = saying_bytes = 0;
    stream_renew();
}

TEST(restore_loses_calls_that_wait_and_half_an_answer)
{
    char buf[64], buf2[64];
    struct xs_call half = call_of(XS_READ, "x", 2, buf, sizeof(buf));
    struct xs_call open = call_of(XS_READ, "y", 2, buf2, sizeof(buf2));
    struct xs_call next = call_of(XS_READ, "z", 2, buf, sizeof(buf));

    setup(20);
    send(&half);
    send(&open);
    while (daemon_turn())
        ;
    say(XS_READ, half.req_id, "an answer that comes in part", 28);
    daemon_turn();
    stream_drain();
    restore();
    CHECK(half.lost && half.done && open.lost && open.done);
    CHECK_EQ(half.result, -XEN_EAGAIN);
    send(&next);
    say(XS_READ, next.req_id, "whole", 5);
    CHECK_EQ(stream_wait(&next, 0), 0);
    CHECK(!next.lost);
    CHECK_STR(buf, "whole");
}

TEST(restore_ends_transactions_that_were_open)
{
    const struct xsd_sockmsg *header = (const void *)heard;
    struct xs_call call = call_of(XS_READ, "x", 2, NULL, 0);

    setup(100);
    call.txn = stream_txn_base() + 5;
    CHECK_EQ(stream_send(&call, 0), 0);
    restore();
    CHECK(call.lost);
    CHECK_EQ(stream_send(&call, 0), -XEN_EAGAIN);
    call = call_of(XS_READ, "x", 2, NULL, 0);
    call.txn = stream_txn_base() + 5;
    send(&call);
    while (daemon_turn())
        ;
    CHECK_EQ(header->tx_id, 5);
    say(XS_READ, call.req_id, "", 0);
    CHECK_EQ(stream_wait(&call, 0), 0);
}

TEST(full_ring_of_a_silent_daemon_costs_the_request_only)
{
    static char body[600];
    char buf[8];
    struct xs_call first = call_of(XS_WRITE, body, sizeof(body), NULL, 0);
    struct xs_call second = call_of(XS_WRITE, body, sizeof(body), NULL, 0);
    struct xs_call read = call_of(XS_READ, "x", 2, buf, sizeof(buf));

    setup(0);
    send(&first);
    CHECK_EQ(stream_send(&second, 0), -XEN_ETIME);
    pace = 1000;
    while (daemon_turn())
        ;
    CHECK_EQ(heard_bytes, 16 + sizeof(body));
    say(XS_WRITE, first.req_id, "OK", 3);
    stream_wait(&first, 0);
    CHECK_EQ(first.result, 0);
    send(&read);
    say(XS_READ, read.req_id, "fine", 4);
    CHECK_EQ(stream_wait(&read, 0), 0);
}

TEST(daemon_that_waits_for_room_is_told_of_it)
{
    static char body[XENSTORE_RING_SIZE - 16];

    setup(XENSTORE_RING_SIZE);
    memset(body, 'p', sizeof(body));
    body[100] = body[sizeof(body) - 1] = '\0';
    say(XS_WATCH_EVENT, 0, body, sizeof(body));
    daemon_turn();
    notified = 0;
    stream_drain();
    CHECK(notified >= 1);
    CHECK_EQ(event->bytes, sizeof(body));
    say(XS_WATCH_EVENT, 0, "p\0t", 4);
    daemon_turn();
    notified = 0;
    stream_drain();
    CHECK_EQ(notified, 0);
}

TEST(events_are_counted_in_order)
{
    uint32_t before = stream_event_seq();

    setup(1000);
    for (int i = 0; i < 5; i++)
        say(XS_WATCH_EVENT, 0, "p\0t", 4);
    daemon_turn();
    stream_drain();
    CHECK_EQ(stream_event_seq() - before, 5);
    CHECK_EQ(event->seq, stream_event_seq());
}

/* The last one: after it the connection is given up. */
TEST(impossible_lengths_and_indices_fail_all_requests)
{
    char buf[8];
    struct xs_call call = call_of(XS_READ, "x", 2, buf, sizeof(buf));
    struct xsd_sockmsg mad = {XS_READ, 0, 0, XENSTORE_PAYLOAD_MAX + 1};

    setup(1000);
    send(&call);
    mad.req_id = call.req_id;
    memcpy(saying, &mad, sizeof(mad));
    saying_bytes = sizeof(mad);
    CHECK_EQ(stream_wait(&call, 0), 0);
    CHECK_EQ(call.result, -XEN_EIO);
    page.rsp_prod += 0x70000000;
    stream_drain();
    CHECK_EQ(stream_send(&call, 0), -XEN_EIO);
    heap_free(event);
    event = NULL;
}
