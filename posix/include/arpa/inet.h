/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef _ARPA_INET_H
#define _ARPA_INET_H

#include <stdint.h>
#include <sys/socket.h>

/* newlib's <sys/types.h> has in_port_t and in_addr_t. */
struct in_addr {
    in_addr_t s_addr;
};

#define INET_ADDRSTRLEN 16
#define INET6_ADDRSTRLEN 46

#define htons(x) ((uint16_t)__builtin_bswap16(x))
#define ntohs(x) ((uint16_t)__builtin_bswap16(x))
#define htonl(x) ((uint32_t)__builtin_bswap32(x))
#define ntohl(x) ((uint32_t)__builtin_bswap32(x))

#ifdef __cplusplus
extern "C" {
#endif

int inet_aton(const char *text, struct in_addr *out);
in_addr_t inet_addr(const char *text);
char *inet_ntoa(struct in_addr addr);
int inet_pton(int family, const char *text, void *out);
const char *inet_ntop(int family, const void *addr, char *buf, socklen_t size);

#ifdef __cplusplus
}
#endif

#endif
