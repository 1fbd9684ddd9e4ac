/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets with descriptors: making, naming and connecting them. */

#include "socket.h"
#include "interrupt.h"
#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/room.h>
#include <pith/timer.h>
#include <string.h>

ROOM_NEEDS(netwait);

static struct socket *socket_of(struct file *f)
{
    return container_of(f, struct socket, file);
}

/* --- the open file --- */

static long socket_file_read(struct file *f, void *buf, size_t size,
                             uint64_t offset, bool nonblock)
{
    struct socket *s = socket_of(f);
    long rc = sock_recv(s->sock, buf, size, false, NULL,
                        socket_deadline(s, nonblock, s->receive_timeout_ns));

    return rc == -XEN_ETIME ? -XEN_EAGAIN : rc;
}

static long socket_file_write(struct file *f, const void *buf, size_t size,
                              uint64_t offset, bool nonblock)
{
    struct socket *s = socket_of(f);
    long rc = sock_send(s->sock, buf, size, NULL,
                        socket_deadline(s, nonblock, s->send_timeout_ns));

    return rc == -XEN_ETIME ? -XEN_EAGAIN : rc;
}

static int socket_file_stat(struct file *f, struct file_stat *out)
{
    *out = (struct file_stat){
        .type = FILE_SOCKET, .mode = 0777, .block_bytes = 4096};
    return 0;
}

static unsigned socket_file_poll(struct file *f, struct waiter *w)
{
    return sock_poll(socket_of(f)->sock, w);
}

static size_t socket_file_readable_bytes(struct file *f)
{
    return sock_readable_bytes(socket_of(f)->sock);
}

static void socket_file_release(struct file *f)
{
    struct socket *s = socket_of(f);

    sock_close(s->sock);
    heap_free(s);
}

static const struct file_ops socket_ops = {
    .read = socket_file_read,
    .write = socket_file_write,
    .stat = socket_file_stat,
    .poll = socket_file_poll,
    .readable_bytes = socket_file_readable_bytes,
    .release = socket_file_release,
};

/* --- for the other files --- */

struct socket *socket_get(int fd)
{
    struct file *f = fd_get(fd);

    if (!f)
        return NULL;
    if (f->ops == &socket_ops)
        return socket_of(f);
    file_put(f);
    errno = ENOTSOCK;
    return NULL;
}

void socket_put(struct socket *s)
{
    file_put(&s->file);
}

int socket_install(struct sock *sock, enum sock_type type, int flags)
{
    struct socket *s = heap_zalloc(sizeof(*s));

    if (!s) {
        sock_close(sock);
        return posix_fail(ENOMEM);
    }
    file_init(&s->file, &socket_ops, FILE_SOCKET);
    s->file.flags = O_RDWR | (flags & SOCK_NONBLOCK ? O_NONBLOCK : 0);
    s->sock = sock;
    s->type = type;
    return fd_install(&s->file, 0, flags & SOCK_CLOEXEC);
}

uint64_t socket_deadline(const struct socket *s, bool dont_wait,
                         uint64_t timeout_ns)
{
    if (dont_wait || (s->file.flags & O_NONBLOCK))
        return 0;
    return timeout_ns ? deadline_after_ns(timeout_ns) : DEADLINE_NEVER;
}

long socket_result(long rc)
{
    return posix_result(rc == -XEN_ETIME ? -XEN_EAGAIN : rc);
}

int address_parse(const struct sockaddr *addr, socklen_t length,
                  struct sock_addr *out)
{
    struct sockaddr_in in;

    if (!addr || length < sizeof(addr->sa_family))
        return EINVAL;
    if (addr->sa_family != AF_INET)
        return EAFNOSUPPORT;
    if (length < sizeof(in))
        return EINVAL;
    memcpy(&in, addr, sizeof(in));
    out->ipv4 = in.sin_addr.s_addr;
    out->port = in.sin_port;
    return 0;
}

void address_write(const struct sock_addr *from, struct sockaddr *addr,
                   socklen_t *length)
{
    struct sockaddr_in in = {
        .sin_family = AF_INET,
        .sin_port = from->port,
        .sin_addr.s_addr = from->ipv4,
    };

    if (!addr || !length)
        return;
    memcpy(addr, &in, MIN(*length, sizeof(in)));
    *length = sizeof(in);
}

