/* SPDX-License-Identifier: BSD-2-Clause */
/* Two sockets that have each other, without a name. */

#include "unixsock.h"
#include <errno.h>

int socketpair(int domain, int type, int protocol, int out[2])
{
    int kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct unix_socket *a, *b;

    if (domain != AF_UNIX)
        return posix_fail(domain == AF_INET ? EOPNOTSUPP : EAFNOSUPPORT);
    if ((kind != SOCK_STREAM && kind != SOCK_DGRAM && kind != SOCK_SEQPACKET) ||
        (protocol && protocol != PF_UNIX))
        return posix_fail(EPROTONOSUPPORT);
    a = unix_new(type);
    b = unix_new(type);
    if (!a || !b) {
        if (a)
            file_put(&a->s.file);
        if (b)
            file_put(&b->s.file);
        return posix_fail(ENOMEM);
    }
    mutex_lock(&unix_lock);
    unix_follow(a, b);
    unix_follow(b, a);
    if (kind != SOCK_DGRAM)
        a->state = b->state = UNIX_CONNECTED;
    mutex_unlock(&unix_lock);
    return fd_install_pair(&a->s.file, &b->s.file, type & SOCK_CLOEXEC, out);
}
