/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stream sockets over lwIP's raw TCP: how they begin and end. The control block
 * is lwIP's; its callbacks say when it is gone. Under the network lock.
 */
#include "private.h"

#include <pith/clock.h>
#include <pith/errno.h>

#include <lwip/ip.h>
#include <lwip/priv/tcp_priv.h>

void sock_tcp_detach(struct sock *s)
{
    struct tcp_pcb *pcb = s->tcp.pcb;

    s->tcp.pcb = NULL;
    if (!pcb)
        return;
    s->class->name(s);
    tcp_arg(pcb, NULL);
    if (pcb->state == LISTEN)
        return;
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_poll(pcb, NULL, 0);
    tcp_err(pcb, NULL);
}

/* lwIP has freed the control block. */
static void on_error(void *arg, err_t err)
{
    struct sock *s = arg;
    struct tcp_half *tcp = &s->tcp;

    tcp->pcb = NULL;
    if (err == ERR_ABRT) /* its retries are used up */
        s->error = XEN_ETIMEDOUT;
    else if (err == ERR_RST && tcp->state == TCP_CONNECTING)
        s->error = XEN_ECONNREFUSED;
    else if (err != ERR_CLSD) /* closed in good order */
        s->error = -sock_error_of(err);
    tcp->eof = true;
    tcp->state = TCP_ENDED;
    waitq_wake_all(&s->waitq);
    if (tcp->listener) { /* nobody has seen it yet, nobody will */
        list_remove(&tcp->accept_link);
        s->class->close(s);
        sock_destroy(s);
    }
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t err)
{
    struct sock *s = arg;

    s->tcp.state = TCP_CONNECTED;
    s->class->name(s);
    waitq_wake_all(&s->waitq);
    return ERR_OK;
}

void sock_tcp_attach(struct sock *s, struct tcp_pcb *pcb)
{
    s->tcp.pcb = pcb;
    tcp_arg(pcb, s);
    tcp_recv(pcb, sock_tcp_received);
    tcp_sent(pcb, sock_tcp_sent);
    tcp_err(pcb, on_error);
    if (s->nodelay)
        tcp_nagle_disable(pcb);
}

static int stream_create(struct sock *s)
{
    struct tcp_pcb *pcb = tcp_new();

    if (!pcb)
        return -XEN_ENOMEM;
    sock_tcp_attach(s, pcb);
    return 0;
}

/* lwIP, twice a second while a close lingers. */
static err_t on_poll(void *arg, struct tcp_pcb *pcb)
{
    waitq_wake_all(&((struct sock *)arg)->waitq);
    return ERR_OK;
}

/* Waits until the peer has taken all, the end included: at most linger_s. */
static void linger(struct sock *s)
{
    struct tcp_half *tcp = &s->tcp;
    uint64_t deadline_ns = clock_monotonic_ns() +
                           (uint64_t)s->linger_s * NS_PER_SEC;

    if (tcp->state != TCP_CONNECTED)
        return;
    if (!(s->shut & SOCK_SHUT_WRITE))
        tcp_shutdown(tcp->pcb, 0, 1);
    tcp_poll(tcp->pcb, on_poll, 1);
    while (tcp->pcb && (tcp->pcb->unsent || tcp->pcb->unacked))
        if (sock_block(s, deadline_ns))
            break;
}

static void close_accepted(struct sock *s)
{
    struct list *link;

    while ((link = list_pop_front(&s->tcp.accepted))) {
        struct sock *nobody = list_entry(link, struct sock, tcp.accept_link);

        nobody->tcp.listener = NULL;
        nobody->linger_s = 0;
        nobody->class->close(nobody);
        sock_destroy(nobody);
    }
}

static void stream_close(struct sock *s)
{
    struct tcp_half *tcp = &s->tcp;
    bool unread = tcp->bytes > 0;
    struct tcp_pcb *pcb;

    net_tcp_settle();
    if (tcp->state == TCP_LISTENING)
        close_accepted(s);
    while (tcp->first)
        sock_tcp_drop_first(tcp);
    if (tcp->pcb && s->linger_s > 0 && !unread)
        linger(s);
    pcb = tcp->pcb;
    if (!pcb)
        return;
    sock_tcp_detach(s);
    if (s->linger_s == 0 && tcp->state == TCP_CONNECTED)
        tcp_abort(pcb);
    else
        tcp_close(pcb);
    net_tick_touch(NET_TICK_TCP);
}

