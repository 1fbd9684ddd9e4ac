/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One lwIP interface for each netdev: comes and goes with its device, gets its
 * address from the command line or by DHCP (RFC 2131).
 * Lock: the network lock protects the list and all in it.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/heap.h>
#include <pith/log.h>
#include <pith/string.h>

#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <netif/ethernet.h>

/* Frames taken from a device before other threads get their turn. */
#define POLL_BUDGET 64

struct list net_interface_list = LIST_INIT(net_interface_list);

static err_t netif_setup(struct netif *netif)
{
    struct net_if *nif = netif->state;

    netif->name[0] = 'n';
    netif->name[1] = '0' + nif->dev->index % 10;
    netif->output = etharp_output;
    netif->linkoutput = net_linkoutput;
    netif->mtu = nif->dev->mtu;
    if (nif->config->mtu > netif->mtu)
        log_warning("net%u: mtu %u: the device takes at most %u",
                    nif->dev->index, nif->config->mtu, netif->mtu);
    else if (nif->config->mtu)
        netif->mtu = nif->config->mtu;
    netif->hwaddr_len = ETH_HWADDR_LEN;
    memcpy(netif->hwaddr, nif->dev->mac, ETH_HWADDR_LEN);
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
                   NETIF_FLAG_ETHERNET;
    netif_set_hostname(netif, net_hostname());
    return ERR_OK;
}

static void insert_sorted(struct net_if *nif)
{
    struct list *before = net_interface_list.next;

    while (before != &net_interface_list &&
           list_entry(before, struct net_if, link)->dev->index <
               nif->dev->index)
        before = before->next;
    list_insert_between(&nif->link, before->prev, before);
}

/* Which checksums lwIP computes itself. input.c switches the checks. */
static void set_checksums(struct net_if *nif)
{
    u16_t flags = NETIF_CHECKSUM_ENABLE_ALL &
                  ~(NETIF_CHECKSUM_CHECK_TCP | NETIF_CHECKSUM_CHECK_UDP);

    if (nif->dev->offload & NETDEV_CSUM_BLANK)
        flags &= ~(NETIF_CHECKSUM_GEN_TCP | NETIF_CHECKSUM_GEN_UDP);
    NETIF_SET_CHECKSUM_CTRL(&nif->netif, flags);
}

static void link_changed(struct net_if *nif, bool up)
{
    set_checksums(nif);
    if (up)
        netif_set_link_up(&nif->netif);
    else
        netif_set_link_down(&nif->netif);
    net_tick_touch(NET_TICK_DHCP_FINE);
    net_tick_touch(NET_TICK_DHCP_COARSE);
    net_choose_default();
    waitq_wake_all(&net_status_waitq);
}

static void configure(struct net_if *nif)
{
    if (nif->config->mode == NET_NONE)
        return;
    netif_set_status_callback(&nif->netif, net_status_changed);
    netif_set_up(&nif->netif);
    if (nif->config->mode == NET_DHCP && dhcp_start(&nif->netif) != ERR_OK)
        log_error("net%u: DHCP cannot start: out of memory", nif->dev->index);
}

static void attach(struct netdev *dev)
{
    struct net_if *nif = heap_zalloc(sizeof(*nif));
    const struct net_config *config = net_config_get(dev->index);
    uint32_t mask =
        config->prefix_bits ? ~(uint32_t)0 << (32 - config->prefix_bits) : 0;
    ip4_addr_t ip4 = {lwip_htonl(config->address)};
    ip4_addr_t mask4 = {lwip_htonl(mask)};
    ip4_addr_t gw4 = {lwip_htonl(config->gateway)};

    if (!nif) {
        log_error("net%u: out of memory", dev->index);
        return;
    }
    nif->dev = dev;
    nif->config = config;
    net_lock();
    netif_add(&nif->netif, &ip4, &mask4, &gw4, nif, netif_setup,
              ethernet_input);
    set_checksums(nif);
    insert_sorted(nif);
    configure(nif);
    dev->client_arg = nif;
    atomic_store(&dev->client, &net_client);
    barrier_full(); /* with netdev_set_link: one of us sees the other's store */
    if (READ_ONCE(dev->link_up))
        link_changed(nif, true);
    net_unlock();
    net_wake();
}

static void detach(struct netdev *dev)
{
    struct net_if *nif = dev->client_arg;

    WRITE_ONCE(dev->client, NULL);
    if (!nif)
        return;
    net_lock();
    list_remove(&nif->link);
    dhcp_stop(&nif->netif);
    dhcp_cleanup(&nif->netif);
    /* Connections from its address end with an error. */
    netif_remove(&nif->netif);
    net_choose_default();
    waitq_wake_all(&net_status_waitq);
    net_unlock();
    dev->client_arg = NULL;
    heap_free(nif);
}

void net_interface_link(struct net_if *nif, bool up)
{
    net_lock();
    link_changed(nif, up);
    net_unlock();
    net_wake();
}

void net_interface_dhcp_heard(struct net_if *nif)
{
    net_tick_touch(NET_TICK_DHCP_FINE);
    net_tick_touch(NET_TICK_DHCP_COARSE);
    net_apply_name_servers(nif->config);
}

void net_interfaces_full_checksums(bool on)
{
    struct net_if *nif;

    list_for_each (nif, &net_interface_list, link)
        if (on)
            nif->netif.chksum_flags |= NETIF_CHECKSUM_GEN_UDP;
        else
            set_checksums(nif);
}

void net_interfaces_init(void)
{
    netdev_set_attach(attach, detach);
}

bool net_interfaces_poll(void)
{
    struct net_if *nif;
    bool more = false;

    netif_poll_all();
    list_for_each (nif, &net_interface_list, link)
        if (nif->dev->ops->poll(nif->dev, POLL_BUDGET) == POLL_BUDGET)
            more = true;
    return more;
}

void net_interfaces_flush(void)
{
    struct net_if *nif;

    list_for_each (nif, &net_interface_list, link) {
        if (!nif->unflushed)
            continue;
        nif->unflushed = 0;
        nif->dev->ops->flush(nif->dev);
    }
}

bool net_interfaces_pending(void)
{
    struct net_if *nif;
    struct netif *netif;

    list_for_each (nif, &net_interface_list, link)
        if (nif->unflushed)
            return true;
    NETIF_FOREACH(netif)
    if (netif->loop_first)
        return true;
    return false;
}
