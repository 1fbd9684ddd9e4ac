/* SPDX-License-Identifier: BSD-2-Clause */
/* What the socket*.c and sock*.c files share. */
#ifndef POSIX_SOCKET_H
#define POSIX_SOCKET_H

#include <pith/file.h>
#include <pith/sock.h>
#include <sys/socket.h>

/* A sock with a descriptor. */
struct socket {
    struct file file;
    struct sock *sock;
    enum sock_type type;
    bool listening;
    /* SO_RCVTIMEO and SO_SNDTIMEO; 0: for ever. */
    uint64_t receive_timeout_ns, send_timeout_ns;
};

/* The socket of fd with a reference on its file. NULL with errno EBADF or
 * ENOTSOCK. */
struct socket *socket_get(int fd);
void socket_put(struct socket *s);
/* A descriptor for sock, which it takes, also when it fails. flags:
 * SOCK_NONBLOCK, SOCK_CLOEXEC. */
int socket_install(struct sock *sock, enum sock_type type, int flags);

/* The deadline of a call, from the descriptor's mode and timeout. */
uint64_t socket_deadline(const struct socket *s, bool dont_wait,
                         uint64_t timeout_ns);
/* rc, with -XEN_ETIME as EAGAIN, which is what a timeout set by SO_RCVTIMEO
 * gives; sets errno. */
long socket_result(long rc);

/* Reads an address of AF_INET. 0 or newlib's errno. */
int address_parse(const struct sockaddr *addr, socklen_t length,
                  struct sock_addr *out);
/* Writes one, cut to *length, and sets *length to its whole size. addr may be
 * NULL. */
void address_write(const struct sock_addr *from, struct sockaddr *addr,
                   socklen_t *length);

#endif
