/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames from lwIP to a device. The driver queues them; the thread "net" has
 * the peer told later, or this file at once when many are waiting.
 * Runs under the network lock.
 */
#include "private.h"

#include <pith/errno.h>

#include <lwip/prot/iana.h>
#include <lwip/prot/ip.h>

#define FRAGS_MAX 8
#define FLUSH_AT 32 /* frames: the peer shall work while we do */

static bool room_wanted;

/* Whether lwIP left this frame's checksum to us, and we leave it to the peer.
 * Not to a DHCP server, which may read frames before they are completed: its
 * checksum stays 0, which RFC 768 reads as none. */
static bool checksum_blank(const struct net_if *nif,
                           const struct frame_info *info)
{
    if (nif->netif.chksum_flags & NETIF_CHECKSUM_GEN_TCP)
        return false;
    if (info->fragment)
        return false;
    return info->protocol == IP_PROTO_TCP ||
           (info->protocol == IP_PROTO_UDP &&
            info->dest_port != LWIP_IANA_PORT_DHCP_SERVER);
}

static unsigned frags_of(const struct pbuf *p, struct netdev_frag *frags)
{
    unsigned count = 0;

    for (; p; p = p->next)
        frags[count++] = (struct netdev_frag){p->payload, p->len};
    return count;
}

static err_t give(struct net_if *nif, const struct pbuf *p, unsigned flags)
{
    struct netdev_frag frags[FRAGS_MAX];
    struct netdev *dev = nif->dev;
    int rc = dev->ops->transmit(dev, frags, frags_of(p, frags), flags);

    switch (rc) {
    case 0:
        if (++nif->unflushed >= FLUSH_AT) {
            nif->unflushed = 0;
            dev->ops->flush(dev);
        }
        return ERR_OK;
    case -XEN_EAGAIN:
        room_wanted = true;
        return ERR_WOULDBLOCK;
    case -XEN_ENOBUFS:
        return ERR_BUF;
    default:
        return ERR_IF;
    }
}

err_t net_linkoutput(struct netif *netif, struct pbuf *p)
{
    struct net_if *nif = netif->state;
    struct pbuf *whole = NULL;
    struct frame_info info;
    unsigned flags = 0;
    err_t err;

    frame_inspect(p->payload, p->len, &info);
    if (info.arp)
        net_tick_touch(NET_TICK_ARP);
    if (checksum_blank(nif, &info)) {
        if (frame_blank_checksum(p->payload, p->len, &info))
            return ERR_BUF;
        flags = NETDEV_CSUM_BLANK;
    }
    if (pbuf_clen(p) > FRAGS_MAX) {
        whole = pbuf_clone(PBUF_RAW, PBUF_RAM, p);
        if (!whole)
            return ERR_MEM;
        p = whole;
    }
    err = give(nif, p, flags);
    if (whole)
        pbuf_free(whole);
    return err;
}

bool net_room_wanted(void)
{
    bool wanted = room_wanted;

    room_wanted = false;
    return wanted;
}
