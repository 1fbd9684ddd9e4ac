/* SPDX-License-Identifier: BSD-2-Clause */
/* What lwIP asks of the port by LWIP_HOOK_FILENAME. */
#ifndef LWIP_HOOKS_H
#define LWIP_HOOKS_H

#include <lwip/ip_addr.h>

/* random.c: the first sequence number of a connection (RFC 6528). */
u32_t net_tcp_isn(const ip_addr_t *local_ip, u16_t local_port,
                  const ip_addr_t *remote_ip, u16_t remote_port);
#define LWIP_HOOK_TCP_ISN net_tcp_isn

#endif
