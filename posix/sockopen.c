/* SPDX-License-Identifier: BSD-2-Clause */
/* socket(): links the network, and AF_UNIX where a program knows its
 * addresses. */

#include "private.h"
#include "socket.h"
#include <errno.h>
#include <pith/errno.h>

static int create(int domain, int type, int protocol, struct socket **out)
{
    if (domain == AF_INET)
        return inet_socket_create(type, protocol, out);
    if (domain == AF_UNIX && unix_socket_create)
        return unix_socket_create(type, protocol, out);
    return -XEN_EAFNOSUPPORT;
}

int socket(int domain, int type, int protocol)
{
    struct socket *s;
    int rc = create(domain, type, protocol, &s);

    if (rc)
        return (int)posix_result(rc);
    return fd_install(&s->file, 0, type & SOCK_CLOEXEC);
}
