/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of sockets inside the guest. */

#include "unixsock.h"
#include <pith/errno.h>
#include <string.h>
#include <unistd.h>

#define LIMIT_MIN 2048

int unix_set_option(struct socket *s, int level, int name, const void *value,
                    socklen_t length)
{
    struct unix_socket *u = unix_of(s);
    int n;

    if (level != SOL_SOCKET)
        return -XEN_EOPNOTSUPP;
    if (name != SO_RCVBUF && name != SO_SNDBUF && name != SO_REUSEADDR)
        return -XEN_ENOPROTOOPT;
    if (length < sizeof(n))
        return -XEN_EINVAL;
    memcpy(&n, value, sizeof(n));
    if (name != SO_RCVBUF) /* what waits is the receiver's */
        return 0;
    mutex_lock(&unix_lock);
    u->limit = n < LIMIT_MIN ? LIMIT_MIN : MIN((size_t)n, UNIX_LIMIT_MAX);
    unix_wake_followers(u);
    mutex_unlock(&unix_lock);
    return 0;
}

/* One process is at both ends. */
static int get_credentials(struct unix_socket *u, void *value,
                           socklen_t *length)
{
    struct ucred cred = {.pid = getpid(), .uid = 0, .gid = 0};

    if (u->state == UNIX_IDLE && !u->peer)
        cred = (struct ucred){0, (uid_t)-1, (gid_t)-1};
    return socket_give(&cred, sizeof(cred), value, length);
}

int unix_get_option(struct socket *s, int level, int name, void *value,
                    socklen_t *length)
{
    struct unix_socket *u = unix_of(s);
    int n = 0;

    if (level != SOL_SOCKET)
        return -XEN_EOPNOTSUPP;
    mutex_lock(&unix_lock);
    switch (name) {
    case SO_ERROR:
        n = -unix_take_error(u);
        n = n ? errno_from_xen(n) : 0;
        break;
    case SO_RCVBUF:
    case SO_SNDBUF:
        n = (int)u->limit;
        break;
    case SO_REUSEADDR:
    case SO_PEERCRED:
        break;
    default:
        n = -1;
        break;
    }
    mutex_unlock(&unix_lock);
    if (n < 0)
        return -XEN_ENOPROTOOPT;
    return name == SO_PEERCRED ? get_credentials(u, value, length)
                               : socket_give(&n, sizeof(n), value, length);
}
