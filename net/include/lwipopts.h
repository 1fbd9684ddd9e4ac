/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How lwIP is built for Pith: the raw interface alone, under one lock of ours
 * (net/private.h), all memory from the heap, no timers of its own. Options
 * are explained in lwIP's lwip/opt.h.
 */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#include <pith/heap.h>

/* One lock around all of lwIP, so nothing inside it protects itself. */
#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0

/* ticks.c runs the protocols' timers, each only while it has work. */
#define LWIP_TIMERS 1
#define LWIP_TIMERS_CUSTOM 1

/* Control blocks and buffers come from the heap: as many connections as there
 * is memory, and none reserved for those that are never made. */
#define MEM_CUSTOM_ALLOCATOR 1
#define MEM_CUSTOM_MALLOC heap_alloc
#define MEM_CUSTOM_FREE heap_free
#define MEM_CUSTOM_CALLOC(n, size) heap_zalloc((n) * (size))
#define MEM_ALIGNMENT 8
#define MEMP_MEM_MALLOC 1

#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_ARP 1
#define LWIP_ICMP 1
#define LWIP_RAW 0
#define LWIP_UDP 1
#define LWIP_TCP 1
#define LWIP_DHCP 1
#define LWIP_DNS 1
#define LWIP_ACD 0
#define LWIP_DHCP_DOES_ACD_CHECK 0
#define LWIP_STATS 0

#define LWIP_HAVE_LOOPIF 1
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_LOOPBACK_MAX_PBUFS 1024
#define LWIP_NETIF_HOSTNAME 1
#define LWIP_NETIF_STATUS_CALLBACK 1
/* The backend computes and checks; input.c and output.c say when. */
#define LWIP_CHECKSUM_CTRL_PER_NETIF 1
#define LWIP_CHKSUM_ALGORITHM 3

#define ARP_TABLE_SIZE 64
#define ARP_QUEUEING 1
#define ARP_QUEUE_LEN 8
#define ETHARP_SUPPORT_STATIC_ENTRIES 0
#define ETHARP_TABLE_MATCH_NETIF 1
/* A peer that sends pieces only holds at most this many frames. */
#define IP_REASS_MAX_PBUFS 64
#define IP_FORWARD 0
#define IP_SOF_BROADCAST 1
#define IP_SOF_BROADCAST_RECV 0
#define SO_REUSE 1

#define DNS_TABLE_SIZE 8
#define DNS_MAX_SERVERS 2
/* ticks.c catches up on an idle resolver second by second. */
#define DNS_MAX_TTL 300

#define TCP_MSS 1460
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE 1
#define TCP_WND (64 * 1024)
#define TCP_SND_BUF (64 * 1024)
#define TCP_SND_QUEUELEN (4 * TCP_SND_BUF / TCP_MSS)
#define TCP_QUEUE_OOSEQ 1
#define TCP_OOSEQ_MAX_PBUFS 64
#define LWIP_TCP_SACK_OUT 1
#define TCP_LISTEN_BACKLOG 1
#define LWIP_TCP_KEEPALIVE 1
/* Half of RFC 9293's two minutes; Linux takes as long. */
#define TCP_MSL 30000

#define LWIP_HOOK_FILENAME "lwip_hooks.h"

#endif
