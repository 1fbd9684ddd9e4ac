/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The receiving half of stream sockets: what arrives waits in its pbufs, and
 * the window opens again as the program reads. Under the network lock.
 */
#include "private.h"

#include <pith/errno.h>
#include <pith/string.h>

#include <lwip/priv/tcp_priv.h>

/* Buffers held for one socket: a peer that sends single bytes would otherwise
 * fill memory long before it fills its window. */
#define RECV_PBUFS_MAX 256

static void queue_push(struct tcp_half *tcp, struct pbuf *p)
{
    tcp->bytes += p->tot_len;
    if (tcp->last)
        tcp->last->next = p;
    else
        tcp->first = p;
    for (;; p = p->next) {
        tcp->pbufs++;
        tcp->last = p;
        if (!p->next)
            break;
    }
}

void sock_tcp_drop_first(struct tcp_half *tcp)
{
    struct pbuf *p = tcp->first;

    tcp->first = p->next;
    if (!tcp->first)
        tcp->last = NULL;
    tcp->pbufs--;
    p->next = NULL;
    pbuf_free(p);
}

/* Copies out at most size bytes, and removes them unless peek. */
static size_t queue_read(struct tcp_half *tcp, char *buf, size_t size,
                         bool peek)
{
    struct pbuf *p = tcp->first;
    size_t done = 0;

    while (done < size && p) {
        struct pbuf *next = p->next;
        size_t part = MIN(size - done, p->len);

        memcpy(buf + done, p->payload, part);
        done += part;
        if (!peek) {
            tcp->bytes -= part;
            if (part == p->len)
                sock_tcp_drop_first(tcp);
            else
                pbuf_remove_header(p, part);
        }
        p = next;
    }
    return done;
}

/* lwIP may send more once the program has read. */
static void window_open(struct tcp_pcb *pcb, size_t bytes)
{
    for (; bytes; bytes -= MIN(bytes, UINT16_MAX))
        tcp_recved(pcb, MIN(bytes, UINT16_MAX));
    if (pcb->refused_data)
        tcp_process_refused_data(pcb);
}

/* lwIP: data, or the end of it (p NULL). */
err_t sock_tcp_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p,
                        err_t err)
{
    struct sock *s = arg;
    struct tcp_half *tcp = &s->tcp;

    if (!p) {
        tcp->eof = true;
        /* Both directions are closed: lwIP frees it without telling us. */
        if (pcb->state == CLOSING || pcb->state == TIME_WAIT) {
            sock_tcp_detach(s);
            tcp->state = TCP_ENDED;
        }
    } else if (s->shut & SOCK_SHUT_READ) {
        tcp_recved(pcb, p->tot_len);
        pbuf_free(p);
    } else {
        if (tcp->pbufs >= RECV_PBUFS_MAX)
            return ERR_MEM; /* lwIP keeps it; window_open asks again */
        queue_push(tcp, p);
    }
    waitq_wake_all(&s->waitq);
    return ERR_OK;
}

/* 0 if there is data, 1 at the end of the stream, or an error. */
static int receivable(struct sock *s, uint64_t deadline_ns)
{
    while (!s->tcp.bytes) {
        int rc = sock_take_error(s);

        if (rc)
            return rc;
        if (s->tcp.eof || (s->shut & SOCK_SHUT_READ))
            return 1;
        if (s->tcp.state == TCP_IDLE || s->tcp.state == TCP_LISTENING)
            return -XEN_ENOTCONN;
        rc = sock_block(s, deadline_ns);
        if (rc)
            return rc;
    }
    return 0;
}

long sock_tcp_recv(struct sock *s, void *buf, size_t size, unsigned how,
                   struct sock_addr *from, uint64_t deadline_ns)
{
    int rc = receivable(s, deadline_ns);
    size_t done;

    if (rc)
        return rc < 0 ? rc : 0;
    done = queue_read(&s->tcp, buf, size, how & SOCK_RECV_PEEK);
    if (!(how & SOCK_RECV_PEEK) && s->tcp.pcb)
        window_open(s->tcp.pcb, done);
    if (from)
        *from = s->peer;
    return done;
}
