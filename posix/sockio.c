/* SPDX-License-Identifier: BSD-2-Clause */
/* Sending and receiving on sockets. A write to a stream that the peer closed
 * gives EPIPE, with or without MSG_NOSIGNAL: SIGPIPE is never sent. */

#include "interrupt.h"
#include "private.h"
#include "socket.h"
#include "vector.h"
#include <errno.h>
#include <pith/errno.h>
#include <pith/heap.h>

#define SEND_FLAGS (MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE | MSG_EOR)
#define RECV_FLAGS (MSG_DONTWAIT | MSG_NOSIGNAL | MSG_PEEK | MSG_WAITALL)

static ssize_t sendto_once(int fd, const void *buf, size_t size, int flags,
                           const struct sockaddr *to, socklen_t length)
{
    struct socket *s = socket_get(fd);
    struct sock_addr peer;
    uint64_t deadline;
    int err = 0;
    long rc;

    if (!s)
        return -1;
    if (flags & ~SEND_FLAGS)
        err = EOPNOTSUPP;
    /* POSIX lets a stream ignore the address. */
    else if (to && s->type == SOCK_TYPE_DATAGRAM)
        err = address_parse(to, length, &peer);
    else
        to = NULL;
    if (err) {
        socket_put(s);
        return posix_fail(err);
    }
    deadline = socket_deadline(s, flags & MSG_DONTWAIT, s->send_timeout_ns);
    rc = sock_send(s->sock, buf, size, to ? &peer : NULL, deadline);
    socket_put(s);
    return socket_result(rc);
}

ssize_t sendto(int fd, const void *buf, size_t size, int flags,
               const struct sockaddr *to, socklen_t length)
{
    return POSIX_RESTART(sendto_once(fd, buf, size, flags, to, length));
}

ssize_t send(int fd, const void *buf, size_t size, int flags)
{
    return sendto(fd, buf, size, flags, NULL, 0);
}

/* MSG_WAITALL of a stream: until size bytes, its end or an error. */
static long receive_all(struct socket *s, char *buf, size_t size,
                        uint64_t deadline)
{
    size_t done = 0;
    long rc = 0;

    do {
        rc = sock_recv(s->sock, buf + done, size - done, false, NULL, deadline);
        if (rc > 0)
            done += (size_t)rc;
    } while (rc > 0 && done < size);
    return done ? (long)done : rc;
}

static ssize_t recvfrom_once(int fd, void *buf, size_t size, int flags,
                             struct sockaddr *from, socklen_t *length)
{
    struct socket *s = socket_get(fd);
    struct sock_addr peer = {0, 0};
    uint64_t deadline;
    long rc;

    if (!s)
        return -1;
    deadline = socket_deadline(s, flags & MSG_DONTWAIT, s->receive_timeout_ns);
    if (flags & ~RECV_FLAGS)
        rc = -XEN_EOPNOTSUPP;
    else if ((flags & (MSG_WAITALL | MSG_PEEK)) == MSG_WAITALL &&
             s->type == SOCK_TYPE_STREAM && size)
        rc = receive_all(s, buf, size, deadline);
    else
        rc = sock_recv(s->sock, buf, size, flags & MSG_PEEK, &peer, deadline);
    if (rc >= 0 && s->type == SOCK_TYPE_DATAGRAM)
        address_write(&peer, from, length);
    else if (rc >= 0 && length)
        *length = 0; /* a stream names its peer by getpeername */
    socket_put(s);
    return socket_result(rc);
}

ssize_t recvfrom(int fd, void *buf, size_t size, int flags,
                 struct sockaddr *from, socklen_t *length)
{
    return POSIX_RESTART(recvfrom_once(fd, buf, size, flags, from, length));
}

ssize_t recv(int fd, void *buf, size_t size, int flags)
{
    return recvfrom(fd, buf, size, flags, NULL, NULL);
}

/* A buffer for all of msg's pieces; NULL with errno set. */
static void *message_buffer(const struct msghdr *msg, size_t *out_size)
{
    long total =
        vector_bytes(msg->msg_iov, (int)MIN(msg->msg_iovlen, INT32_MAX));
    void *buf;

    if (total < 0) {
        errno = EMSGSIZE;
        return NULL;
    }
    *out_size = MIN((size_t)total, VECTOR_BUFFER_BYTES);
    buf = heap_alloc(*out_size);
    if (!buf)
        errno = ENOMEM;
    return buf;
}

/* At most VECTOR_BUFFER_BYTES at once; ancillary data is not supported. */
ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
    size_t size;
    ssize_t rc;
    void *buf;

    if (msg->msg_controllen)
        return posix_fail(EOPNOTSUPP);
    buf = message_buffer(msg, &size);
    if (!buf)
        return -1;
    vector_gather(buf, size, msg->msg_iov, (int)msg->msg_iovlen, 0);
    rc = sendto(fd, buf, size, flags, msg->msg_name, msg->msg_namelen);
    heap_free(buf);
    return rc;
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
    size_t size;
    ssize_t rc;
    void *buf = message_buffer(msg, &size);

    if (!buf)
        return -1;
    rc = recvfrom(fd, buf, size, flags, msg->msg_name, &msg->msg_namelen);
    if (rc >= 0) {
        vector_scatter(msg->msg_iov, (int)msg->msg_iovlen, 0, buf, (size_t)rc);
        msg->msg_controllen = 0;
        msg->msg_flags = 0;
    }
    heap_free(buf);
    return rc;
}
