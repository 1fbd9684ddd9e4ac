/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options of both kinds of socket. Sizes of TCP's buffers are fixed: wishes
 * about them are taken and change nothing, as POSIX allows.
 */
#include "private.h"

#include <pith/errno.h>

#include <lwip/ip.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/udp.h>

#define RECV_BYTES_MIN (2u << 10)
#define RECV_BYTES_MAX (4u << 20)

/* The limits of Linux, which fit lwIP's counters in milliseconds. */
#define KEEP_SECONDS_MAX 32767
#define KEEP_COUNT_MAX 127

/* Where lwIP has one of the keepalive's numbers. A listening control block is a
 * shorter one and has none. */
static u32_t *keep_field(struct tcp_pcb *pcb, enum sock_option opt)
{
    if (!pcb || pcb->state == LISTEN)
        return NULL;
    if (opt == SOCK_OPT_KEEPCNT)
        return &pcb->keep_cnt;
    return opt == SOCK_OPT_KEEPIDLE ? &pcb->keep_idle : &pcb->keep_intvl;
}

static int keep_set(struct tcp_pcb *pcb, enum sock_option opt, int value)
{
    bool count = opt == SOCK_OPT_KEEPCNT;
    u32_t *field = keep_field(pcb, opt);

    if (value < 1 || value > (count ? KEEP_COUNT_MAX : KEEP_SECONDS_MAX))
        return -XEN_EINVAL;
    if (!field)
        return 0;
    *field = (u32_t)value * (count ? 1 : 1000);
    net_tick_touch(NET_TICK_TCP);
    return 0;
}

static int keep_get(struct tcp_pcb *pcb, enum sock_option opt, int *value)
{
    bool count = opt == SOCK_OPT_KEEPCNT;
    const u32_t *field = keep_field(pcb, opt);

    if (field)
        *value = (int)(*field / (count ? 1 : 1000));
    else if (count)
        *value = TCP_KEEPCNT_DEFAULT;
    else
        *value = (int)((opt == SOCK_OPT_KEEPIDLE ? TCP_KEEPIDLE_DEFAULT
                                                 : TCP_KEEPINTVL_DEFAULT) /
                       1000);
    return 0;
}

/* Bytes of the IP header that the program may choose. */
static int ip_byte_set(u8_t *field, enum sock_option opt, int value)
{
    if (value < (opt == SOCK_OPT_TTL) || value > UINT8_MAX)
        return -XEN_EINVAL;
    if (field)
        *field = (u8_t)value;
    return 0;
}

int sock_tcp_set_option(struct sock *s, enum sock_option opt, int value)
{
    struct tcp_pcb *pcb = s->tcp.pcb;
    unsigned flag = opt == SOCK_OPT_KEEPALIVE ? SOF_KEEPALIVE : SOF_REUSEADDR;

    switch (opt) {
    case SOCK_OPT_KEEPALIVE:
    case SOCK_OPT_REUSEADDR:
        if (pcb && value)
            ip_set_option(pcb, flag);
        else if (pcb)
            ip_reset_option(pcb, flag);
        return 0;
    case SOCK_OPT_NODELAY:
        s->nodelay = value;
        if (pcb && pcb->state != LISTEN && value)
            tcp_nagle_disable(pcb);
        else if (pcb && pcb->state != LISTEN)
            tcp_nagle_enable(pcb);
        return 0;
    case SOCK_OPT_LINGER:
        s->linger_s = value;
        return 0;
    case SOCK_OPT_KEEPIDLE:
    case SOCK_OPT_KEEPINTVL:
    case SOCK_OPT_KEEPCNT:
        return keep_set(pcb, opt, value);
    case SOCK_OPT_TTL:
        return ip_byte_set(pcb ? &pcb->ttl : NULL, opt, value);
    case SOCK_OPT_TOS:
        return ip_byte_set(pcb ? &pcb->tos : NULL, opt, value);
    case SOCK_OPT_RCVBUF: /* a wish; the sizes are lwIP's */
    case SOCK_OPT_SNDBUF:
    case SOCK_OPT_BROADCAST:
        return 0;
    default:
        return -XEN_ENOPROTOOPT;
    }
}

