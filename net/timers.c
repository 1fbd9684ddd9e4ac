/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lwIP's cyclic functions, each run only while it has something to do, by one
 * timer of the kernel's. In place of lwIP's timeouts.c.
 * Locks: the network lock, but for the timer's own upcall.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/clock.h>
#include <pith/timer.h>

#include <lwip/dhcp.h>
#include <lwip/dns.h>
#include <lwip/etharp.h>
#include <lwip/ip4_frag.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/timeouts.h>

/* While nothing is asked, addresses age in steps of a minute. */
#define ARP_COARSE 60
/* etharp.c asks five times for an address, a second apart. */
#define ARP_FINE 6

static struct {
    struct timer timer;
    uint64_t armed_ns; /* DEADLINE_NEVER: not armed */
    uint32_t fired;
    unsigned arp_fine_left; /* seconds in which a request can be open */
    unsigned reass_left;    /* seconds in which a datagram can be open */
} timers = {.armed_ns = DEADLINE_NEVER};

static void arp_tick(void)
{
    /* First: a request that etharp_tmr repeats sets it anew. */
    if (timers.arp_fine_left)
        timers.arp_fine_left--;
    etharp_tmr();
}

static bool arp_any(void)
{
    ip4_addr_t *ip;
    struct netif *netif;
    struct eth_addr *mac;

    for (size_t i = 0; i < ARP_TABLE_SIZE; i++)
        if (etharp_get_entry(i, &ip, &netif, &mac))
            return true;
    return false;
}

static uint32_t arp_due(void)
{
    if (timers.arp_fine_left)
        return 1;
    return arp_any() ? ARP_COARSE : 0;
}

static void reass_tick(void)
{
    if (timers.reass_left)
        timers.reass_left--;
    ip_reass_tmr();
}

static uint32_t reass_due(void)
{
    return timers.reass_left != 0;
}

static uint32_t sooner(uint32_t best, uint32_t intervals)
{
    return intervals && (!best || intervals < best) ? intervals : best;
}

static uint32_t dhcp_fine_due(void)
{
    struct netif *netif;
    uint32_t best = 0;

    NETIF_FOREACH(netif)
    {
        const struct dhcp *dhcp = netif_dhcp_data(netif);

        if (dhcp)
            best = sooner(best, dhcp->request_timeout);
    }
    return best;
}

static uint32_t dhcp_coarse_due(void)
{
    struct netif *netif;
    uint32_t best = 0;

    NETIF_FOREACH(netif)
    {
        const struct dhcp *dhcp = netif_dhcp_data(netif);

        if (!dhcp || !dhcp->t0_timeout)
            continue;
        best = sooner(best, dhcp->t0_timeout - dhcp->lease_used);
        best = sooner(best, dhcp->t1_renew_time);
        best = sooner(best, dhcp->t2_rebind_time);
    }
    return best;
}

/* Queries under way keep it running: sock_resolve counts them. */
static uint32_t dns_due(void)
{
    return net_dns_queries != 0;
}

static struct tick ticks[NET_TICKS] = {
    [NET_TICK_TCP] = {.fn = net_tcp_tick,
                      .skip = net_tcp_skip,
                      .due = net_tcp_due,
                      .interval_ms = TCP_TMR_INTERVAL,
                      .catch_up_max = 1},
    [NET_TICK_ARP] = {.fn = arp_tick,
                      .due = arp_due,
                      .interval_ms = ARP_TMR_INTERVAL,
                      .catch_up_max = ARP_MAXAGE,
                      .age = TICK_DEFER},
    [NET_TICK_REASS] = {.fn = reass_tick,
                        .due = reass_due,
                        .interval_ms = IP_TMR_INTERVAL,
                        .catch_up_max = IP_REASS_MAXAGE},
    [NET_TICK_DHCP_FINE] = {.fn = dhcp_fine_tmr,
                            .due = dhcp_fine_due,
                            .interval_ms = DHCP_FINE_TIMER_MSECS,
                            .catch_up_max = UINT16_MAX},
    [NET_TICK_DHCP_COARSE] = {.fn = dhcp_coarse_tmr,
                              .due = dhcp_coarse_due,
                              .interval_ms = DHCP_COARSE_TIMER_MSECS,
                              .catch_up_max = UINT16_MAX},
    [NET_TICK_DNS] = {.fn = net_dns_tick,
                      .due = dns_due,
                      .interval_ms = DNS_TMR_INTERVAL,
                      .catch_up_max = DNS_MAX_TTL + 1,
                      .age = TICK_SETTLE},
};

/* Upcall context. */
static void timer_fired(struct timer *timer)
{
    WRITE_ONCE(timers.armed_ns, DEADLINE_NEVER);
    atomic_store(&timers.fired, 1);
    net_wake();
}

/* Called for the first of any number of connections. */
void tcp_timer_needed(void)
{
    net_tick_touch(NET_TICK_TCP);
}

/* lwip_init calls it; net_timers_init has done the work. */
void sys_timeouts_init(void)
{
}

void net_timers_init(void)
{
    timer_init(&timers.timer, timer_fired);
    for (size_t i = 0; i < NET_TICKS; i++)
        ticks[i].next_ns = DEADLINE_NEVER;
}

void net_tick_touch(enum net_tick tick)
{
    if (tick == NET_TICK_ARP)
        timers.arp_fine_left = ARP_FINE;
    if (tick == NET_TICK_REASS)
        timers.reass_left = IP_REASS_MAXAGE + 1;
    /* At its finest already: spares a look at the clock for every request. */
    if (!tick_finest(&ticks[tick]))
        ticks[tick].touched = true;
}

void net_tcp_settle(void)
{
    struct tick *tick = &ticks[NET_TICK_TCP];

    /* Spares a look at the clock while the timers run or are off. */
    if (tick->next_ns != DEADLINE_NEVER && !tick_finest(tick))
        tick_settle(tick, clock_monotonic_ns());
}

void net_dns_settle(void)
{
    if (ticks[NET_TICK_DNS].next_ns == DEADLINE_NEVER)
        tick_replan(&ticks[NET_TICK_DNS], clock_monotonic_ns());
}

static bool any_to_replan(void)
{
    bool any = false;

    for (size_t i = 0; i < NET_TICKS; i++)
        any |= ticks[i].touched;
    return any;
}

static void arm(void)
{
    uint64_t next = DEADLINE_NEVER;

    for (size_t i = 0; i < NET_TICKS; i++)
        next = MIN(next, ticks[i].next_ns);
    /* An alarm that comes too early does no harm; moving it costs an exit. */
    if (next >= READ_ONCE(timers.armed_ns))
        return;
    WRITE_ONCE(timers.armed_ns, next);
    timer_arm(&timers.timer, next);
}

void net_timers_run(void)
{
    bool fired = atomic_exchange(&timers.fired, 0);
    uint64_t now;

    if (!fired && !any_to_replan())
        return;
    now = clock_monotonic_ns();
    if (fired)
        for (size_t i = 0; i < NET_TICKS; i++)
            tick_run(&ticks[i], now);
    for (size_t i = 0; i < NET_TICKS; i++)
        if (ticks[i].touched)
            tick_replan(&ticks[i], now);
    arm();
}
