/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The addresses of interfaces: what follows when one changes, and who asks for
 * them. Under the network lock, but for the functions of pith/sock.h.
 */
#include "private.h"

#include <pith/errno.h>
#include <pith/format.h>
#include <pith/log.h>
#include <pith/string.h>

#include <lwip/dns.h>

static bool has_address(const struct net_if *nif)
{
    return netif_is_up(&nif->netif) && netif_is_link_up(&nif->netif) &&
           !ip4_addr_isany_val(*netif_ip4_addr(&nif->netif));
}

/* The default route: the first interface that has a gateway, else the first
 * with an address. */
void net_choose_default(void)
{
    struct net_if *nif, *chosen = NULL;

    list_for_each (nif, &net_interface_list, link) {
        bool gateway = !ip4_addr_isany_val(*netif_ip4_gw(&nif->netif));

        if (!has_address(nif))
            continue;
        if (gateway) {
            chosen = nif;
            break;
        }
        if (!chosen)
            chosen = nif;
    }
    netif_set_default(chosen ? &chosen->netif : NULL);
}

/* Name servers of the command line stand before those of a DHCP server. */
void net_apply_name_servers(const struct net_config *config)
{
    for (unsigned i = 0; i < config->dns_count; i++) {
        ip_addr_t server = IPADDR4_INIT(lwip_htonl(config->dns[i]));

        dns_setserver(i, &server);
    }
}

static void log_address(const struct net_if *nif)
{
    uint32_t ip = lwip_ntohl(netif_ip4_addr(&nif->netif)->addr);
    uint32_t gw = lwip_ntohl(netif_ip4_gw(&nif->netif)->addr);
    uint32_t mask = lwip_ntohl(netif_ip4_netmask(&nif->netif)->addr);

    log_info("net%u: %u.%u.%u.%u/%d gateway %u.%u.%u.%u", nif->dev->index,
             ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255,
             __builtin_popcount(mask), gw >> 24, gw >> 16 & 255, gw >> 8 & 255,
             gw & 255);
}

/* lwIP calls it when the address, or up and down, change. */
void net_status_changed(struct netif *netif)
{
    struct net_if *nif = netif->state;

    nif->conflict_logged = false;
    net_apply_name_servers(nif->config);
    net_choose_default();
    if (has_address(nif))
        log_address(nif);
    else if (nif->had_address)
        log_warning("net%u: has lost its address", nif->dev->index);
    nif->had_address = has_address(nif);
    waitq_wake_all(&net_status_waitq);
}

static struct net_if *find(unsigned index)
{
    struct net_if *nif;

    list_for_each (nif, &net_interface_list, link)
        if (nif->dev->index == index)
            return nif;
    return NULL;
}

int net_interface_get(unsigned index, struct net_interface *out)
{
    const struct net_if *nif;
    int rc = -XEN_ENOENT;

    net_lock();
    nif = find(index);
    if (nif) {
        *out = (struct net_interface){
            .ipv4 = netif_ip4_addr(&nif->netif)->addr,
            .netmask = netif_ip4_netmask(&nif->netif)->addr,
            .gateway = netif_ip4_gw(&nif->netif)->addr,
            .mtu = nif->netif.mtu,
            .link_up = netif_is_link_up(&nif->netif),
            .configured = has_address(nif),
        };
        memcpy(out->mac, nif->dev->mac, sizeof(out->mac));
        format(out->name, sizeof(out->name), "net%u", index);
        rc = 0;
    }
    net_unlock();
    return rc;
}

/* The first interface that still waits for its address; -1: none does. */
static int first_waiting(void)
{
    const struct net_if *nif;
    int index = -1;

    net_lock();
    list_for_each (nif, &net_interface_list, link) {
        if (nif->config->mode == NET_NONE || has_address(nif))
            continue;
        index = nif->dev->index;
        break;
    }
    net_unlock();
    return index;
}

/* A word for an interface that is not there: it may still come, so this is
 * not an error, but it is not passed over in silence. */
static void warn_of_missing(void)
{
    net_lock();
    for (unsigned i = 0; i < NET_CONFIG_MAX; i++)
        if (net_config_get(i)->given && !find(i))
            log_warning("pith.net%u: there is no such interface", i);
    net_unlock();
}

int net_wait_configured(uint64_t deadline_ns)
{
    int rc =
        WAITQ_WAIT_UNTIL(&net_status_waitq, first_waiting() < 0, deadline_ns);
    struct net_interface facts;
    int index = first_waiting();

    if (rc && index >= 0 && !net_interface_get(index, &facts))
        log_warning("net%d: no address yet: %s", index,
                    facts.link_up ? "no answer by DHCP"
                                  : "the backend has not connected");
    warn_of_missing();
    return rc;
}
