/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Datagram sockets over lwIP's raw UDP. Received datagrams wait in a ring that
 * is bounded in number and bytes; what does not fit is dropped, as UDP may.
 */
#include "private.h"

#include <pith/errno.h>
#include <pith/heap.h>

#include <lwip/ip.h>
#include <lwip/udp.h>

#define RING_FIRST 16u
#define RING_MAX 1024u
#define RECV_BYTES_DEFAULT (128u << 10)
static bool ring_grow(struct udp_half *udp)
{
    unsigned capacity = udp->capacity ? udp->capacity * 2 : RING_FIRST;
    struct datagram *ring;

    if (capacity > RING_MAX)
        return false;
    ring = heap_alloc(capacity * sizeof(*ring));
    if (!ring)
        return false;
    for (unsigned i = 0; i < udp->count; i++)
        ring[i] = udp->ring[(udp->head + i) & (udp->capacity - 1)];
    heap_free(udp->ring);
    udp->ring = ring;
    udp->capacity = capacity;
    udp->head = 0;
    return true;
}

/* lwIP: a datagram for us; p becomes ours. */
static void on_recv(void *arg, struct udp_pcb *pcb, struct pbuf *p,
                    const ip_addr_t *addr, u16_t port)
{
    struct sock *s = arg;
    struct udp_half *udp = &s->udp;

    if ((s->shut & SOCK_SHUT_READ) ||
        udp->bytes + p->tot_len > udp->limit_bytes ||
        (udp->count == udp->capacity && !ring_grow(udp))) {
        pbuf_free(p);
        return;
    }
    udp->ring[(udp->head + udp->count++) & (udp->capacity - 1)] =
        (struct datagram){p, {addr->addr, lwip_htons(port)}};
    udp->bytes += p->tot_len;
    waitq_wake_all(&s->waitq); /* each is an edge for who watches */
}

static void drop_first(struct udp_half *udp)
{
    struct pbuf *p = udp->ring[udp->head].p;

    udp->head = (udp->head + 1) & (udp->capacity - 1);
    udp->count--;
    udp->bytes -= p->tot_len;
    pbuf_free(p);
}

static int udp_create(struct sock *s)
{
    s->udp.limit_bytes = RECV_BYTES_DEFAULT;
    s->udp.pcb = udp_new();
    if (!s->udp.pcb)
        return -XEN_ENOMEM;
    udp_recv(s->udp.pcb, on_recv, s);
    return 0;
}

static void udp_close(struct sock *s)
{
    while (s->udp.count)
        drop_first(&s->udp);
    heap_free(s->udp.ring);
    udp_remove(s->udp.pcb);
}

static int udp_bind_to(struct sock *s, const struct sock_addr *addr)
{
    ip_addr_t ip = sock_ip(addr);

    if (s->udp.pcb->local_port)
        return -XEN_EINVAL;
    return sock_error_of(udp_bind(s->udp.pcb, &ip, lwip_ntohs(addr->port)));
}

/* Port 0 takes the connection back. */
static int udp_connect_to(struct sock *s, const struct sock_addr *addr,
                          uint64_t deadline_ns)
{
    ip_addr_t ip = sock_ip(addr);
    int rc;

    s->udp.connected = false;
    s->peer = (struct sock_addr){0};
    if (!addr->port) {
        udp_disconnect(s->udp.pcb);
        return 0;
    }
    rc = sock_error_of(udp_connect(s->udp.pcb, &ip, lwip_ntohs(addr->port)));
    if (rc)
        return rc;
    s->udp.connected = true;
    s->peer = *addr;
    return 0;
}

static bool wants_fragments(const ip_addr_t *ip, size_t size)
{
    const struct netif *netif;

    /* Every interface takes this: the usual case, without a route lookup. */
    if (size + IP_HLEN + UDP_HLEN <= 576)
        return false;
    netif = ip4_route(ip);
    return netif && netif->mtu && size + IP_HLEN + UDP_HLEN > netif->mtu;
}

