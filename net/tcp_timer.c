/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lwIP's TCP timers, which it wants called four times a second while there is
 * any connection: here only while one has something under way. A connection
 * that just stands, or waits out its TIME_WAIT, costs nothing until its time.
 * Under the network lock.
 */
#include "private.h"

#include <lwip/priv/tcp_priv.h>

/* Closed connections that wait for stray segments; the oldest go first, as
 * each holds memory that a program may want. */
#define TIME_WAIT_MAX 1024
/* tcp_tmr counts tcp_ticks up at every second call. */
#define CALLS_PER_TICK (TCP_SLOW_INTERVAL / TCP_TMR_INTERVAL)
#define TICKS(ms) ((ms) / TCP_SLOW_INTERVAL)

/* True if neither a segment nor an acknowledgement is outstanding in either
 * direction, so that only the peer or the program can make something of it. */
static bool is_quiet(const struct tcp_pcb *pcb)
{
    bool open = pcb->state == ESTABLISHED || pcb->state == CLOSE_WAIT ||
                (pcb->state == FIN_WAIT_2 && !(pcb->flags & TF_RXCLOSED));

    return open && !pcb->unsent && !pcb->unacked && !pcb->ooseq &&
           !pcb->refused_data && !pcb->persist_backoff &&
           !(pcb->flags & (TF_ACK_DELAY | TF_ACK_NOW | TF_CLOSEPEND));
}

/* In how many calls the time of pcb, ticks after its last segment, has come. */
static uint32_t calls_until(const struct tcp_pcb *pcb, uint32_t ticks)
{
    uint32_t passed = tcp_ticks - pcb->tmr;

    return passed < ticks ? (ticks - passed) * CALLS_PER_TICK : 1;
}

uint32_t net_tcp_due(void)
{
    uint32_t due = 0;

    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next) {
        uint32_t calls;

        if (!is_quiet(pcb))
            return 1;
        if (!ip_get_option(pcb, SOF_KEEPALIVE))
            continue;
        /* From the first probe on it is looked at each time. */
        calls = pcb->keep_cnt_sent
                    ? 1
                    : calls_until(pcb, TICKS(pcb->keep_idle) + 1);
        due = due ? MIN(due, calls) : calls;
    }
    for (struct tcp_pcb *pcb = tcp_tw_pcbs; pcb; pcb = pcb->next) {
        uint32_t calls = calls_until(pcb, TICKS(2 * TCP_MSL) + 1);

        due = due ? MIN(due, calls) : calls;
    }
    return due;
}

void net_tcp_tick(void)
{
    struct tcp_pcb *pcb, *next;
    unsigned count = 0;

    tcp_tmr();
    /* The newest stand first. */
    for (pcb = tcp_tw_pcbs; pcb; pcb = next) {
        next = pcb->next;
        if (++count > TIME_WAIT_MAX)
            tcp_abort(pcb);
    }
}

void net_tcp_skip(uint32_t intervals)
{
    tcp_ticks += intervals / CALLS_PER_TICK;
}