/* --- the calls --- */

/* Is protocol the one that type has? */
static bool protocol_valid(int type, int protocol)
{
    return !protocol ||
           protocol == (type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP);
}

int socket(int domain, int type, int protocol)
{
    int flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC), kind = type & ~flags;
    enum sock_type own = kind == SOCK_STREAM ? SOCK_TYPE_STREAM
                                             : SOCK_TYPE_DATAGRAM;
    struct sock *sock;

    if (domain != AF_INET)
        return posix_fail(EAFNOSUPPORT);
    if ((kind != SOCK_STREAM && kind != SOCK_DGRAM) ||
        !protocol_valid(kind, protocol))
        return posix_fail(EPROTONOSUPPORT);
    sock = sock_create(own);
    if (!sock)
        return posix_fail(ENOMEM);
    return socket_install(sock, own, flags);
}

int bind(int fd, const struct sockaddr *addr, socklen_t length)
{
    struct sock_addr own;
    struct socket *s = socket_get(fd);
    int rc;

    if (!s)
        return -1;
    rc = address_parse(addr, length, &own);
    rc = rc ? posix_fail(rc) : (int)posix_result(sock_bind(s->sock, &own));
    socket_put(s);
    return rc;
}

int listen(int fd, int backlog)
{
    struct socket *s = socket_get(fd);
    int rc;

    if (!s)
        return -1;
    rc = sock_listen(s->sock, backlog);
    if (!rc)
        s->listening = true;
    socket_put(s);
    return (int)posix_result(rc);
}

static int accept4_once(int fd, struct sockaddr *addr, socklen_t *length,
                        int flags)
{
    struct socket *s = socket_get(fd);
    struct sock_addr peer;
    struct sock *sock;
    int rc;

    if (!s)
        return -1;
    rc = sock_accept(s->sock, socket_deadline(s, false, s->receive_timeout_ns),
                     &sock, &peer);
    socket_put(s);
    if (rc)
        return (int)socket_result(rc);
    rc = socket_install(sock, SOCK_TYPE_STREAM, flags);
    if (rc >= 0)
        address_write(&peer, addr, length);
    return rc;
}

int accept4(int fd, struct sockaddr *addr, socklen_t *length, int flags)
{
    return POSIX_RESTART(accept4_once(fd, addr, length, flags));
}

int accept(int fd, struct sockaddr *addr, socklen_t *length)
{
    return accept4(fd, addr, length, 0);
}

static int connect_once(int fd, const struct sockaddr *addr, socklen_t length)
{
    struct sock_addr peer;
    struct socket *s = socket_get(fd);
    uint64_t deadline;
    int rc;

    if (!s)
        return -1;
    rc = address_parse(addr, length, &peer);
    if (rc) {
        socket_put(s);
        return posix_fail(rc);
    }
    deadline = socket_deadline(s, false, s->send_timeout_ns);
    rc = sock_connect(s->sock, &peer, deadline);
    socket_put(s);
    /* Not there yet, but under way, whether it did not wait or gave up. */
    if (rc == -XEN_EAGAIN || rc == -XEN_ETIME)
        rc = -XEN_EINPROGRESS;
    return (int)posix_result(rc);
}

int connect(int fd, const struct sockaddr *addr, socklen_t length)
{
    return POSIX_RESTART(connect_once(fd, addr, length));
}

int shutdown(int fd, int how)
{
    static const unsigned ways[] = {
        [SHUT_RD] = SOCK_SHUT_READ,
        [SHUT_WR] = SOCK_SHUT_WRITE,
        [SHUT_RDWR] = SOCK_SHUT_READ | SOCK_SHUT_WRITE,
    };
    struct socket *s = socket_get(fd);
    int rc = -XEN_EINVAL;

    if (!s)
        return -1;
    if (how >= 0 && how < (int)ARRAY_SIZE(ways))
        rc = sock_shutdown(s->sock, ways[how]);
    socket_put(s);
    return (int)posix_result(rc);
}
