/* SPDX-License-Identifier: BSD-2-Clause */
/* net/: what its files share. Everything that touches lwIP holds the network
 * lock. */
#ifndef NET_PRIVATE_H
#define NET_PRIVATE_H

#include <pith/list.h>
#include <pith/netdev.h>
#include <pith/sock.h>

#include <lwip/netif.h>
#include <lwip/pbuf.h>

struct tcp_pcb;
struct udp_pcb;

/* --- core.c: the lock, the thread "net" ----------------------------------- */

/* The network lock. Order: any lock of netdev's class, this one, a driver's
 * own. Unlock has the thread "net" see to what was queued meanwhile. */
void net_lock(void);
void net_unlock(void);
/* Has the thread "net" look at its devices soon. Any context. */
void net_wake(void);
/* Queues s for a wake-up once a device has room to send again. */
void net_wait_for_room(struct sock *s);
/* Woken when an interface's address or link changes. */
extern struct waitq net_status_waitq;

/* --- ticks.c: when a cyclic function must run. Pure ------------------------
 */

/* What becomes of the intervals that passed unused when state changes. */
enum tick_age {
    TICK_DISCARD, /* the state starts afresh */
    TICK_SETTLE,  /* run for them at once, before the state changes */
    TICK_DEFER,   /* run for them once nothing fresh can be hurt */
};

struct tick {
    void (*fn)(void);
    /* Optional: passes intervals in which fn would find nothing to do. */
    void (*skip)(uint32_t intervals);
    /* In how many intervals after its last run fn has something to do; 0:
     * never, as things stand. */
    uint32_t (*due)(void);
    uint32_t interval_ms;
    uint32_t catch_up_max; /* fn runs at most so often at once */
    enum tick_age age;
    bool touched;
    uint32_t owed;
    uint64_t base_ns; /* until when intervals are accounted for */
    uint64_t next_ns; /* DEADLINE_NEVER: off */
};

/* True if it runs at every interval: nothing can make it due earlier. */
bool tick_finest(const struct tick *tick);
/* State that due looks at has changed (or will, TICK_SETTLE). */
void tick_replan(struct tick *tick, uint64_t now_ns);
/* Accounts for the intervals slept through, before state changes. */
void tick_settle(struct tick *tick, uint64_t now_ns);
/* Runs fn as often as is due by now. */
void tick_run(struct tick *tick, uint64_t now_ns);

/* --- timers.c: lwIP's cyclic functions as ticks ----------------------------
 */

enum net_tick {
    NET_TICK_TCP,
    NET_TICK_ARP,
    NET_TICK_REASS,
    NET_TICK_DHCP_FINE,
    NET_TICK_DHCP_COARSE,
    NET_TICK_DNS,
    NET_TICKS
};
void net_timers_init(void);
/* State behind a tick changed: the thread "net" plans it anew. */
void net_tick_touch(enum net_tick tick);
/* Before a lookup: ages the resolver's cache. */
void net_dns_settle(void);
/* Before something happens to connections: brings their clock up to date. */
void net_tcp_settle(void);
/* Runs what is due, plans what was touched, arms the timer. */
void net_timers_run(void);

/* resolve.c: queries that wait for an answer, and lwIP's timer for them. */
extern unsigned net_dns_queries;
void net_dns_tick(void);

/* --- tcp_timer.c: lwIP's TCP timers as one tick -----------------------------
 */

uint32_t net_tcp_due(void);
void net_tcp_tick(void);
void net_tcp_skip(uint32_t intervals);

/* --- config.c: pith.ip and its kin -----------------------------------------
 */

#define NET_CONFIG_MAX 8
#define NET_DNS_MAX 2

/* Addresses in host byte order. */
struct net_config {
    enum { NET_DHCP, NET_STATIC, NET_NONE } mode;
    uint32_t address, gateway, dns[NET_DNS_MAX];
    unsigned prefix_bits, dns_count, mtu;
    bool given; /* a word named the interface */
};
/* What the command line says about net<index>. */
const struct net_config *net_config_get(unsigned index);
/* Checks what no single key shows. 0, or -XEN_EINVAL, logged. */
int net_config_check(void);

/* --- interface.c: one netif for each netdev --------------------------------
 */

struct net_if {
    struct netif netif;
    struct netdev *dev;
    const struct net_config *config;
    struct list link;
    unsigned unflushed; /* frames given to the driver since its flush */
    bool conflict_logged, had_address;
};

extern struct list net_interface_list; /* in order of index */
void net_interfaces_init(void);
/* Polls each device once. True if frames may be left. */
bool net_interfaces_poll(void);
void net_interfaces_flush(void);
/* True if there are frames to flush or looped back. */
bool net_interfaces_pending(void);
void net_interface_link(struct net_if *nif, bool up);
/* A frame for the DHCP client has been handled. */
void net_interface_dhcp_heard(struct net_if *nif);
/* Software checksums for all UDP while on: a datagram that will be cut into
 * fragments cannot leave its checksum to the peer. */
void net_interfaces_full_checksums(bool on);

/* --- address.c ---------------------------------------------------------------
 */

/* Gives the default route to the first interface that has a gateway. */
void net_choose_default(void);
void net_apply_name_servers(const struct net_config *config);
/* lwIP calls it when an address, or up and down, change. */
void net_status_changed(struct netif *netif);

/* --- frame.c: reading headers, pure ----------------------------------------
 */

