/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of sockets: those of all kinds here, the others by their kind. One
 * that nobody knows is ENOPROTOOPT. */

#include "private.h"
#include "socket.h"
#include <errno.h>
#include <pith/errno.h>
#include <pith/timer.h>
#include <string.h>
#include <sys/time.h>

static uint64_t *timeout_of(struct socket *s, int name)
{
    return name == SO_RCVTIMEO ? &s->receive_timeout_ns : &s->send_timeout_ns;
}

static bool is_timeout(int level, int name)
{
    return level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO);
}

static int set_timeout(struct socket *s, int name, const void *value,
                       socklen_t length)
{
    struct timeval tv;
    struct timespec ts;

    if (length < sizeof(tv))
        return -XEN_EINVAL;
    memcpy(&tv, value, sizeof(tv));
    ts = (struct timespec){tv.tv_sec, tv.tv_usec * 1000};
    if (!timespec_valid(&ts))
        return -XEN_EDOM;
    *timeout_of(s, name) = timespec_to_ns(&ts);
    return 0;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t length)
{
    struct socket *s = socket_get(fd);
    int rc;

    if (!s)
        return -1;
    if (!value)
        rc = -XEN_EFAULT;
    else if (is_timeout(level, name))
        rc = set_timeout(s, name, value, length);
    else
        rc = s->ops->set_option(s, level, name, value, length);
    socket_put(s);
    return (int)posix_result(rc);
}

int socket_give(const void *from, size_t size, void *value, socklen_t *length)
{
    size = MIN(size, *length);
    memcpy(value, from, size);
    *length = (socklen_t)size;
    return 0;
}

static int get_timeout(struct socket *s, int name, void *value,
                       socklen_t *length)
{
    uint64_t ns = *timeout_of(s, name);
    struct timeval tv = {
        .tv_sec = (time_t)(ns / NS_PER_SEC),
        .tv_usec = (suseconds_t)(ns % NS_PER_SEC / NS_PER_US),
    };

    return socket_give(&tv, sizeof(tv), value, length);
}

/* What any socket knows of itself. False: it is none of that. */
static bool get_fact(const struct socket *s, int name, int *out)
{
    switch (name) {
    case SO_TYPE:
        *out = s->type;
        return true;
    case SO_DOMAIN:
        *out = s->domain;
        return true;
    case SO_PROTOCOL:
        *out = s->protocol;
        return true;
    case SO_ACCEPTCONN:
        *out = s->listening;
        return true;
    case SO_RCVLOWAT:
    case SO_SNDLOWAT:
        *out = 1;
        return true;
    default:
        return false;
    }
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
    struct socket *s = socket_get(fd);
    int rc, n;

    if (!s)
        return -1;
    if (!value || !length)
        rc = -XEN_EFAULT;
    else if (is_timeout(level, name))
        rc = get_timeout(s, name, value, length);
    else if (level == SOL_SOCKET && get_fact(s, name, &n))
        rc = socket_give(&n, sizeof(n), value, length);
    else
        rc = s->ops->get_option(s, level, name, value, length);
    socket_put(s);
    return (int)posix_result(rc);
}