static int stream_bind(struct sock *s, const struct sock_addr *addr)
{
    ip_addr_t ip = sock_ip(addr);

    if (s->tcp.state != TCP_IDLE || !s->tcp.pcb || s->tcp.pcb->local_port)
        return -XEN_EINVAL;
    return sock_error_of(tcp_bind(s->tcp.pcb, &ip, lwip_ntohs(addr->port)));
}

static int connect_start(struct sock *s, const struct sock_addr *addr)
{
    ip_addr_t ip = sock_ip(addr);
    err_t err;

    /* As everywhere: no address means this host. */
    if (ip_addr_isany_val(ip))
        IP_ADDR4(&ip, 127, 0, 0, 1);
    if (!s->tcp.pcb && stream_create(s))
        return -XEN_ENOMEM;
    net_tcp_settle();
    err = tcp_connect(s->tcp.pcb, &ip, lwip_ntohs(addr->port), on_connected);
    if (err != ERR_OK)
        return sock_error_of(err);
    s->tcp.state = TCP_CONNECTING;
    s->tcp.eof = false;
    s->shut = 0;
    s->error = 0;
    return 0;
}

static int stream_connect(struct sock *s, const struct sock_addr *addr,
                          uint64_t deadline_ns)
{
    int rc = 0;

    switch (s->tcp.state) {
    case TCP_CONNECTING: /* after a call that was interrupted, say */
        if (!deadline_ns)
            return -XEN_EALREADY;
        break;
    case TCP_CONNECTED:
        return -XEN_EISCONN;
    case TCP_LISTENING:
        return -XEN_EINVAL;
    default:
        rc = connect_start(s, addr);
        break;
    }
    while (!rc && s->tcp.state == TCP_CONNECTING)
        rc = sock_block(s, deadline_ns);
    if (rc)
        return rc == -XEN_EAGAIN ? -XEN_EINPROGRESS : rc;
    return sock_take_error(s);
}

static int stream_shutdown(struct sock *s, unsigned how)
{
    bool first = !(s->shut & SOCK_SHUT_WRITE);

    if (s->tcp.state != TCP_CONNECTED || !s->tcp.pcb)
        return -XEN_ENOTCONN;
    s->shut |= how;
    if (!(how & SOCK_SHUT_WRITE) || !first)
        return 0;
    net_tcp_settle();
    net_tick_touch(NET_TICK_TCP);
    return sock_error_of(tcp_shutdown(s->tcp.pcb, 0, 1));
}

static void stream_name(struct sock *s)
{
    const struct tcp_pcb *pcb = s->tcp.pcb;

    if (!pcb)
        return;
    s->local =
        (struct sock_addr){pcb->local_ip.addr, lwip_htons(pcb->local_port)};
    if (pcb->state != LISTEN && s->tcp.state == TCP_CONNECTED)
        s->peer = (struct sock_addr){pcb->remote_ip.addr,
                                     lwip_htons(pcb->remote_port)};
}

static size_t stream_readable_bytes(struct sock *s)
{
    return s->tcp.bytes;
}

static unsigned stream_ready(struct sock *s)
{
    const struct tcp_half *tcp = &s->tcp;
    bool ended = tcp->state == TCP_ENDED || tcp->state == TCP_IDLE;
    unsigned ready = 0;

    if (tcp->state == TCP_LISTENING)
        return list_empty(&tcp->accepted) ? 0 : SOCK_READABLE;
    if (tcp->bytes || tcp->eof || (s->shut & SOCK_SHUT_READ) || s->error)
        ready |= SOCK_READABLE;
    if (tcp->eof || (s->shut & SOCK_SHUT_READ))
        ready |= SOCK_READ_END;
    if (ended || (s->shut & SOCK_SHUT_WRITE) ||
        (tcp->state == TCP_CONNECTED && sock_tcp_can_send(tcp)))
        ready |= SOCK_WRITABLE;
    if (ended || (tcp->eof && (s->shut & SOCK_SHUT_WRITE)))
        ready |= SOCK_HANGUP;
    if (s->error)
        ready |= SOCK_FAILED;
    return ready;
}

const struct sock_class sock_class_tcp = {
    .type = SOCK_TYPE_STREAM,
    .create = stream_create,
    .close = stream_close,
    .bind = stream_bind,
    .connect = stream_connect,
    .send = sock_tcp_send,
    .recv = sock_tcp_recv,
    .shutdown = stream_shutdown,
    .name = stream_name,
    .set_option = sock_tcp_set_option,
    .get_option = sock_tcp_get_option,
    .readable_bytes = stream_readable_bytes,
    .ready = stream_ready,
};
