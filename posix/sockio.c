/* SPDX-License-Identifier: BSD-2-Clause */
/* Sending and receiving on sockets. A write where nobody reads any more gives
 * EPIPE, and SIGPIPE without MSG_NOSIGNAL. */

#include "interrupt.h"
#include "private.h"
#include "socket.h"
#include "vector.h"
#include <errno.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <string.h>

#define SEND_FLAGS (MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE | MSG_EOR)
#define RECV_FLAGS \
    (MSG_DONTWAIT | MSG_NOSIGNAL | MSG_PEEK | MSG_WAITALL | MSG_TRUNC | \
     MSG_CMSG_CLOEXEC)

static long send_message(int fd, struct socket_message *m)
{
    struct socket *s = socket_get(fd);
    long rc = -XEN_EOPNOTSUPP;

    if (!s)
        return -1;
    m->deadline_ns =
        socket_deadline(s, m->flags & MSG_DONTWAIT, s->send_timeout_ns);
    if (!(m->flags & ~SEND_FLAGS))
        rc = s->ops->send(s, m);
    socket_put(s);
    return posix_result(m->flags & MSG_NOSIGNAL ? socket_timed(rc)
                                                : socket_written(rc));
}

ssize_t sendto(int fd, const void *buf, size_t size, int flags,
               const struct sockaddr *to, socklen_t length)
{
    struct socket_message m = {
        .buf = (void *)(uintptr_t)buf,
        .size = size,
        .flags = flags,
        .to = to,
        .to_length = length,
    };

    return POSIX_RESTART(send_message(fd, &m));
}

ssize_t send(int fd, const void *buf, size_t size, int flags)
{
    return sendto(fd, buf, size, flags, NULL, 0);
}

/* MSG_WAITALL of a stream: until size bytes, its end or an error. */
static long receive_all(struct socket *s, struct socket_message *m)
{
    struct socket_message part = *m;
    long rc;

    do {
        rc = s->ops->receive(s, &part);
        if (rc > 0) {
            part.buf = (char *)part.buf + rc;
            part.size -= (size_t)rc;
        }
        if (part.rights) /* they end a piece */
            break;
    } while (rc > 0 && part.size);
    m->rights = part.rights;
    return m->size - part.size ? (long)(m->size - part.size) : rc;
}

static long receive_message(int fd, struct socket_message *m)
{
    struct socket *s = socket_get(fd);
    bool all = (m->flags & (MSG_WAITALL | MSG_PEEK)) == MSG_WAITALL;
    long rc = -XEN_EOPNOTSUPP;

    if (!s)
        return -1;
    m->deadline_ns =
        socket_deadline(s, m->flags & MSG_DONTWAIT, s->receive_timeout_ns);
    if (!(m->flags & ~RECV_FLAGS))
        rc = all && socket_is_stream(s) && m->size ? receive_all(s, m)
                                                   : s->ops->receive(s, m);
    /* A datagram's own length, if the caller wants that. */
    if (rc >= 0 && (m->flags & MSG_TRUNC) && m->full_size)
        rc = (long)m->full_size;
    socket_put(s);
    return posix_result(socket_timed(rc));
}

static void give_from(const struct socket_message *m, void *addr,
                      socklen_t *length)
{
    if (!length)
        return;
    if (addr)
        memcpy(addr, &m->from, MIN(*length, m->from_length));
    *length = m->from_length;
}

ssize_t recvfrom(int fd, void *buf, size_t size, int flags,
                 struct sockaddr *from, socklen_t *length)
{
    struct socket_message m = {.buf = buf, .size = size, .flags = flags};
    long rc = POSIX_RESTART(receive_message(fd, &m));

    if (rc >= 0)
        give_from(&m, from, length);
    rights_free(m.rights);
    return rc;
}

ssize_t recv(int fd, void *buf, size_t size, int flags)
{
    return recvfrom(fd, buf, size, flags, NULL, NULL);
}

/* --- several pieces, and what goes with them --- */

/* A buffer for msg's pieces, at most VECTOR_BUFFER_BYTES; NULL with errno. */
static void *message_buffer(const struct msghdr *msg, size_t *out_size,
                            size_t *out_total)
{
    long total =
        vector_bytes(msg->msg_iov, (int)MIN(msg->msg_iovlen, INT32_MAX));
    void *buf;

    if (total < 0) {
        errno = EMSGSIZE;
        return NULL;
    }
    *out_total = (size_t)total;
    *out_size = MIN((size_t)total, VECTOR_BUFFER_BYTES);
    buf = heap_alloc(MAX(*out_size, 1));
    if (!buf)
        errno = ENOMEM;
    return buf;
}

/* A stream takes a long message in several pieces; a longer datagram than the
 * buffer there is not. */
static long send_pieces(int fd, const struct msghdr *msg,
                        struct socket_message *m, size_t size, size_t total)
{
    struct socket *s = socket_get(fd);
    size_t done = 0;
    bool stream;
    long rc;

    if (!s)
        return -1;
    stream = socket_is_stream(s);
    socket_put(s);
    if (!stream && total > size)
        return posix_fail(EMSGSIZE);
    do {
        m->size = vector_gather(m->buf, size, msg->msg_iov,
                                (int)msg->msg_iovlen, done);
        rc = POSIX_RESTART(send_message(fd, m));
        if (rc > 0)
            done += (size_t)rc;
    } while (rc > 0 && (size_t)rc == m->size && done < total);
    return done ? (long)done : rc;
}

ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
    struct socket_message m = {
        .flags = flags,
        .to = msg->msg_name,
        .to_length = msg->msg_namelen,
    };
    size_t size, total;
    ssize_t rc;
    int err = rights_read(msg, &m.rights);

    if (err)
        return posix_fail(err);
    m.buf = message_buffer(msg, &size, &total);
    rc = m.buf ? send_pieces(fd, msg, &m, size, total) : -1;
    rights_free(m.rights); /* if nobody took them */
    heap_free(m.buf);
    return rc;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
    struct socket_message m = {.flags = flags};
    size_t total;
    ssize_t rc;

    m.buf = message_buffer(msg, &m.size, &total);
    if (!m.buf)
        return -1;
    rc = POSIX_RESTART(receive_message(fd, &m));
    if (rc >= 0) {
        vector_scatter(msg->msg_iov, (int)msg->msg_iovlen, 0, m.buf,
                       MIN((size_t)rc, m.size));
        give_from(&m, msg->msg_name, &msg->msg_namelen);
        msg->msg_flags = m.full_size > m.size ? MSG_TRUNC : 0;
        if (m.end_of_record)
            msg->msg_flags |= MSG_EOR;
        rights_write(m.rights, msg, flags & MSG_CMSG_CLOEXEC);
    } else {
        rights_free(m.rights);
    }
    heap_free(m.buf);
    return rc;
}