/* One try. p keeps the headers of a failed one: they are taken off again. */
static int send_once(struct udp_pcb *pcb, struct pbuf *p,
                     const struct sock_addr *to)
{
    u16_t size = p->tot_len;
    ip_addr_t ip = sock_ip(to);
    bool fragments = wants_fragments(&ip, size);
    err_t err;

    if (fragments)
        net_interfaces_full_checksums(true);
    err = udp_sendto(pcb, p, &ip, lwip_ntohs(to->port));
    if (fragments)
        net_interfaces_full_checksums(false);
    pbuf_remove_header(p, p->tot_len - size);
    /* A broadcast without leave is all that it calls a bad value. */
    return err == ERR_VAL ? -XEN_EACCES : sock_error_of(err);
}

static long udp_send_to(struct sock *s, const void *buf, size_t size,
                        const struct sock_addr *to, uint64_t deadline_ns)
{
    struct pbuf *p;
    int rc = 0;

    if (!to && !s->udp.connected)
        return -XEN_EDESTADDRREQ;
    if (s->shut & SOCK_SHUT_WRITE)
        return -XEN_EPIPE;
    if (size > UDP_PAYLOAD_MAX)
        return -XEN_EMSGSIZE;
    p = pbuf_alloc(PBUF_TRANSPORT, size, PBUF_RAM);
    if (!p)
        return -XEN_ENOBUFS;
    pbuf_take(p, buf, size);
    for (;;) {
        rc = send_once(s->udp.pcb, p, to ? to : &s->peer);
        if (rc != -XEN_EAGAIN)
            break;
        net_wait_for_room(s);
        rc = sock_block(s, deadline_ns);
        if (rc)
            break;
    }
    pbuf_free(p);
    return rc ? rc : (long)size;
}

static long udp_recv_from(struct sock *s, void *buf, size_t size, unsigned how,
                          struct sock_addr *from, uint64_t deadline_ns)
{
    struct udp_half *udp = &s->udp;
    const struct datagram *first;
    size_t taken;

    while (!udp->count) {
        int rc = sock_take_error(s);

        if (rc)
            return rc;
        if (s->shut & SOCK_SHUT_READ)
            return 0;
        rc = sock_block(s, deadline_ns);
        if (rc)
            return rc;
    }
    first = &udp->ring[udp->head];
    taken = pbuf_copy_partial(first->p, buf, MIN(size, UINT16_MAX), 0);
    if (how & SOCK_RECV_FULL_SIZE)
        taken = first->p->tot_len;
    if (from)
        *from = first->from;
    if (!(how & SOCK_RECV_PEEK))
        drop_first(udp);
    return taken;
}

static int udp_shutdown(struct sock *s, unsigned how)
{
    if (!s->udp.connected)
        return -XEN_ENOTCONN;
    s->shut |= how;
    return 0;
}

static void udp_name(struct sock *s)
{
    s->local.ipv4 = s->udp.pcb->local_ip.addr;
    s->local.port = lwip_htons(s->udp.pcb->local_port);
}

static size_t udp_readable_bytes(struct sock *s)
{
    return s->udp.count ? s->udp.ring[s->udp.head].p->tot_len : 0;
}

static unsigned udp_ready(struct sock *s)
{
    unsigned ready = 0;

    if (s->udp.count || (s->shut & SOCK_SHUT_READ))
        ready |= SOCK_READABLE;
    /* In the list of those that a full device made wait. */
    if (list_empty(&s->room_link))
        ready |= SOCK_WRITABLE;
    if (s->error)
        ready |= SOCK_FAILED;
    return ready;
}

const struct sock_class sock_class_udp = {
    .type = SOCK_TYPE_DATAGRAM,
    .create = udp_create,
    .close = udp_close,
    .bind = udp_bind_to,
    .connect = udp_connect_to,
    .send = udp_send_to,
    .recv = udp_recv_from,
    .shutdown = udp_shutdown,
    .name = udp_name,
    .set_option = sock_udp_set_option,
    .get_option = sock_udp_get_option,
    .readable_bytes = udp_readable_bytes,
    .ready = udp_ready,
};
