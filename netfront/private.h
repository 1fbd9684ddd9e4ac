/* SPDX-License-Identifier: BSD-2-Clause */
/* netfront/: one network interface, one queue, one event channel. */
#ifndef NETFRONT_PRIVATE_H
#define NETFRONT_PRIVATE_H

#include <pith/evtchn.h>
#include <pith/grant.h>
#include <pith/mutex.h>
#include <pith/netdev.h>
#include <pith/page.h>
#include <pith/ring.h>
#include <pith/xenbus.h>
#include <xen/io/netif.h>

#define ETH_HEADER_BYTES 14u
/* Without feature-sg a backend neither gives nor expects more than Ethernet's
 * own payload, whatever one page could hold. */
#define NETFRONT_MTU_MAX 1500u
#define RING_SLOTS 256u /* what one page holds, of either kind */

/* A frame to send takes half a page, so one grant serves two frames. */
#define TX_SLOT_BYTES 2048u
#define TX_SLOTS_PER_PAGE (PAGE_SIZE / TX_SLOT_BYTES)
#define TX_PAGES_MAX 64u
#define RX_PAGES_FIRST 32u /* posted at connect; doubled under load */

/* Which of the ids 0..count-1 are free, and which the peer holds. */
struct slot_pool {
    uint16_t free[RING_SLOTS]; /* last in, first out: warm in the cache */
    bool held[RING_SLOTS];
    uint16_t count, free_count;
};

struct shared_page {
    void *page;
    grant_ref_t ref;
};

/* Pages stay granted from their first use to disconnect. */
struct half {
    struct mutex lock; /* all of this struct; after net/'s core lock */
    struct front_ring ring;
    struct shared_page ring_page;
    struct shared_page pages[RING_SLOTS];
    unsigned page_count, page_limit;
    struct slot_pool slots;
};

/* A frame that the peer has, for a backend that never had it. */
struct tx_frame {
    uint32_t number; /* of the request on the ring, which run free */
    uint16_t bytes, flags;
};

struct netfront {
    struct netdev netdev;
    struct xenbus_device *bus;
    evtchn_port_t port;
    bool up;   /* from connected to disconnect or the peer's first lie; set and
                * cleared under both locks, by a lie under either */
    bool lost; /* from a restore to connected: frames wait; by both locks */
    struct half tx, rx; /* both locks: rx first */
    struct tx_frame sent[TX_PAGES_MAX * TX_SLOTS_PER_PAGE]; /* tx.lock; by id */
};

/* slots.c. Pure. */

/* Adds id = pool->count, free. */
void slot_pool_add(struct slot_pool *pool);
/* Takes a free id; -1 if there is none. */
int slot_pool_take(struct slot_pool *pool);
/* What the peer says it gives back: 0, or -XEN_EIO if it does not hold id. */
int slot_pool_return(struct slot_pool *pool, unsigned id);

enum rx_verdict { RX_FRAME, RX_DROP, RX_LIE };
/* Judges a response to a receive request, all of which the peer wrote. RX_LIE
 * stores a string constant in *why and the wrong value in *value. */
enum rx_verdict rx_response_judge(const struct netif_rx_response *rsp,
                                  const char **why, uint64_t *value);

/* connect.c */

/* A zeroed page of our own, granted to the peer. 0 or -XEN_E*. */
int shared_page_make(struct netfront *nf, bool readonly,
                     struct shared_page *out);
/* Makes the ring of a half. The caller cleans up with half_fini. */
int half_init(struct netfront *nf, struct half *half, uint32_t slot_bytes,
              unsigned page_limit);
/* Ends the grant of its ring. */
void half_end_ring(struct half *half);
/* Ends every grant of a half. */
void half_fini(struct half *half);
/* The peer lied: no more use of it, and the bus disconnects soon. */
void netfront_lied(struct netfront *nf, const char *why, uint64_t value);
/* Publishes requests; one notification if the peer asked for it. */
void half_push(struct netfront *nf, struct half *half);

/* tx.c: netdev_ops. */
int tx_transmit(struct netdev *dev, const struct netdev_frag *frags,
                unsigned count, unsigned flags);
void tx_flush(struct netdev *dev);
int tx_init(struct netfront *nf);
/* Counts what the peer has not taken as dropped and frees all. */
void tx_fini(struct netfront *nf);
/* In a restored domain, instead of tx_fini: keeps what was not sent, and then
 * tx_init sends it. */
void tx_keep(struct netfront *nf);

/* rx.c */
unsigned rx_poll(struct netdev *dev, unsigned budget);
int rx_init(struct netfront *nf);

#endif
