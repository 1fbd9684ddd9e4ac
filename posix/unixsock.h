/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets inside the guest: what the unix*.c files share. One lock for all of
 * them, as a call touches two and a close any number; names are found under it.
 * It is held while data is copied, and no lock is taken under it but fs/'s and
 * those of wait queues.
 */
#ifndef POSIX_UNIXSOCK_H
#define POSIX_UNIXSOCK_H

#include "private.h"
#include "socket.h"
#include "wait.h"
#include <sys/un.h>

#define UNIX_LIMIT ((size_t)208 << 10) /* bytes that wait in one */
#define UNIX_LIMIT_MAX ((size_t)4 << 20)

struct unix_socket;

/* One that wants to know when a socket has room or is gone. */
struct unix_follower {
    struct list link;
    struct unix_socket
        *owner; /* whose peer it is; NULL: of a call that waits */
    struct waitq *waitq;
};

struct unix_name {
    struct list link; /* in unixname.c's list, or itself */
    uint64_t inode;   /* 0: not of the file system */
    socklen_t length; /* of addr; 0: none */
    struct sockaddr_un addr;
};

/* Data on its way. */
struct unix_packet {
    struct list link;
    struct rights *rights;
    size_t size, offset;   /* the reader of a stream is at offset */
    socklen_t from_length; /* the sender's address, before the data */
    char bytes[];
};

struct unix_socket {
    struct socket s;
    enum { UNIX_IDLE, UNIX_LISTENING, UNIX_CONNECTED } state;
    bool no_read, no_write;      /* shutdown() */
    int error;                   /* XEN_E*, until somebody asks */
    struct unix_socket *peer;    /* NULL with UNIX_CONNECTED: it is gone */
    struct unix_follower follow; /* in peer's followers */
    struct list followers;
    struct list packets;
    size_t queued, limit; /* bytes, with what holds them */
    /* Listening: connections nobody took yet; pending_link is of such. */
    struct list pending, pending_link;
    unsigned pending_count, backlog;
    struct waitq waitq; /* woken when anything changes for it */
    struct unix_name name;
};

extern struct mutex unix_lock;

static inline struct unix_socket *unix_of(struct socket *s)
{
    return container_of(s, struct unix_socket, s);
}

static inline bool unix_full(const struct unix_socket *u)
{
    return u->queued >= u->limit;
}

/* unixsock.c. NULL: out of memory. */
struct unix_socket *unix_new(int type);
/* The rest with unix_lock held. */
void unix_follow(struct unix_socket *u, struct unix_socket *peer);
void unix_wake_followers(struct unix_socket *u);
/* Waits for u as wait_on, and for what it follows by f: other's room. */
int unix_wait_for(struct unix_socket *u, struct unix_socket *other,
                  uint64_t deadline_ns);
int unix_take_error(struct unix_socket *u);

/* unixio.c */
long unix_send(struct socket *s, struct socket_message *m);
long unix_receive(struct socket *s, struct socket_message *m);
unsigned unix_ready(const struct unix_socket *u);
void unix_packet_free(struct unix_packet *p);

/* unixopt.c */
int unix_set_option(struct socket *s, int level, int name, const void *value,
                    socklen_t length);
int unix_get_option(struct socket *s, int level, int name, void *value,
                    socklen_t *length);

/* unixname.c: without it nobody has a name. -XEN_E*. */
int unix_name_bind(struct unix_socket *u, const struct sockaddr *addr,
                   socklen_t length) __attribute__((weak));
int unix_name_find(const struct sockaddr *addr, socklen_t length,
                   struct unix_socket **out) __attribute__((weak));

/* The socket that has this address. */
static inline int unix_find(const struct sockaddr *addr, socklen_t length,
                            struct unix_socket **out)
{
    return unix_name_find ? unix_name_find(addr, length, out)
                          : -XEN_ECONNREFUSED;
}

#endif
