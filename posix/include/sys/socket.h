/* SPDX-License-Identifier: BSD-2-Clause */
/* Sockets, with Linux's numbers. */
#ifndef _SYS_SOCKET_H
#define _SYS_SOCKET_H

#include <sys/types.h>
#include <sys/uio.h>

typedef unsigned int socklen_t;
typedef unsigned short sa_family_t;

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_LOCAL AF_UNIX
#define AF_INET 2
#define AF_INET6 10
#define PF_UNSPEC AF_UNSPEC
#define PF_UNIX AF_UNIX
#define PF_LOCAL AF_LOCAL
#define PF_INET AF_INET
#define PF_INET6 AF_INET6

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5
#define SOCK_NONBLOCK 0x0800
#define SOCK_CLOEXEC 0x80000

#define SOL_SOCKET 1
#define SO_DEBUG 1
#define SO_REUSEADDR 2
#define SO_TYPE 3
#define SO_ERROR 4
#define SO_DONTROUTE 5
#define SO_BROADCAST 6
#define SO_SNDBUF 7
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define SO_OOBINLINE 10
#define SO_LINGER 13
#define SO_REUSEPORT 15
#define SO_PEERCRED 17
#define SO_RCVLOWAT 18
#define SO_SNDLOWAT 19
#define SO_RCVTIMEO 20
#define SO_SNDTIMEO 21
#define SO_ACCEPTCONN 30
#define SO_PROTOCOL 38
#define SO_DOMAIN 39

#define SOMAXCONN 128

#define MSG_OOB 0x01
#define MSG_PEEK 0x02
#define MSG_DONTROUTE 0x04
#define MSG_CTRUNC 0x08
#define MSG_TRUNC 0x20
#define MSG_DONTWAIT 0x40
#define MSG_EOR 0x80
#define MSG_WAITALL 0x100
#define MSG_NOSIGNAL 0x4000
#define MSG_MORE 0x8000
#define MSG_CMSG_CLOEXEC 0x40000000

#define SCM_RIGHTS 1

#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2

struct sockaddr {
    sa_family_t sa_family;
    char sa_data[14];
};

struct sockaddr_storage {
    sa_family_t ss_family;
    char __fill[118];
    unsigned long __align;
};

struct linger {
    int l_onoff, l_linger;
};

struct msghdr {
    void *msg_name;
    socklen_t msg_namelen;
    struct iovec *msg_iov;
    size_t msg_iovlen;
    void *msg_control;
    size_t msg_controllen;
    int msg_flags;
};

struct cmsghdr {
    size_t cmsg_len;
    int cmsg_level, cmsg_type;
};

/* Of SO_PEERCRED: there is one process, and it is everybody. */
struct ucred {
    pid_t pid;
    uid_t uid;
    gid_t gid;
};

#define __CMSG_ALIGN(n) (((n) + sizeof(size_t) - 1) & ~(sizeof(size_t) - 1))
#define CMSG_DATA(c) ((unsigned char *)((struct cmsghdr *)(c) + 1))
#define CMSG_LEN(n) (sizeof(struct cmsghdr) + (n))
#define CMSG_SPACE(n) (sizeof(struct cmsghdr) + __CMSG_ALIGN(n))
#define CMSG_FIRSTHDR(m) \
    ((m)->msg_controllen >= sizeof(struct cmsghdr) \
         ? (struct cmsghdr *)(m)->msg_control \
         : (struct cmsghdr *)0)
#define CMSG_NXTHDR(m, c) __cmsg_next(m, c)

static inline struct cmsghdr *__cmsg_next(const struct msghdr *m,
                                          const struct cmsghdr *c)
{
    size_t left =
        (size_t)((char *)m->msg_control + m->msg_controllen - (char *)c);

    if (c->cmsg_len < sizeof(*c) || c->cmsg_len > left ||
        left - c->cmsg_len < sizeof(*c) ||
        __CMSG_ALIGN(c->cmsg_len) > left - sizeof(*c))
        return (struct cmsghdr *)0;
    return (struct cmsghdr *)((char *)(size_t)c + __CMSG_ALIGN(c->cmsg_len));
}

#ifdef __cplusplus
extern "C" {
#endif

int socket(int domain, int type, int protocol);
int socketpair(int domain, int type, int protocol, int fds[2]);
int bind(int fd, const struct sockaddr *addr, socklen_t length);
int listen(int fd, int backlog);
int accept(int fd, struct sockaddr *addr, socklen_t *length);
int accept4(int fd, struct sockaddr *addr, socklen_t *length, int flags);
int connect(int fd, const struct sockaddr *addr, socklen_t length);
int shutdown(int fd, int how);
ssize_t send(int fd, const void *buf, size_t size, int flags);
ssize_t sendto(int fd, const void *buf, size_t size, int flags,
               const struct sockaddr *to, socklen_t length);
ssize_t sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t recv(int fd, void *buf, size_t size, int flags);
ssize_t recvfrom(int fd, void *buf, size_t size, int flags,
                 struct sockaddr *from, socklen_t *length);
ssize_t recvmsg(int fd, struct msghdr *msg, int flags);
int getsockname(int fd, struct sockaddr *addr, socklen_t *length);
int getpeername(int fd, struct sockaddr *addr, socklen_t *length);
int setsockopt(int fd, int level, int name, const void *value,
               socklen_t length);
int getsockopt(int fd, int level, int name, void *value, socklen_t *length);

#ifdef __cplusplus
}
#endif

#endif
