/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files for sockets share: socket.c, sockio.c and sockopt.c know all
 * kinds by their operations; inet*.c are those over net/, unix*.c those inside
 * the guest.
 */
#ifndef POSIX_SOCKET_H
#define POSIX_SOCKET_H

#include <pith/file.h>
#include <sys/socket.h>

struct socket_ops;

/* A file of type FILE_SOCKET is the first member of one. */
struct socket {
    struct file file;
    const struct socket_ops *ops;
    int domain, type, protocol; /* AF_*, SOCK_*, IPPROTO_* */
    bool listening;
    /* SO_RCVTIMEO and SO_SNDTIMEO; 0: for ever. */
    uint64_t receive_timeout_ns, send_timeout_ns;
};

/* Files on their way through a socket; each holds a reference. */
struct rights {
    unsigned count;
    struct file *files[];
};

/* One transfer. */
struct socket_message {
    void *buf; /* not written to by send */
    size_t size;
    int flags; /* MSG_* */
    uint64_t deadline_ns;
    const struct sockaddr *to; /* send; NULL: to the peer */
    socklen_t to_length;
    struct rights *rights; /* send: NULL once taken; receive: the caller's */
    /* receive fills these: */
    struct sockaddr_storage from;
    socklen_t from_length; /* 0: not known */
    size_t full_size;      /* of a datagram that may be longer than size */
    bool end_of_record;
};

/* All return -XEN_E* for errors; a NULL member means -XEN_EOPNOTSUPP. */
struct socket_ops {
    int (*bind)(struct socket *s, const struct sockaddr *addr,
                socklen_t length);
    int (*listen)(struct socket *s, int backlog);
    /* *out has one reference. */
    int (*accept)(struct socket *s, uint64_t deadline_ns, struct socket **out);
    int (*connect)(struct socket *s, const struct sockaddr *addr,
                   socklen_t length, uint64_t deadline_ns);
    int (*shutdown)(struct socket *s, int how);
    /* Bytes. */
    long (*send)(struct socket *s, struct socket_message *m);
    long (*receive)(struct socket *s, struct socket_message *m);
    /* The own address, or the peer's. */
    int (*name)(struct socket *s, bool peer, struct sockaddr_storage *out,
                socklen_t *length);
    int (*set_option)(struct socket *s, int level, int name, const void *value,
                      socklen_t length);
    int (*get_option)(struct socket *s, int level, int name, void *value,
                      socklen_t *length);
};

/* The socket of fd with a reference on its file. NULL with errno EBADF or
 * ENOTSOCK. */
struct socket *socket_get(int fd);
void socket_put(struct socket *s);
/* Begins one; type may hold SOCK_NONBLOCK. */
void socket_init(struct socket *s, const struct file_ops *file_ops,
                 const struct socket_ops *ops, int domain, int type);

/* The deadline of a call, from the descriptor's mode and timeout. */
uint64_t socket_deadline(const struct socket *s, bool dont_wait,
                         uint64_t timeout_ns);
/* rc, with -XEN_ETIME as -XEN_EAGAIN, which is what a timeout set by
 * SO_RCVTIMEO gives. */
long socket_timed(long rc);
/* Ends a file's write: tells who writes where nobody reads. */
long socket_written(long rc);
static inline bool socket_is_stream(const struct socket *s)
{
    return s->type == SOCK_STREAM;
}

/* sockopt.c: copies a value, cut to *length. 0. */
int socket_give(const void *from, size_t size, void *value, socklen_t *length);

/* sockinet.c: a socket of AF_INET. 0 or -XEN_E*. */
int inet_socket_create(int type, int protocol, struct socket **out);
/* unixname.c: one of AF_UNIX. Linked where sys/un.h is included. */
int unix_socket_create(int type, int protocol, struct socket **out)
    __attribute__((weak));
int inet_set_option(struct socket *s, int level, int name, const void *value,
                    socklen_t length);
int inet_get_option(struct socket *s, int level, int name, void *value,
                    socklen_t *length);

/* rights.c */

/* Reads the descriptors of msg's SCM_RIGHTS: *out is NULL if there are none. 0
 * or newlib's errno. */
int rights_read(const struct msghdr *msg, struct rights **out);
/* Gives the files numbers and writes those to msg's control; takes rights. */
void rights_write(struct rights *rights, struct msghdr *msg, bool cloexec);
/* Drops all; rights may be NULL. May block. */
void rights_free(struct rights *rights);

#endif
