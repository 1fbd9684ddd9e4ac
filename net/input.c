/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames from a device to lwIP. The driver copies them into buffers of ours,
 * so that nothing is parsed that the peer can still write.
 * Runs in the thread "net" under the network lock, but for wake.
 */
#include "private.h"

#include <pith/log.h>
#include <pith/string.h>

#include <lwip/etharp.h>
#include <lwip/prot/iana.h>
#include <lwip/prot/ip.h>

/* Upcall context. */
static void wake(void *arg)
{
    net_wake();
}

static void *rx_buffer(void *arg, size_t length, void **cookie)
{
    struct pbuf *p = pbuf_alloc(PBUF_RAW, length, PBUF_RAM);

    *cookie = p;
    return p ? p->payload : NULL;
}

/* Somebody else answers for our address: RFC 5227, section 2.4, but without
 * giving the address up, which the command line or a server assigned. */
static void check_conflict(struct net_if *nif, const struct pbuf *p)
{
    const uint8_t *frame = p->payload;
    const struct etharp_hdr *arp = (const void *)(frame + SIZEOF_ETH_HDR);
    const uint8_t *mac = arp->shwaddr.addr;
    uint32_t own = netif_ip4_addr(&nif->netif)->addr, sender;

    if (nif->conflict_logged || !own ||
        p->len < SIZEOF_ETH_HDR + SIZEOF_ETHARP_HDR)
        return;
    memcpy(&sender, &arp->sipaddr, sizeof(sender));
    if (sender != own || !memcmp(mac, nif->netif.hwaddr, ETH_HWADDR_LEN))
        return;
    nif->conflict_logged = true;
    log_warning("net%u: %02x:%02x:%02x:%02x:%02x:%02x uses our address too",
                nif->dev->index, mac[0], mac[1], mac[2], mac[3], mac[4],
                mac[5]);
}

/* What the driver says holds for this frame alone, and lwIP's switch is the
 * interface's: set it for each. A fragment's flags say nothing about the
 * datagram that it completes. */
static void set_checks(struct net_if *nif, bool trusted)
{
    const u16_t transport = NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP;

    if (trusted)
        nif->netif.chksum_flags &= (u16_t)~transport;
    else
        nif->netif.chksum_flags |= transport;
}

static void rx_deliver(void *arg, void *cookie, unsigned flags)
{
    struct net_if *nif = arg;
    struct pbuf *p = cookie;
    struct frame_info info;

    frame_inspect(p->payload, p->len, &info);
    if (info.arp)
        check_conflict(nif, p);
    if (info.fragment)
        net_tick_touch(NET_TICK_REASS);
    if (info.protocol == IP_PROTO_TCP)
        net_tick_touch(NET_TICK_TCP);
    set_checks(nif, !info.fragment &&
                        (flags & (NETDEV_CSUM_VALID | NETDEV_CSUM_BLANK)));
    if (nif->netif.input(p, &nif->netif) != ERR_OK)
        pbuf_free(p);
    /* The answer may have changed when DHCP has to act next. */
    if (info.protocol == IP_PROTO_UDP &&
        info.dest_port == LWIP_IANA_PORT_DHCP_CLIENT)
        net_interface_dhcp_heard(nif);
    /* Frames that loop back have no checksums. */
    set_checks(nif, true);
}

static void link_change(void *arg, bool up)
{
    net_interface_link(arg, up);
}

const struct netdev_client net_client = {
    .wake = wake,
    .rx_buffer = rx_buffer,
    .rx_deliver = rx_deliver,
    .link = link_change,
};
