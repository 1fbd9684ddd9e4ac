/* SPDX-License-Identifier: BSD-2-Clause */
/* Options of sockets over the network: most are one int and net/'s. */

#include "inetsock.h"
#include "private.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pith/errno.h>
#include <string.h>

static const struct {
    int level, name;
    enum sock_option option;
} ints[] = {
    {SOL_SOCKET, SO_REUSEADDR, SOCK_OPT_REUSEADDR},
    {SOL_SOCKET, SO_REUSEPORT, SOCK_OPT_REUSEADDR},
    {SOL_SOCKET, SO_KEEPALIVE, SOCK_OPT_KEEPALIVE},
    {SOL_SOCKET, SO_BROADCAST, SOCK_OPT_BROADCAST},
    {SOL_SOCKET, SO_RCVBUF, SOCK_OPT_RCVBUF},
    {SOL_SOCKET, SO_SNDBUF, SOCK_OPT_SNDBUF},
    {IPPROTO_TCP, TCP_NODELAY, SOCK_OPT_NODELAY},
    {IPPROTO_TCP, TCP_MAXSEG, SOCK_OPT_MAXSEG},
    {IPPROTO_TCP, TCP_KEEPIDLE, SOCK_OPT_KEEPIDLE},
    {IPPROTO_TCP, TCP_KEEPINTVL, SOCK_OPT_KEEPINTVL},
    {IPPROTO_TCP, TCP_KEEPCNT, SOCK_OPT_KEEPCNT},
    {IPPROTO_IP, IP_TTL, SOCK_OPT_TTL},
    {IPPROTO_IP, IP_TOS, SOCK_OPT_TOS},
};

static int find_int(int level, int name)
{
    for (size_t i = 0; i < ARRAY_SIZE(ints); i++)
        if (ints[i].level == level && ints[i].name == name)
            return (int)i;
    return -1;
}

static int set_linger(struct socket *s, const void *value, socklen_t length)
{
    struct linger linger;

    if (length < sizeof(linger))
        return -XEN_EINVAL;
    memcpy(&linger, value, sizeof(linger));
    return sock_set_option(inet_of(s)->sock, SOCK_OPT_LINGER,
                           linger.l_onoff ? linger.l_linger : -1);
}

int inet_set_option(struct socket *s, int level, int name, const void *value,
                    socklen_t length)
{
    int i = find_int(level, name), n;

    if (level == SOL_SOCKET && name == SO_LINGER)
        return set_linger(s, value, length);
    if (i < 0)
        return -XEN_ENOPROTOOPT;
    if (length < sizeof(n))
        return -XEN_EINVAL;
    memcpy(&n, value, sizeof(n));
    return sock_set_option(inet_of(s)->sock, ints[i].option, n);
}

static int get_error(struct socket *s, int *out)
{
    int rc = sock_get_option(inet_of(s)->sock, SOCK_OPT_ERROR, out);

    if (!rc && *out)
        *out = errno_from_xen(*out);
    return rc;
}

int inet_get_option(struct socket *s, int level, int name, void *value,
                    socklen_t *length)
{
    int i = find_int(level, name), n, rc;
    struct linger linger;

    if (level == SOL_SOCKET && name == SO_LINGER) {
        rc = sock_get_option(inet_of(s)->sock, SOCK_OPT_LINGER, &n);
        linger = (struct linger){n >= 0, n >= 0 ? n : 0};
        return rc ? rc : socket_give(&linger, sizeof(linger), value, length);
    }
    if (level == SOL_SOCKET && name == SO_ERROR)
        rc = get_error(s, &n);
    else if (i >= 0)
        rc = sock_get_option(inet_of(s)->sock, ints[i].option, &n);
    else
        rc = -XEN_ENOPROTOOPT;
    return rc ? rc : socket_give(&n, sizeof(n), value, length);
}