int sock_tcp_get_option(struct sock *s, enum sock_option opt, int *value)
{
    struct tcp_pcb *pcb = s->tcp.pcb;

    switch (opt) {
    case SOCK_OPT_KEEPIDLE:
    case SOCK_OPT_KEEPINTVL:
    case SOCK_OPT_KEEPCNT:
        return keep_get(pcb, opt, value);
    case SOCK_OPT_TTL:
        *value = pcb ? pcb->ttl : TCP_TTL;
        return 0;
    case SOCK_OPT_TOS:
        *value = pcb ? pcb->tos : 0;
        return 0;
    case SOCK_OPT_MAXSEG:
        *value = pcb && pcb->state != LISTEN ? tcp_mss(pcb) : TCP_MSS;
        return 0;
    case SOCK_OPT_KEEPALIVE:
        *value = pcb && ip_get_option(pcb, SOF_KEEPALIVE);
        return 0;
    case SOCK_OPT_REUSEADDR:
        *value = pcb && ip_get_option(pcb, SOF_REUSEADDR);
        return 0;
    case SOCK_OPT_NODELAY:
        *value = s->nodelay;
        return 0;
    case SOCK_OPT_RCVBUF:
        *value = TCP_WND;
        return 0;
    case SOCK_OPT_SNDBUF:
        *value = TCP_SND_BUF;
        return 0;
    case SOCK_OPT_BROADCAST:
        *value = 0;
        return 0;
    default:
        return -XEN_ENOPROTOOPT;
    }
}

int sock_udp_set_option(struct sock *s, enum sock_option opt, int value)
{
    struct udp_pcb *pcb = s->udp.pcb;
    unsigned flag = opt == SOCK_OPT_BROADCAST ? SOF_BROADCAST : SOF_REUSEADDR;

    switch (opt) {
    case SOCK_OPT_BROADCAST:
    case SOCK_OPT_REUSEADDR:
        if (value)
            ip_set_option(pcb, flag);
        else
            ip_reset_option(pcb, flag);
        return 0;
    case SOCK_OPT_RCVBUF:
        s->udp.limit_bytes = value < (int)RECV_BYTES_MIN
                                 ? RECV_BYTES_MIN
                                 : MIN((unsigned)value, RECV_BYTES_MAX);
        return 0;
    case SOCK_OPT_TTL:
        return ip_byte_set(&pcb->ttl, opt, value);
    case SOCK_OPT_TOS:
        return ip_byte_set(&pcb->tos, opt, value);
    case SOCK_OPT_SNDBUF: /* nothing is buffered */
    case SOCK_OPT_KEEPALIVE:
        return 0;
    case SOCK_OPT_LINGER:
        s->linger_s = value;
        return 0;
    default:
        return -XEN_ENOPROTOOPT;
    }
}

int sock_udp_get_option(struct sock *s, enum sock_option opt, int *value)
{
    switch (opt) {
    case SOCK_OPT_BROADCAST:
        *value = ip_get_option(s->udp.pcb, SOF_BROADCAST) != 0;
        return 0;
    case SOCK_OPT_REUSEADDR:
        *value = ip_get_option(s->udp.pcb, SOF_REUSEADDR) != 0;
        return 0;
    case SOCK_OPT_RCVBUF:
        *value = s->udp.limit_bytes;
        return 0;
    case SOCK_OPT_SNDBUF:
        *value = UDP_PAYLOAD_MAX;
        return 0;
    case SOCK_OPT_TTL:
        *value = s->udp.pcb->ttl;
        return 0;
    case SOCK_OPT_TOS:
        *value = s->udp.pcb->tos;
        return 0;
    case SOCK_OPT_KEEPALIVE:
        *value = 0;
        return 0;
    default:
        return -XEN_ENOPROTOOPT;
    }
}
