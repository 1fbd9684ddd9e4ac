/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The class of network interfaces. Drivers register; net/ is the one client.
 * kernel/. Frames cross by copy in the driver, so the client never sees
 * memory that a peer can write.
 */
#ifndef PITH_NETDEV_H
#define PITH_NETDEV_H

#include <pith/list.h>
#include <stdbool.h>

struct netdev;

/* One piece of a frame to send. */
struct netdev_frag {
    const void *base;
    uint32_t length;
};

enum {
    NETDEV_CSUM_BLANK = 1, /* the transport checksum is not filled in */
    NETDEV_CSUM_VALID = 2, /* checked by the sender's side */
};

/* What the client gives. arg is client_arg of the device. */
struct netdev_client {
    /* Upcall or thread context: frames are waiting, or room to send is back.
     * The client calls netdev_poll from a thread soon. */
    void (*wake)(void *arg);
    /* Called by netdev_poll, thread context: private memory for a frame of
     * length bytes, NULL to drop it; *cookie goes to deliver. */
    void *(*rx_buffer)(void *arg, size_t length, void **cookie);
    /* The frame is in the buffer; flags of NETDEV_CSUM_*. */
    void (*rx_deliver)(void *arg, void *cookie, unsigned flags);
    /* Link up or down (peer connected, lost). Thread context. */
    void (*link)(void *arg, bool up);
};

struct netdev_ops {
    /* Queues one frame, copying it before it returns. 0, -XEN_EAGAIN: no room
     * (wake follows when there is), -XEN_EIO: device lost, -XEN_EMSGSIZE. The
     * peer is told at the next flush. */
    int (*transmit)(struct netdev *dev, const struct netdev_frag *frags,
                    unsigned count, unsigned flags);
    void (*flush)(struct netdev *dev);
    /* Hands at most budget frames to the client. Returns how many; when fewer
     * than budget, events are armed again. */
    unsigned (*poll)(struct netdev *dev, unsigned budget);
};

struct netdev_stats {
    uint64_t rx_frames, rx_bytes, rx_dropped;
    uint64_t tx_frames, tx_bytes, tx_dropped;
    uint64_t notifications, events;
};

/* Embedded in the driver's device; the driver fills the first part. */
struct netdev {
    const struct netdev_ops *ops;
    uint8_t mac[6];
    uint16_t mtu;     /* bytes of payload, 1500 */
    unsigned index;   /* net0, net1, ... as xl numbers them */
    unsigned offload; /* NETDEV_CSUM_*: what it can leave to the peer */
    bool link_up;
    struct netdev_stats stats;
    /* kernel/ and the client: */
    const struct netdev_client *client;
    void *client_arg;
    bool attached;
    struct list link;
};

/* Announces a device, which stays valid until netdev_unregister returns.
 * Thread context. 0 or -XEN_EEXIST (index taken). */
int netdev_register(struct netdev *dev);
void netdev_unregister(struct netdev *dev);
/* Tells the client (if any) about a change of link_up. Thread context. */
void netdev_set_link(struct netdev *dev, bool up);

/* The one client of all devices: called for each device there is and will be;
 * attach sets dev->client. One call at a time; they may block and use the
 * functions below, not those above. Thread context. */
void netdev_set_attach(void (*attach)(struct netdev *dev),
                       void (*detach)(struct netdev *dev));
/* The device with this index, NULL if there is none. */
struct netdev *netdev_find(unsigned index);
/* Calls fn for each device in order of index. */
void netdev_for_each(void (*fn)(struct netdev *dev, void *arg), void *arg);

#endif
