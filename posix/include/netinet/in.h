/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef _NETINET_IN_H
#define _NETINET_IN_H

#include <arpa/inet.h>
#include <stdint.h>
#include <sys/socket.h>

#define IPPROTO_IP 0
#define IPPROTO_ICMP 1
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_IPV6 41
#define IPPROTO_RAW 255

#define IPPORT_RESERVED 1024

struct sockaddr_in {
    sa_family_t sin_family;
    in_port_t sin_port;
    struct in_addr sin_addr;
    unsigned char sin_zero[8];
};

struct in6_addr {
    union {
        uint8_t __u8[16];
        uint16_t __u16[8];
        uint32_t __u32[4];
    } __u;
};
#define s6_addr __u.__u8

/* For programs that name it: sockets of AF_INET6 are not supported yet. */
struct sockaddr_in6 {
    sa_family_t sin6_family;
    in_port_t sin6_port;
    uint32_t sin6_flowinfo;
    struct in6_addr sin6_addr;
    uint32_t sin6_scope_id;
};

#define INADDR_ANY ((in_addr_t)0x00000000)
#define INADDR_LOOPBACK ((in_addr_t)0x7f000001)
#define INADDR_BROADCAST ((in_addr_t)0xffffffff)
#define INADDR_NONE ((in_addr_t)0xffffffff)

#define IN6ADDR_ANY_INIT \
    { \
        { \
            { \
                0 \
            } \
        } \
    }
#define IN6ADDR_LOOPBACK_INIT \
    { \
        { \
            { \
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 \
            } \
        } \
    }

extern const struct in6_addr in6addr_any, in6addr_loopback;

#define IN_MULTICAST(a) (((in_addr_t)(a)&0xf0000000) == 0xe0000000)

#define IP_TOS 1
#define IP_TTL 2
#define IPV6_V6ONLY 26

#endif
