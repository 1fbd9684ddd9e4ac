/* SPDX-License-Identifier: BSD-2-Clause */
/* Options and names of sockets. */

#include "private.h"
#include "socket.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pith/errno.h>
#include <pith/timer.h>
#include <string.h>
#include <sys/time.h>

/* Options that are one int and net/'s. */
static const struct {
    int level, name;
    enum sock_option option;
} ints[] = {
    {SOL_SOCKET, SO_REUSEADDR, SOCK_OPT_REUSEADDR},
    {SOL_SOCKET, SO_KEEPALIVE, SOCK_OPT_KEEPALIVE},
    {SOL_SOCKET, SO_BROADCAST, SOCK_OPT_BROADCAST},
    {SOL_SOCKET, SO_RCVBUF, SOCK_OPT_RCVBUF},
    {SOL_SOCKET, SO_SNDBUF, SOCK_OPT_SNDBUF},
    {IPPROTO_TCP, TCP_NODELAY, SOCK_OPT_NODELAY},
};

static int find_int(int level, int name)
{
    for (size_t i = 0; i < ARRAY_SIZE(ints); i++)
        if (ints[i].level == level && ints[i].name == name)
            return (int)i;
    return -1;
}

static uint64_t *timeout_of(struct socket *s, int name)
{
    return name == SO_RCVTIMEO ? &s->receive_timeout_ns : &s->send_timeout_ns;
}

static int set_timeout(struct socket *s, int name, const void *value,
                       socklen_t length)
{
    struct timeval tv;
    struct timespec ts;

    if (length < sizeof(tv))
        return EINVAL;
    memcpy(&tv, value, sizeof(tv));
    ts = (struct timespec){tv.tv_sec, tv.tv_usec * 1000};
    if (!timespec_valid(&ts))
        return EDOM;
    *timeout_of(s, name) = timespec_to_ns(&ts);
    return 0;
}

static int set_linger(struct socket *s, const void *value, socklen_t length)
{
    struct linger linger;
    int rc;

    if (length < sizeof(linger))
        return EINVAL;
    memcpy(&linger, value, sizeof(linger));
    rc = sock_set_option(s->sock, SOCK_OPT_LINGER,
                         linger.l_onoff ? linger.l_linger : -1);
    return rc ? errno_from_xen(rc) : 0;
}

static int set_int(struct socket *s, int level, int name, const void *value,
                   socklen_t length)
{
    int i = find_int(level, name), n, rc;

    if (i < 0)
        return ENOPROTOOPT;
    if (length < sizeof(n))
        return EINVAL;
    memcpy(&n, value, sizeof(n));
    rc = sock_set_option(s->sock, ints[i].option, n);
    return rc ? errno_from_xen(rc) : 0;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    struct socket *s = socket_get(fd);
    int err;

    if (!s)
        return -1;
    if (level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO))
        err = set_timeout(s, name, value, length);
    else if (level == SOL_SOCKET && name == SO_LINGER)
        err = set_linger(s, value, length);
    else
        err = set_int(s, level, name, value, length);
    socket_put(s);
    return err ? posix_fail(err) : 0;
}

static int give(const void *from, size_t size, void *value, socklen_t *length)
{
    size = MIN(size, *length);
    memcpy(value, from, size);
    *length = (socklen_t)size;
    return 0;
}

static int get_int(struct socket *s, int level, int name, int *out)
{
    int i = find_int(level, name), rc;

    if (level == SOL_SOCKET && name == SO_TYPE) {
        *out = s->type == SOCK_TYPE_STREAM ? SOCK_STREAM : SOCK_DGRAM;
        return 0;
    }
    if (level == SOL_SOCKET && name == SO_ACCEPTCONN) {
        *out = s->listening;
        return 0;
    }
    if (level == SOL_SOCKET && name == SO_ERROR) {
        rc = sock_get_option(s->sock, SOCK_OPT_ERROR, out);
        if (!rc && *out)
            *out = errno_from_xen(*out);
        return rc;
    }
    return i < 0 ? -XEN_ENOPROTOOPT
                 : sock_get_option(s->sock, ints[i].option, out);
}

static int get_timeout(struct socket *s, int name, void *value,
                       socklen_t *length)
{
    uint64_t ns = *timeout_of(s, name);
    struct timeval tv = {
        .tv_sec = (time_t)(ns / NS_PER_SEC),
        .tv_usec = (suseconds_t)(ns % NS_PER_SEC / NS_PER_US),
    };

    return give(&tv, sizeof(tv), value, length);
}

static int get_option(struct socket *s, int level, int name, void *value,
                      socklen_t *length)
{
    struct linger linger;
    int n, rc;

    if (level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO))
        return get_timeout(s, name, value, length);
    if (level == SOL_SOCKET && name == SO_LINGER) {
        rc = sock_get_option(s->sock, SOCK_OPT_LINGER, &n);
        linger = (struct linger){n >= 0, n >= 0 ? n : 0};
        return rc ? rc : give(&linger, sizeof(linger), value, length);
    }
    rc = get_int(s, level, name, &n);
    return rc ? rc : give(&n, sizeof(n), value, length);
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
    struct socket *s = socket_get(fd);
    int rc;

    if (!s)
        return -1;
    rc = get_option(s, level, name, value, length);
    socket_put(s);
    return (int)posix_result(rc);
}

int getsockname(int fd, struct sockaddr *addr, socklen_t *length)
{
    struct socket *s = socket_get(fd);
    struct sock_addr own;
    int rc;

    if (!s)
        return -1;
    rc = sock_name(s->sock, &own);
    socket_put(s);
    if (!rc)
        address_write(&own, addr, length);
    return (int)posix_result(rc);
}

int getpeername(int fd, struct sockaddr *addr, socklen_t *length)
{
    struct socket *s = socket_get(fd);
    struct sock_addr peer;
    int rc;

    if (!s)
        return -1;
    rc = sock_peer(s->sock, &peer);
    socket_put(s);
    if (!rc)
        address_write(&peer, addr, length);
    return (int)posix_result(rc);
}
