/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading the headers of a frame in private memory, for what lwIP does not
 * know: whose checksum is blank, and which timers a frame concerns. Pure.
 * Sources: RFC 791, RFC 768, RFC 9293, RFC 826.
 */
#include "private.h"

#include <pith/errno.h>
#include <pith/string.h>

#include <lwip/prot/ethernet.h>
#include <lwip/prot/ip.h>
#include <lwip/prot/ip4.h>
#include <lwip/prot/tcp.h>
#include <lwip/prot/udp.h>

static uint16_t read16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

void frame_inspect(const uint8_t *frame, size_t length, struct frame_info *out)
{
    const uint8_t *ip = frame + SIZEOF_ETH_HDR;
    unsigned ip_bytes;

    *out = (struct frame_info){0};
    if (length < SIZEOF_ETH_HDR + IP_HLEN)
        return;
    out->arp = read16(frame + 12) == ETHTYPE_ARP;
    ip_bytes = (ip[0] & 0xf) * 4u;
    if (read16(frame + 12) != ETHTYPE_IP || ip[0] >> 4 != 4 ||
        ip_bytes < IP_HLEN || length < SIZEOF_ETH_HDR + ip_bytes)
        return;
    out->ipv4 = true;
    out->fragment = read16(ip + 6) & (IP_MF | IP_OFFMASK);
    out->protocol = ip[9];
    out->l4_offset = SIZEOF_ETH_HDR + ip_bytes;
    if ((out->protocol == IP_PROTO_TCP || out->protocol == IP_PROTO_UDP) &&
        !(read16(ip + 6) & IP_OFFMASK) && length >= out->l4_offset + 4u)
        out->dest_port = read16(frame + out->l4_offset + 2);
}

int frame_blank_checksum(uint8_t *frame, size_t length,
                         const struct frame_info *info)
{
    const uint8_t *ip = frame + SIZEOF_ETH_HDR;
    bool tcp = info->protocol == IP_PROTO_TCP;
    size_t field = info->l4_offset + (tcp ? offsetof(struct tcp_hdr, chksum)
                                          : offsetof(struct udp_hdr, chksum));
    uint32_t sum = info->protocol;

    if (length < field + 2)
        return -XEN_EINVAL;
    /* Both addresses, the protocol, and the length of what follows the IP
     * header: by the header, since a frame may be padded. */
    for (unsigned i = 12; i < 20; i += 2)
        sum += read16(ip + i);
    sum += read16(ip + 2) - (info->l4_offset - (uint32_t)SIZEOF_ETH_HDR);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    frame[field] = sum >> 8;
    frame[field + 1] = sum & 0xff;
    return 0;
}
