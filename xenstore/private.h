/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of xenstore/ share with each other. */
#ifndef PITH_XENSTORE_PRIVATE_H
#define PITH_XENSTORE_PRIVATE_H

#include "wire.h"

#include <pith/evtchn.h>
#include <pith/list.h>
#include <pith/waitq.h>
#include <pith/xenstore.h>

/* One request and where its answer goes. Lives on the caller's stack. */
struct xs_call {
    struct list link; /* on the list of awaited answers */
    uint32_t req_id;
    uint32_t type; /* XS_READ and so on */
    uint32_t txn;
    struct wire_piece body[WIRE_PATH_PIECES + 1];
    unsigned piece_count;
    const char *dir, *node; /* what it is about, for the log */
    char *buf; /* the answer's body and a NUL; may be NULL with size 0 */
    size_t size;
    long result;       /* length of the answer, or -XEN_E* */
    uint32_t txn_base; /* stream_txn_base() when the answer came */
    bool lost;         /* no answer can come: it went to another daemon */
    bool done;
};

/* A watch event between the ring and the thread xenwatch. */
struct xs_event {
    struct list link;
    uint32_t seq; /* the count of events received up to this one */
    uint32_t bytes;
    char body[];
};

/* client.c. Sends all calls in order and waits for all answers; each call's
 * result is set. Returns 0 or the first error. Thread context. */
int client_run(struct xs_call *calls, unsigned count);

/* Fills in a request about dir/node (dir NULL: without a path). 0, or
 * -XEN_EINVAL or -XEN_E2BIG for a bad path. What the pointers lead to is
 * borrowed until the call is done. */
int call_init(struct xs_call *call, uint32_t type, uint32_t txn,
              const char *dir, const char *node);
/* Appends bytes to the request. -XEN_E2BIG: longer than the protocol allows. */
int call_add(struct xs_call *call, const void *base, size_t bytes);

/* stream.c: the ring page, and messages out. */
int stream_init(void); /* -XEN_ENODEV: this domain has no xenstore */
bool stream_is_open(void);
/* Woken at each event from the daemon. */
struct waitq *stream_waitq(void);
/* The next two: one sender at a time. Puts call on the ring and on the list
 * of awaited answers. -XEN_ETIME, -XEN_EIO. */
int stream_send(struct xs_call *call, uint64_t deadline_ns);
/* Tells the daemon about what was sent. */
void stream_flush(void);
/* In a restored domain, nothing else runs and nobody is sending: another
 * daemon, which knows nothing of us. Calls that wait for an answer are lost. */
void stream_renew(void);
/* The daemon's transaction numbers plus this are those that callers see: after
 * a restore the old ones are told from the new ones, and get -XEN_EAGAIN. */
uint32_t stream_txn_base(void);
#define STREAM_TXN_MAX 0xffffffu /* of a daemon's numbers */

/* receive.c: messages in. Thread context. */
void stream_receive_init(struct xenstore_domain_interface *page,
                         evtchn_port_t port);
/* As stream_renew. */
void stream_receive_renew(struct xenstore_domain_interface *page,
                          evtchn_port_t port);
/* Takes off the ring whatever is there and completes calls. */
void stream_drain(void);
/* Makes call one that an answer is awaited for; before it is sent. */
void stream_expect(struct xs_call *call);
/* Blocks until call is done; after -XEN_ETIME a late answer is dropped. */
int stream_wait(struct xs_call *call, uint64_t deadline_ns);
/* How many watch events were received so far. A read that is sent now sees
 * everything that events up to this count told of. */
uint32_t stream_event_seq(void);
/* The framing is lost, in either direction: logs why, fails all calls. */
void stream_give_up(const char *why, uint32_t value);
bool stream_is_broken(void);

/* watch.c: the thread xenwatch. */
int watch_init(void);
/* From stream_drain: takes event; NULL: one was lost for want of memory. */
void watch_event_arrived(struct xs_event *event);
/* Gives watch its path and token and makes it known. 0 or -XEN_E2BIG. */
int watch_add(struct xs_watch *watch, const char *dir, const char *node);
/* Makes watch unknown; its callback does not run after this returns. */
void watch_drop(struct xs_watch *watch);
/* In a restored domain: makes all watches known to the daemon. */
void watch_renew(void);
/* Forgets watch, of which the daemon of a restored domain knows nothing.
 * Nothing else runs. */
void watch_forget(struct xs_watch *watch);
/* Fills in the request (XS_WATCH or XS_UNWATCH) about watch. */
void watch_call_init(struct xs_call *call, uint32_t type,
                     const struct xs_watch *watch);
/* In a callback: the count of the event that it runs for. */
uint32_t watch_event_seq(void);

#endif