struct frame_info {
    bool arp, ipv4, fragment;
    uint8_t protocol;   /* of an IPv4 packet */
    uint16_t l4_offset; /* where its payload starts */
    uint16_t dest_port; /* TCP and UDP that are no later fragment */
};
/* Looks at the first length bytes of a frame. */
void frame_inspect(const uint8_t *frame, size_t length, struct frame_info *out);
/* Stores the sum over the pseudo header in the checksum field, uncomplemented,
 * which is what a peer completes. length: contiguous bytes at frame. 0, or
 * -XEN_EINVAL if the headers are not all there. */
int frame_blank_checksum(uint8_t *frame, size_t length,
                         const struct frame_info *info);

/* --- input.c, output.c ------------------------------------------------------
 */

extern const struct netdev_client net_client;
err_t net_linkoutput(struct netif *netif, struct pbuf *p);
/* True once after a device had no room. */
bool net_room_wanted(void);

/* --- sockets -----------------------------------------------------------------
 */

struct datagram {
    struct pbuf *p;
    struct sock_addr from;
};

struct tcp_half {
    struct tcp_pcb *pcb; /* NULL: lwIP has freed it, or never more needed */
    enum {
        TCP_IDLE,
        TCP_LISTENING,
        TCP_CONNECTING,
        TCP_CONNECTED,
        TCP_ENDED
    } state;
    struct pbuf *first, *last; /* received; linked by next, tot_len unused */
    size_t bytes;
    unsigned pbufs;
    bool eof;
    struct list accepted;  /* listening: connections nobody took yet */
    struct sock *listener; /* of such a connection */
    struct list accept_link;
};

struct udp_half {
    struct udp_pcb *pcb;
    struct datagram *ring;
    unsigned capacity, head, count; /* capacity: a power of two */
    size_t bytes, limit_bytes;
    bool connected;
};

struct sock_class;

struct sock {
    const struct sock_class *class;
    struct waitq waitq;
    int error; /* positive XEN_E*, until somebody asks */
    unsigned shut;
    bool nodelay;
    int linger_s; /* -1: off */
    struct sock_addr local, peer;
    struct list room_link;
    union {
        struct tcp_half tcp;
        struct udp_half udp;
    };
};

/* Each runs under the network lock. */
struct sock_class {
    enum sock_type type;
    int (*create)(struct sock *s);
    void (*close)(struct sock *s);
    int (*bind)(struct sock *s, const struct sock_addr *addr);
    int (*connect)(struct sock *s, const struct sock_addr *addr,
                   uint64_t deadline_ns);
    long (*send)(struct sock *s, const void *buf, size_t size,
                 const struct sock_addr *to, uint64_t deadline_ns);
    long (*recv)(struct sock *s, void *buf, size_t size, unsigned how,
                 struct sock_addr *from, uint64_t deadline_ns);
    int (*shutdown)(struct sock *s, unsigned how);
    void (*name)(struct sock *s); /* refreshes local and peer */
    int (*set_option)(struct sock *s, enum sock_option opt, int value);
    int (*get_option)(struct sock *s, enum sock_option opt, int *value);
    size_t (*readable_bytes)(struct sock *s);
    unsigned (*ready)(struct sock *s);
};
extern const struct sock_class sock_class_tcp, sock_class_udp;

struct sock *sock_make(const struct sock_class *class);
void sock_destroy(struct sock *s);
/* Gives the lock up until s is woken or the deadline passes: 0, -XEN_ETIME,
 * or at once -XEN_EAGAIN for deadline 0. */
int sock_block(struct sock *s, uint64_t deadline_ns);
/* Takes the pending error: 0 or -XEN_E*. */
int sock_take_error(struct sock *s);
int sock_error_of(err_t err);
ip_addr_t sock_ip(const struct sock_addr *addr);
/* False unless addr is any, or an address of ours. */
bool sock_address_local(const struct sock_addr *addr);

/* A packet of IPv4 less its header and UDP's. */
#define UDP_PAYLOAD_MAX (65535u - 20 - 8)

/* sock_options.c */
int sock_tcp_set_option(struct sock *s, enum sock_option opt, int value);
int sock_tcp_get_option(struct sock *s, enum sock_option opt, int *value);
int sock_udp_set_option(struct sock *s, enum sock_option opt, int value);
int sock_udp_get_option(struct sock *s, enum sock_option opt, int *value);

/* tcp_recv.c, tcp_send.c: lwIP's callbacks, and the class's functions. */
err_t sock_tcp_received(void *arg, struct tcp_pcb *pcb, struct pbuf *p,
                        err_t err);
long sock_tcp_recv(struct sock *s, void *buf, size_t size, unsigned how,
                   struct sock_addr *from, uint64_t deadline_ns);
void sock_tcp_drop_first(struct tcp_half *tcp);
err_t sock_tcp_sent(void *arg, struct tcp_pcb *pcb, u16_t length);
long sock_tcp_send(struct sock *s, const void *buf, size_t size,
                   const struct sock_addr *to, uint64_t deadline_ns);
bool sock_tcp_can_send(const struct tcp_half *tcp);

/* tcp_accept.c, sock_tcp.c */
int sock_tcp_listen(struct sock *s, int backlog);
int sock_tcp_accept(struct sock *s, uint64_t deadline_ns, struct sock **out);
void sock_tcp_attach(struct sock *s, struct tcp_pcb *pcb);
void sock_tcp_detach(struct sock *s);

#endif
