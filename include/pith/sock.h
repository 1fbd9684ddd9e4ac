/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sockets without descriptors, over lwIP's raw interface. net/. posix/ gives
 * them numbers and translates errors. Thread context; each call takes the
 * network lock itself; blocking calls take a deadline in clock_monotonic_ns()
 * time (0: do not block, -XEN_EAGAIN) and are interruptible (-XEN_EINTR, see
 * pith/interrupt.h). Addresses in network byte order.
 */
#ifndef PITH_SOCK_H
#define PITH_SOCK_H

#include <pith/waitq.h>
#include <stdbool.h>

struct sock;

enum sock_type { SOCK_TYPE_STREAM, SOCK_TYPE_DATAGRAM };

struct sock_addr {
    uint32_t ipv4; /* network byte order; 0: any */
    uint16_t port; /* network byte order */
};

enum sock_option {
    SOCK_OPT_REUSEADDR,
    SOCK_OPT_KEEPALIVE,
    SOCK_OPT_NODELAY,
    SOCK_OPT_RCVBUF,
    SOCK_OPT_SNDBUF,
    SOCK_OPT_BROADCAST,
    SOCK_OPT_ERROR,  /* get only, and clears: 0 or a positive XEN_E* */
    SOCK_OPT_LINGER, /* seconds, -1: off */
    SOCK_OPT_TYPE,
    SOCK_OPT_TTL, /* of packets sent: 1 to 255 */
    SOCK_OPT_TOS,
    SOCK_OPT_MAXSEG, /* get only: bytes of a segment */
    /* Seconds without data until the first probe, between probes; probes. */
    SOCK_OPT_KEEPIDLE,
    SOCK_OPT_KEEPINTVL,
    SOCK_OPT_KEEPCNT,
};

/* NULL: out of memory. */
struct sock *sock_create(enum sock_type type);
/* Closes and frees: unsent data of a stream is still sent. */
void sock_close(struct sock *s);
int sock_bind(struct sock *s, const struct sock_addr *addr);
int sock_listen(struct sock *s, int backlog);
int sock_accept(struct sock *s, uint64_t deadline_ns, struct sock **out,
                struct sock_addr *peer);
/* With deadline 0 -XEN_EINPROGRESS: sock_poll says when it is writable, and
 * SOCK_OPT_ERROR then how it went. While one is under way it waits for that,
 * or says -XEN_EALREADY with deadline 0. -XEN_EISCONN, and a stream's
 * -XEN_ECONNREFUSED, -XEN_ETIMEDOUT, -XEN_ENETUNREACH. */
int sock_connect(struct sock *s, const struct sock_addr *addr,
                 uint64_t deadline_ns);
/* to: datagrams only, NULL when connected. Returns the bytes taken. */
long sock_send(struct sock *s, const void *buf, size_t size,
               const struct sock_addr *to, uint64_t deadline_ns);
enum {
    SOCK_RECV_PEEK = 1,      /* the data stays */
    SOCK_RECV_FULL_SIZE = 2, /* a datagram's own length, also if it was cut */
};
/* Returns bytes; a stream gives 0 at its end; a datagram is cut to size. from
 * may be NULL. */
long sock_recv(struct sock *s, void *buf, size_t size, unsigned how,
               struct sock_addr *from, uint64_t deadline_ns);
enum { SOCK_SHUT_READ = 1, SOCK_SHUT_WRITE = 2 };
int sock_shutdown(struct sock *s, unsigned how);
int sock_name(struct sock *s, struct sock_addr *out);
int sock_peer(struct sock *s, struct sock_addr *out);
int sock_set_option(struct sock *s, enum sock_option opt, int value);
int sock_get_option(struct sock *s, enum sock_option opt, int *value);
/* Bytes that sock_recv would give at once. */
size_t sock_readable_bytes(struct sock *s);
/* As file_ops.poll: links w (may be NULL) and returns what is ready now; the
 * bits are those of FILE_READABLE and so on. */
enum {
    SOCK_READABLE = 1,
    SOCK_WRITABLE = 2,
    SOCK_HANGUP = 4,
    SOCK_FAILED = 8,
    SOCK_READ_END = 16,
};
unsigned sock_poll(struct sock *s, struct waiter *w);

/* Resolves name to at most max IPv4 addresses (network order): a literal, this
 * host's own name or localhost, or by DNS. Returns how many, -XEN_ENOENT,
 * -XEN_ENOMEM, -XEN_ETIME. */
int sock_resolve(const char *name, uint32_t *out, unsigned max,
                 uint64_t deadline_ns);

/* pith.hostname, "pith" if it is not given. */
const char *net_hostname(void);

/* Facts about an interface for /status and ifaddrs. */
struct net_interface {
    char name[8]; /* "net0" */
    uint8_t mac[6];
    uint32_t ipv4, netmask, gateway; /* network byte order */
    unsigned mtu;
    bool link_up, configured;
};
/* Interface number index: 0 or -XEN_ENOENT. */
int net_interface_get(unsigned index, struct net_interface *out);
/* Blocks until each interface that is there has its address: 0 or -XEN_ETIME.
 */
int net_wait_configured(uint64_t deadline_ns);

#endif
