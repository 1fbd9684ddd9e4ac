/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pith/sock.h: what both kinds of socket share. Each entry takes the network
 * lock and hands over to the class (sock_tcp.c, sock_udp.c). A socket's caller
 * keeps it alive while calls on it are under way.
 */
#include "private.h"

#include <pith/errno.h>
#include <pith/heap.h>

#include <lwip/ip.h>

int sock_error_of(err_t err)
{
    static const int errors[] = {
        [-ERR_OK] = 0,
        [-ERR_MEM] = -XEN_ENOBUFS,
        [-ERR_BUF] = -XEN_ENOBUFS,
        [-ERR_TIMEOUT] = -XEN_ETIMEDOUT,
        [-ERR_RTE] = -XEN_ENETUNREACH,
        [-ERR_INPROGRESS] = -XEN_EINPROGRESS,
        [-ERR_VAL] = -XEN_EINVAL,
        [-ERR_WOULDBLOCK] = -XEN_EAGAIN,
        [-ERR_USE] = -XEN_EADDRINUSE,
        [-ERR_ALREADY] = -XEN_EALREADY,
        [-ERR_ISCONN] = -XEN_EISCONN,
        [-ERR_CONN] = -XEN_ENOTCONN,
        [-ERR_IF] = -XEN_EIO,
        [-ERR_ABRT] = -XEN_ECONNABORTED,
        [-ERR_RST] = -XEN_ECONNRESET,
        [-ERR_CLSD] = -XEN_ENOTCONN,
        [-ERR_ARG] = -XEN_EINVAL,
    };

    return err > 0 || -err >= (int)ARRAY_SIZE(errors) ? -XEN_EIO : errors[-err];
}

ip_addr_t sock_ip(const struct sock_addr *addr)
{
    return (ip_addr_t){addr->ipv4};
}

bool sock_address_local(const struct sock_addr *addr)
{
    ip_addr_t ip = sock_ip(addr);
    struct netif *netif;

    if (ip_addr_isany(&ip) || ip4_addr_isloopback(&ip))
        return true;
    NETIF_FOREACH(netif)
    if (netif_is_up(netif) && ip4_addr_eq(netif_ip4_addr(netif), &ip))
        return true;
    return false;
}

int sock_block(struct sock *s, uint64_t deadline_ns)
{
    struct waiter waiter;
    int rc;

    if (!deadline_ns)
        return -XEN_EAGAIN;
    waitq_prepare(&s->waitq, &waiter);
    net_unlock();
    rc = waitq_block_on_interruptible(&waiter, deadline_ns);
    waitq_cancel(&waiter);
    net_lock();
    return rc;
}

int sock_take_error(struct sock *s)
{
    int error = s->error;

    s->error = 0;
    return -error;
}

struct sock *sock_make(const struct sock_class *class)
{
    struct sock *s = heap_zalloc(sizeof(*s));

    if (!s)
        return NULL;
    s->class = class;
    s->linger_s = -1;
    waitq_init(&s->waitq);
    list_init(&s->room_link);
    return s;
}

void sock_destroy(struct sock *s)
{
    list_remove(&s->room_link);
    heap_free(s);
}

struct sock *sock_create(enum sock_type type)
{
    struct sock *s =
        sock_make(type == SOCK_TYPE_STREAM ? &sock_class_tcp : &sock_class_udp);
    int rc;

    if (!s)
        return NULL;
    net_lock();
    rc = s->class->create(s);
    net_unlock();
    if (!rc)
        return s;
    sock_destroy(s);
    return NULL;
}

void sock_close(struct sock *s)
{
    net_lock();
    s->class->close(s);
    sock_destroy(s);
    net_unlock();
}

int sock_bind(struct sock *s, const struct sock_addr *addr)
{
    int rc = -XEN_EADDRNOTAVAIL;

    net_lock();
    if (sock_address_local(addr))
        rc = s->class->bind(s, addr);
    net_unlock();
    return rc;
}

int sock_listen(struct sock *s, int backlog)
{
    int rc = -XEN_EOPNOTSUPP;

    net_lock();
    if (s->class == &sock_class_tcp)
        rc = sock_tcp_listen(s, backlog);
    net_unlock();
    return rc;
}

int sock_accept(struct sock *s, uint64_t deadline_ns, struct sock **out,
                struct sock_addr *peer)
{
    int rc = -XEN_EOPNOTSUPP;

    net_lock();
    if (s->class == &sock_class_tcp)
        rc = sock_tcp_accept(s, deadline_ns, out);
    if (!rc && peer)
        *peer = (*out)->peer;
    net_unlock();
    return rc;
}

int sock_connect(struct sock *s, const struct sock_addr *addr,
                 uint64_t deadline_ns)
{
    int rc;

    net_lock();
    rc = s->class->connect(s, addr, deadline_ns);
    net_unlock();
    return rc;
}

long sock_send(struct sock *s, const void *buf, size_t size,
               const struct sock_addr *to, uint64_t deadline_ns)
{
    long rc;

    net_lock();
    rc = s->class->send(s, buf, size, to, deadline_ns);
    net_unlock();
    return rc;
}

long sock_recv(struct sock *s, void *buf, size_t size, unsigned how,
               struct sock_addr *from, uint64_t deadline_ns)
{
    long rc;

    net_lock();
    rc = s->class->recv(s, buf, size, how, from, deadline_ns);
    net_unlock();
    return rc;
}

int sock_shutdown(struct sock *s, unsigned how)
{
    int rc;

    net_lock();
    rc = s->class->shutdown(s, how);
    waitq_wake_all(&s->waitq);
    net_unlock();
    return rc;
}

int sock_name(struct sock *s, struct sock_addr *out)
{
    net_lock();
    s->class->name(s);
    *out = s->local;
    net_unlock();
    return 0;
}

int sock_peer(struct sock *s, struct sock_addr *out)
{
    int rc = -XEN_ENOTCONN;

    net_lock();
    s->class->name(s);
    if (s->peer.port) {
        *out = s->peer;
        rc = 0;
    }
    net_unlock();
    return rc;
}

int sock_set_option(struct sock *s, enum sock_option opt, int value)
{
    int rc;

    net_lock();
    rc = s->class->set_option(s, opt, value);
    net_unlock();
    return rc;
}

int sock_get_option(struct sock *s, enum sock_option opt, int *value)
{
    int rc = 0;

    net_lock();
    if (opt == SOCK_OPT_ERROR)
        *value = -sock_take_error(s);
    else if (opt == SOCK_OPT_TYPE)
        *value = s->class->type;
    else if (opt == SOCK_OPT_LINGER)
        *value = s->linger_s;
    else
        rc = s->class->get_option(s, opt, value);
    net_unlock();
    return rc;
}

size_t sock_readable_bytes(struct sock *s)
{
    size_t bytes;

    net_lock();
    bytes = s->class->readable_bytes(s);
    net_unlock();
    return bytes;
}

unsigned sock_poll(struct sock *s, struct waiter *w)
{
    unsigned ready;

    net_lock();
    if (w)
        waitq_prepare(&s->waitq, w);
    ready = s->class->ready(s);
    net_unlock();
    return ready;
}
