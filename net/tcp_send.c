/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sending half of stream sockets: what is sent is copied into lwIP's queue,
 * as far as that has room. Under the network lock.
 */
#include "private.h"

#include <pith/errno.h>

#include <lwip/priv/tcp_priv.h>

/* Room below which a stream does not call itself writable: a writer that is
 * woken for every segment would cost more than it sends. */
#define SEND_LOW_BYTES (TCP_SND_BUF / 4)
bool sock_tcp_can_send(const struct tcp_half *tcp)
{
    return tcp->pcb && tcp_sndbuf(tcp->pcb) >= SEND_LOW_BYTES &&
           tcp_sndqueuelen(tcp->pcb) < TCP_SND_QUEUELEN / 2;
}

/* lwIP: the peer took some of what was sent. */
err_t sock_tcp_sent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
    struct sock *s = arg;

    if (sock_tcp_can_send(&s->tcp))
        waitq_wake_all(&s->waitq);
    return ERR_OK;
}

/* Gives lwIP what it takes at once: the bytes, 0 to wait, or an error. */
static long write_some(struct tcp_pcb *pcb, const char *buf, size_t size)
{
    size_t part = MIN(size, MIN(tcp_sndbuf(pcb), UINT16_MAX));
    err_t err = ERR_MEM;

    if (!part || tcp_sndqueuelen(pcb) >= TCP_SND_QUEUELEN)
        return 0;
    while (part) {
        err = tcp_write(pcb, buf, part,
                        TCP_WRITE_FLAG_COPY |
                            (part < size ? TCP_WRITE_FLAG_MORE : 0));
        if (err != ERR_MEM)
            break;
        part = part > TCP_MSS ? part / 2 : 0; /* memory is short */
    }
    if (err == ERR_OK)
        return part;
    /* With data under way its acknowledgements free memory. */
    if (err == ERR_MEM && tcp_sndqueuelen(pcb))
        return 0;
    return sock_error_of(err);
}

/* 0 if s can be written to, maybe after a wait. */
static int sendable(struct sock *s, uint64_t deadline_ns)
{
    int rc = 0;

    while (!rc && s->tcp.state == TCP_CONNECTING)
        rc = sock_block(s, deadline_ns);
    if (!rc)
        rc = sock_take_error(s);
    if (rc)
        return rc;
    if (s->tcp.state == TCP_IDLE || s->tcp.state == TCP_LISTENING)
        return -XEN_ENOTCONN;
    return s->tcp.pcb && !(s->shut & SOCK_SHUT_WRITE) ? 0 : -XEN_EPIPE;
}

long sock_tcp_send(struct sock *s, const void *buf, size_t size,
                   const struct sock_addr *to, uint64_t deadline_ns)
{
    size_t done = 0;
    long rc;

    net_tcp_settle();
    for (;;) {
        rc = sendable(s, deadline_ns);
        if (rc || done == size)
            break;
        rc = write_some(s->tcp.pcb, (const char *)buf + done, size - done);
        if (rc < 0)
            break;
        done += rc;
        if (rc && done < size)
            continue;
        tcp_output(s->tcp.pcb);
        net_tick_touch(NET_TICK_TCP);
        if (done == size)
            break;
        rc = sock_block(s, deadline_ns);
        if (rc)
            break;
    }
    return done ? (long)done : MIN(rc, 0);
}
