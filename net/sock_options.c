/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options of both kinds of socket. Sizes of TCP's buffers are fixed: wishes
 * about them are taken and change nothing, as POSIX allows.
 */
#include "private.h"

#include <pith/errno.h>

#include <lwip/ip.h>
#include <lwip/tcp.h>
#include <lwip/udp.h>

#define RECV_BYTES_MIN (2u << 10)
#define RECV_BYTES_MAX (4u << 20)

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
    const struct tcp_pcb *pcb = s->tcp.pcb;

    switch (opt) {
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
    case SOCK_OPT_KEEPALIVE:
        *value = 0;
        return 0;
    default:
        return -XEN_ENOPROTOOPT;
    }
}
