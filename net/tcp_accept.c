/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The listening side of stream sockets. A connection becomes a socket when its
 * handshake ends and waits with its listener until somebody accepts it; until
 * then it counts against the backlog.
 */
#include "private.h"

#include <pith/errno.h>

#include <lwip/tcp.h>

#define BACKLOG_MAX 255 /* lwIP counts in a byte */

/* lwIP: a handshake ended, or no memory for one (err). */
static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct sock *listener = arg;
    struct sock *s;

    if (err != ERR_OK || !pcb)
        return ERR_VAL;
    s = sock_make(&sock_class_tcp);
    if (!s)
        return ERR_MEM; /* lwIP aborts the connection */
    s->nodelay = listener->nodelay;
    s->linger_s = listener->linger_s;
    s->tcp.listener = listener;
    s->tcp.state = TCP_CONNECTED;
    sock_tcp_attach(s, pcb);
    s->class->name(s);
    tcp_backlog_delayed(pcb);
    list_push_back(&listener->tcp.accepted, &s->tcp.accept_link);
    waitq_wake_all(&listener->waitq);
    return ERR_OK;
}

static int bind_any(struct sock *s)
{
    return s->tcp.pcb->local_port
               ? 0
               : sock_error_of(tcp_bind(s->tcp.pcb, IP4_ADDR_ANY, 0));
}

int sock_tcp_listen(struct sock *s, int backlog)
{
    u8_t pending = backlog < 1 ? 1 : MIN(backlog, BACKLOG_MAX);
    struct tcp_pcb *listening;
    err_t err;
    int rc;

    if (s->tcp.state == TCP_LISTENING) {
        tcp_backlog_set(s->tcp.pcb, pending);
        return 0;
    }
    if (s->tcp.state != TCP_IDLE || !s->tcp.pcb)
        return -XEN_EINVAL;
    rc = bind_any(s);
    if (rc)
        return rc;
    s->class->name(s);
    /* On success the old control block is gone. */
    listening = tcp_listen_with_backlog_and_err(s->tcp.pcb, pending, &err);
    if (!listening)
        return sock_error_of(err);
    s->tcp.pcb = listening;
    s->tcp.state = TCP_LISTENING;
    list_init(&s->tcp.accepted);
    tcp_arg(listening, s);
    tcp_accept(listening, on_accept);
    return 0;
}

int sock_tcp_accept(struct sock *s, uint64_t deadline_ns, struct sock **out)
{
    struct list *link;
    struct sock *taken;

    if (s->tcp.state != TCP_LISTENING)
        return -XEN_EINVAL;
    while (!(link = list_pop_front(&s->tcp.accepted))) {
        int rc = sock_block(s, deadline_ns);

        if (rc)
            return rc;
    }
    taken = list_entry(link, struct sock, tcp.accept_link);
    taken->tcp.listener = NULL;
    if (taken->tcp.pcb)
        tcp_backlog_accepted(taken->tcp.pcb);
    *out = taken;
    return 0;
}
