/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets with descriptors, of every kind: naming and connecting them. */

#include "socket.h"
#include "interrupt.h"
#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/timer.h>
#include <string.h>

struct socket *socket_get(int fd)
{
    struct file *f = fd_get(fd);

    if (!f)
        return NULL;
    if (f->type == FILE_SOCKET)
        return container_of(f, struct socket, file);
    file_put(f);
    errno = ENOTSOCK;
    return NULL;
}

void socket_put(struct socket *s)
{
    file_put(&s->file);
}

void socket_init(struct socket *s, const struct file_ops *file_ops,
                 const struct socket_ops *ops, int domain, int type)
{
    file_init(&s->file, file_ops, FILE_SOCKET);
    s->file.flags = O_RDWR | (type & SOCK_NONBLOCK ? O_NONBLOCK : 0);
    s->ops = ops;
    s->domain = domain;
    s->type = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
}

uint64_t socket_deadline(const struct socket *s, bool dont_wait,
                         uint64_t timeout_ns)
{
    if (dont_wait || (s->file.flags & O_NONBLOCK))
        return 0;
    return timeout_ns ? deadline_after_ns(timeout_ns) : DEADLINE_NEVER;
}

long socket_timed(long rc)
{
    return rc == -XEN_ETIME ? -XEN_EAGAIN : rc;
}

long socket_written(long rc)
{
    return rc == -XEN_EPIPE ? broken_pipe() : socket_timed(rc);
}

int bind(int fd, const struct sockaddr *addr, socklen_t length)
{
    struct socket *s = socket_get(fd);
    int rc;

    if (!s)
        return -1;
    rc = s->ops->bind(s, addr, length);
    socket_put(s);
    return (int)posix_result(rc);
}

int listen(int fd, int backlog)
{
    struct socket *s = socket_get(fd);
    int rc;

    if (!s)
        return -1;
    rc = s->ops->listen(s, backlog);
    if (!rc)
        s->listening = true;
    socket_put(s);
    return (int)posix_result(rc);
}

/* Writes an address, cut to *length, and its whole size there. */
static void give_address(const struct sockaddr_storage *from, socklen_t size,
                         struct sockaddr *addr, socklen_t *length)
{
    if (!addr || !length)
        return;
    memcpy(addr, from, MIN(*length, size));
    *length = size;
}

static int accept4_once(int fd, struct sockaddr *addr, socklen_t *length,
                        int flags)
{
    struct socket *s = socket_get(fd), *new;
    struct sockaddr_storage peer;
    socklen_t size = 0;
    long rc;

    if (!s)
        return -1;
    rc = flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC) ? -XEN_EINVAL : 0;
    if (!rc)
        rc = s->ops->accept(s, socket_deadline(s, false, s->receive_timeout_ns),
                            &new);
    socket_put(s);
    if (rc)
        return (int)posix_result(socket_timed(rc));
    if (flags & SOCK_NONBLOCK)
        new->file.flags |= O_NONBLOCK;
    if (!new->ops->name(new, true, &peer, &size))
        give_address(&peer, size, addr, length);
    return fd_install(&new->file, 0, flags & SOCK_CLOEXEC);
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
    struct socket *s = socket_get(fd);
    int rc;

    if (!s)
        return -1;
    rc = s->ops->connect(s, addr, length,
                         socket_deadline(s, false, s->send_timeout_ns));
    socket_put(s);
    return (int)posix_result(rc);
}

int connect(int fd, const struct sockaddr *addr, socklen_t length)
{
    return POSIX_RESTART(connect_once(fd, addr, length));
}

int shutdown(int fd, int how)
{
    struct socket *s = socket_get(fd);
    int rc = -XEN_EINVAL;

    if (!s)
        return -1;
    if (how == SHUT_RD || how == SHUT_WR || how == SHUT_RDWR)
        rc = s->ops->shutdown(s, how);
    socket_put(s);
    return (int)posix_result(rc);
}

static int get_name(int fd, bool peer, struct sockaddr *addr, socklen_t *length)
{
    struct socket *s = socket_get(fd);
    struct sockaddr_storage name;
    socklen_t size = 0;
    int rc;

    if (!s)
        return -1;
    rc = s->ops->name(s, peer, &name, &size);
    socket_put(s);
    if (!rc)
        give_address(&name, size, addr, length);
    return (int)posix_result(rc);
}

int getsockname(int fd, struct sockaddr *addr, socklen_t *length)
{
    return get_name(fd, false, addr, length);
}

int getpeername(int fd, struct sockaddr *addr, socklen_t *length)
{
    return get_name(fd, true, addr, length);
}
