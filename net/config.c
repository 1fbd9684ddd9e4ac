/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command line's words for interfaces: pith.net#.ip, .gw, .dns, .mtu, .ip6,
 * and without "net#." the same for net0. Set before any room from level 060 on
 * starts, constant afterwards.
 */
#include "private.h"

#include <pith/errno.h>
#include <pith/log.h>
#include <pith/option.h>
#include <pith/parse.h>
#include <pith/string.h>

static struct net_config configs[NET_CONFIG_MAX];

/* The entry that a word is about; NULL: no such interface can be. */
static struct net_config *entry(unsigned index)
{
    if (index >= NET_CONFIG_MAX)
        return NULL;
    configs[index].given = true;
    return &configs[index];
}

/* An address that a host may have: no network's or broadcast address, neither
 * loopback nor multicast. */
static bool is_host(uint32_t address, unsigned bits)
{
    uint32_t host_mask = bits >= 31 ? 0 : UINT32_MAX >> bits;
    uint32_t host = address & host_mask, top = address >> 24;

    if (top == 0 || top == 127 || top >= 224)
        return false;
    return !host_mask || (host != 0 && host != host_mask);
}

static int set_ip(unsigned index, const char *value)
{
    struct net_config *config = entry(index);

    if (!config)
        return -XEN_EINVAL;
    config->mode = NET_STATIC;
    config->address = config->prefix_bits = 0; /* the last word counts */
    if (!strcmp(value, "dhcp"))
        config->mode = NET_DHCP;
    else if (!strcmp(value, "none"))
        config->mode = NET_NONE;
    else if (parse_cidr4(value, &config->address, &config->prefix_bits) ||
             !config->prefix_bits ||
             !is_host(config->address, config->prefix_bits))
        return -XEN_EINVAL;
    return 0;
}

static int set_gateway(unsigned index, const char *value)
{
    struct net_config *config = entry(index);

    if (!config || parse_ipv4(value, &config->gateway) ||
        !is_host(config->gateway, 32))
        return -XEN_EINVAL;
    return 0;
}

/* One or two addresses with a comma between them. */
static int set_dns(unsigned index, const char *value)
{
    struct net_config *config = entry(index);
    const char *comma = strchr(value, ',');
    char first[16];
    size_t length = comma ? (size_t)(comma - value) : strlen(value);

    if (!config || length >= sizeof(first))
        return -XEN_EINVAL;
    str_copy(first, value, length + 1);
    if (parse_ipv4(first, &config->dns[0]) ||
        (comma && parse_ipv4(comma + 1, &config->dns[1])))
        return -XEN_EINVAL;
    config->dns_count = comma ? 2 : 1;
    return 0;
}

static int set_mtu(unsigned index, const char *value)
{
    struct net_config *config = entry(index);
    uint64_t mtu;

    /* RFC 791: every host takes 576 bytes. */
    if (!config || parse_u64(value, 65535, &mtu) || mtu < 576)
        return -XEN_EINVAL;
    config->mtu = mtu;
    return 0;
}

static int set_ip6(unsigned index, const char *value)
{
    if (index >= NET_CONFIG_MAX || strcmp(value, "none"))
        return -XEN_EINVAL;
    return 0;
}

#define WANTS_IP "dhcp, none or A.B.C.D/N for net0 to net7"
#define WANTS_ADDRESS "A.B.C.D"
#define WANTS_DNS "A.B.C.D or A.B.C.D,A.B.C.D"
#define WANTS_MTU "576 to 65535"
#define WANTS_IP6 "none, as this version has no IPv6"

OPTION(ip, "ip", set_ip, WANTS_IP);
OPTION(gw, "gw", set_gateway, WANTS_ADDRESS);
OPTION(dns, "dns", set_dns, WANTS_DNS);
OPTION(mtu, "mtu", set_mtu, WANTS_MTU);
OPTION(ip6, "ip6", set_ip6, WANTS_IP6);
OPTION(net_ip, "net#.ip", set_ip, WANTS_IP);
OPTION(net_gw, "net#.gw", set_gateway, WANTS_ADDRESS);
OPTION(net_dns, "net#.dns", set_dns, WANTS_DNS);
OPTION(net_mtu, "net#.mtu", set_mtu, WANTS_MTU);
OPTION(net_ip6, "net#.ip6", set_ip6, WANTS_IP6);

/* NULL, or what is wrong with its gateway. */
static const char *gateway_fault(const struct net_config *config)
{
    if (!config->gateway)
        return NULL;
    if (config->mode != NET_STATIC)
        return "wants an address in ip";
    if ((config->gateway ^ config->address) >> (32 - config->prefix_bits))
        return "is not in the network of ip";
    if (config->gateway == config->address)
        return "is the interface's own address";
    return NULL;
}

const struct net_config *net_config_get(unsigned index)
{
    static const struct net_config dhcp;

    return index < NET_CONFIG_MAX ? &configs[index] : &dhcp;
}

int net_config_check(void)
{
    for (unsigned i = 0; i < NET_CONFIG_MAX; i++) {
        const char *fault = gateway_fault(&configs[i]);

        if (fault) {
            log_error("pith.net%u.gw: %s", i, fault);
            return -XEN_EINVAL;
        }
    }
    return 0;
}
