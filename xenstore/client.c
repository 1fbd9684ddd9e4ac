/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests: filling them in, sending several at once, waiting for all answers.
 * Owns the right to send, one thread at a time, so that messages are not
 * mixed on the ring.
 */

#include "private.h"

#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/lifecycle.h>
#include <pith/log.h>
#include <pith/mutex.h>
#include <pith/room.h>
#include <pith/string.h>

#define ANSWER_DEADLINE_NS (10 * NS_PER_SEC)

/* Held while messages are put on the ring; taken before the locks of receive.c
 * and watch.c. */
static struct mutex sending = MUTEX_INIT(sending);

int call_add(struct xs_call *call, const void *base, size_t bytes)
{
    size_t total = bytes;

    for (unsigned i = 0; i < call->piece_count; i++)
        total += call->body[i].bytes;
    if (bytes > XENSTORE_PAYLOAD_MAX || total > XENSTORE_PAYLOAD_MAX)
        return -XEN_E2BIG;
    call->body[call->piece_count++] =
        (struct wire_piece){base, (uint32_t)bytes};
    return 0;
}

int call_init(struct xs_call *call, uint32_t type, uint32_t txn,
              const char *dir, const char *node)
{
    int rc = dir ? wire_path_length(dir, node) : 0;

    memset(call, 0, sizeof(*call));
    list_init(&call->link);
    call->type = type;
    call->txn = txn;
    call->dir = dir;
    call->node = node;
    if (rc < 0)
        return rc;
    if (dir)
        call->piece_count = wire_path_pieces(dir, node, call->body);
    return 0;
}

static void report_silence(const struct xs_call *call)
{
    log_error("xenstore: no answer in %u s about %s%s%s",
              (unsigned)(ANSWER_DEADLINE_NS / NS_PER_SEC),
              call->dir ? call->dir : "a transaction", call->node ? "/" : "",
              call->node ? call->node : "");
}

/* Returns how many were sent; *out is why it were not all. */
static unsigned send_all(struct xs_call *calls, unsigned count,
                         uint64_t deadline_ns, int *out)
{
    unsigned sent;

    *out = 0;
    mutex_lock(&sending);
    for (sent = 0; sent < count; sent++) {
        *out = stream_send(&calls[sent], deadline_ns);
        if (*out)
            break;
    }
    stream_flush();
    mutex_unlock(&sending);
    return sent;
}

/* Answers that a restore has taken away: what was asked is asked again, of the
 * new daemon; but a transaction, which it does not know, has failed. */
static void ask_again(struct xs_call *call)
{
    uint64_t deadline_ns = clock_monotonic_ns() + ANSWER_DEADLINE_NS;
    int rc;

    call->lost = call->done = false;
    if (call->txn)
        return;
    if (send_all(call, 1, deadline_ns, &rc))
        stream_wait(call, deadline_ns);
    else
        call->result = rc;
}

int client_run(struct xs_call *calls, unsigned count)
{
    uint64_t deadline_ns;
    unsigned sent;
    int unsent_rc, rc = 0;

    if (!stream_is_open()) {
        for (unsigned i = 0; i < count; i++)
            calls[i].result = -XEN_ENODEV;
        return -XEN_ENODEV;
    }
    deadline_ns = clock_monotonic_ns() + ANSWER_DEADLINE_NS;
    sent = send_all(calls, count, deadline_ns, &unsent_rc);
    for (unsigned i = 0; i < count; i++) {
        if (i >= sent)
            calls[i].result = unsent_rc;
        else
            stream_wait(&calls[i], deadline_ns);
        while (calls[i].lost)
            ask_again(&calls[i]);
        if (calls[i].result >= 0 || rc)
            continue;
        rc = (int)calls[i].result;
        if (rc == -XEN_ETIME)
            report_silence(&calls[i]);
    }
    return rc;
}

static void come_to_rest(void)
{
    mutex_lock(&sending);
}

static void go_on(bool renewed)
{
    mutex_unlock(&sending);
    if (!renewed)
        return;
    waitq_wake_all(stream_waitq());
    watch_renew();
}

SUSPEND_HOOK("070", xenstore, come_to_rest, stream_renew, go_on);

static int xenstore_init(void)
{
    int rc = stream_init();

    if (rc == -XEN_ENODEV) {
        log_info("xenstore: this domain has none");
        return 0;
    }
    return rc ? rc : watch_init();
}

ROOM("070", xenstore, xenstore_init, false);
