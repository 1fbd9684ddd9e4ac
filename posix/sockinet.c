/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets of AF_INET: net/'s as files. */

#include "inetsock.h"
#include "private.h"
#include <netinet/in.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/room.h>
#include <pith/timer.h>
#include <string.h>

ROOM_NEEDS(netwait);

static struct inet_socket *inet_of_file(struct file *f)
{
    return container_of(f, struct inet_socket, s.file);
}

/* --- the open file --- */

static long inet_read(struct file *f, void *buf, size_t size, uint64_t offset,
                      bool nonblock)
{
    struct inet_socket *i = inet_of_file(f);

    return socket_timed(
        sock_recv(i->sock, buf, size, 0, NULL,
                  socket_deadline(&i->s, nonblock, i->s.receive_timeout_ns)));
}

static long inet_write(struct file *f, const void *buf, size_t size,
                       uint64_t offset, bool nonblock)
{
    struct inet_socket *i = inet_of_file(f);

    return socket_written(
        sock_send(i->sock, buf, size, NULL,
                  socket_deadline(&i->s, nonblock, i->s.send_timeout_ns)));
}

static int inet_stat(struct file *f, struct file_stat *out)
{
    *out = (struct file_stat){
        .type = FILE_SOCKET, .mode = 0777, .block_bytes = 4096};
    return 0;
}

static unsigned inet_poll(struct file *f, struct waiter *w)
{
    return sock_poll(inet_of_file(f)->sock, w);
}

static size_t inet_readable_bytes(struct file *f)
{
    return sock_readable_bytes(inet_of_file(f)->sock);
}

static void inet_release(struct file *f)
{
    struct inet_socket *i = inet_of_file(f);

    sock_close(i->sock);
    heap_free(i);
}

static const struct file_ops inet_file_ops = {
    .read = inet_read,
    .write = inet_write,
    .stat = inet_stat,
    .poll = inet_poll,
    .readable_bytes = inet_readable_bytes,
    .release = inet_release,
};

/* --- addresses --- */

/* Reads an address of AF_INET. 0 or -XEN_E*. */
static int parse(const struct sockaddr *addr, socklen_t length,
                 struct sock_addr *out)
{
    struct sockaddr_in in;

    if (!addr || length < sizeof(addr->sa_family))
        return -XEN_EINVAL;
    if (addr->sa_family != AF_INET)
        return -XEN_EAFNOSUPPORT;
    if (length < sizeof(in))
        return -XEN_EINVAL;
    memcpy(&in, addr, sizeof(in));
    out->ipv4 = in.sin_addr.s_addr;
    out->port = in.sin_port;
    return 0;
}

static socklen_t format_address(const struct sock_addr *from,
                                struct sockaddr_storage *out)
{
    struct sockaddr_in in = {
        .sin_family = AF_INET,
        .sin_port = from->port,
        .sin_addr.s_addr = from->ipv4,
    };

    memcpy(out, &in, sizeof(in));
    return sizeof(in);
}

/* --- the operations --- */

static const struct socket_ops inet_ops;

/* Takes sock, also when it fails. */
static int wrap(struct sock *sock, int type, int protocol, struct socket **out)
{
    struct inet_socket *i = heap_zalloc(sizeof(*i));

    if (!i) {
        sock_close(sock);
        return -XEN_ENOMEM;
    }
    socket_init(&i->s, &inet_file_ops, &inet_ops, AF_INET, type);
    i->s.protocol = protocol;
    i->sock = sock;
    *out = &i->s;
    return 0;
}

int inet_socket_create(int type, int protocol, struct socket **out)
{
    int kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    int own = kind == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
    struct sock *sock;

    if ((kind != SOCK_STREAM && kind != SOCK_DGRAM) ||
        (protocol && protocol != own))
        return -XEN_EPROTONOSUPPORT;
    sock = sock_create(kind == SOCK_STREAM ? SOCK_TYPE_STREAM
                                           : SOCK_TYPE_DATAGRAM);
    return sock ? wrap(sock, type, own, out) : -XEN_ENOMEM;
}

