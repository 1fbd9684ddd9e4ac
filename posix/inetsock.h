/* SPDX-License-Identifier: BSD-2-Clause */
/* A socket of AF_INET: sockinet.c and inetopt.c. */
#ifndef POSIX_INETSOCK_H
#define POSIX_INETSOCK_H

#include "socket.h"
#include <pith/compiler.h>
#include <pith/sock.h>

struct inet_socket {
    struct socket s;
    struct sock *sock;
};

static inline struct inet_socket *inet_of(struct socket *s)
{
    return container_of(s, struct inet_socket, s);
}

#endif