static int inet_bind(struct socket *s, const struct sockaddr *addr,
                     socklen_t length)
{
    struct sock_addr own;
    int rc = parse(addr, length, &own);

    return rc ? rc : sock_bind(inet_of(s)->sock, &own);
}

static int inet_listen(struct socket *s, int backlog)
{
    return sock_listen(inet_of(s)->sock, backlog);
}

static int inet_accept(struct socket *s, uint64_t deadline_ns,
                       struct socket **out)
{
    struct sock *sock;
    int rc = sock_accept(inet_of(s)->sock, deadline_ns, &sock, NULL);

    return rc ? rc : wrap(sock, SOCK_STREAM, IPPROTO_TCP, out);
}

static int inet_connect(struct socket *s, const struct sockaddr *addr,
                        socklen_t length, uint64_t deadline_ns)
{
    struct sock_addr peer = {0};
    int rc = 0;

    /* POSIX: a datagram socket has no peer any more. */
    if (s->type != SOCK_DGRAM || !addr || length < sizeof(addr->sa_family) ||
        addr->sa_family != AF_UNSPEC)
        rc = parse(addr, length, &peer);
    if (!rc)
        rc = sock_connect(inet_of(s)->sock, &peer, deadline_ns);
    /* Not there yet, but under way, whether it did not wait or gave up. */
    return rc == -XEN_EAGAIN || rc == -XEN_ETIME ? -XEN_EINPROGRESS : rc;
}

static int inet_shutdown(struct socket *s, int how)
{
    static const unsigned ways[] = {
        [SHUT_RD] = SOCK_SHUT_READ,
        [SHUT_WR] = SOCK_SHUT_WRITE,
        [SHUT_RDWR] = SOCK_SHUT_READ | SOCK_SHUT_WRITE,
    };

    return sock_shutdown(inet_of(s)->sock, ways[how]);
}

static long inet_send(struct socket *s, struct socket_message *m)
{
    struct sock_addr to;
    bool given = m->to && s->type == SOCK_DGRAM; /* a stream may ignore it */
    int rc = given ? parse(m->to, m->to_length, &to) : 0;

    if (!rc && m->rights)
        rc = -XEN_EINVAL;
    return rc ? rc
              : sock_send(inet_of(s)->sock, m->buf, m->size, given ? &to : NULL,
                          m->deadline_ns);
}

static long inet_receive(struct socket *s, struct socket_message *m)
{
    struct sock_addr from = {0, 0};
    bool stream = socket_is_stream(s);
    unsigned how = m->flags & MSG_PEEK ? SOCK_RECV_PEEK : 0;
    long rc = sock_recv(inet_of(s)->sock, m->buf, m->size,
                        how | (stream ? 0 : SOCK_RECV_FULL_SIZE), &from,
                        m->deadline_ns);

    if (rc < 0 || stream) /* that names its peer by getpeername */
        return rc;
    m->from_length = format_address(&from, &m->from);
    m->full_size = (size_t)rc;
    return (long)MIN((size_t)rc, m->size);
}

static int inet_name(struct socket *s, bool peer, struct sockaddr_storage *out,
                     socklen_t *length)
{
    struct sock_addr addr;
    int rc = peer ? sock_peer(inet_of(s)->sock, &addr)
                  : sock_name(inet_of(s)->sock, &addr);

    if (!rc)
        *length = format_address(&addr, out);
    return rc;
}

static const struct socket_ops inet_ops = {
    .bind = inet_bind,
    .listen = inet_listen,
    .accept = inet_accept,
    .connect = inet_connect,
    .shutdown = inet_shutdown,
    .send = inet_send,
    .receive = inet_receive,
    .name = inet_name,
    .set_option = inet_set_option,
    .get_option = inet_get_option,
};
