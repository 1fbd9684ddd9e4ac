/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names to addresses: literals, this host's own names, then lwIP's DNS client.
 * A query outlives a caller that gave up: whoever is last frees it.
 */
#include "private.h"

#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/parse.h>
#include <pith/string.h>

#include <lwip/dns.h>

struct query {
    struct waitq waitq;
    bool done, abandoned;
    int error; /* -XEN_ENOENT: no such name; -XEN_ETIME: no answer */
    uint32_t ipv4;
};

/* Under the network lock. */
unsigned net_dns_queries;
static bool ticking;

/* lwIP says the same of a name that is not there and of a server that is not:
 * but it gives up on a server in its timer only. */
void net_dns_tick(void)
{
    ticking = true;
    dns_tmr();
    ticking = false;
}

/* lwIP: the answer, or NULL when there is none. */
static void on_answer(const char *name, const ip_addr_t *addr, void *arg)
{
    struct query *query = arg;

    net_dns_queries--;
    if (query->abandoned) {
        heap_free(query);
        return;
    }
    if (addr)
        query->ipv4 = addr->addr;
    else
        query->error = ticking ? -XEN_ETIME : -XEN_ENOENT;
    query->done = true;
    waitq_wake_all(&query->waitq);
}

/* Waits for on_answer. Frees query, or leaves that to on_answer. */
static int wait_answer(struct query *query, uint32_t *out, uint64_t deadline_ns)
{
    bool done;
    int rc;

    net_unlock();
    WAITQ_WAIT_UNTIL(&query->waitq, READ_ONCE(query->done), deadline_ns);
    net_lock();
    done = query->done;
    if (!done) {
        query->abandoned = true;
        return -XEN_ETIME;
    }
    rc = query->error ? query->error : 1;
    *out = query->ipv4;
    heap_free(query);
    return rc;
}

static int ask(const char *name, uint32_t *out, uint64_t deadline_ns)
{
    struct query *query = heap_zalloc(sizeof(*query));
    ip_addr_t addr;
    err_t err;

    if (!query)
        return -XEN_ENOMEM;
    waitq_init(&query->waitq);
    net_dns_settle();
    err = dns_gethostbyname(name, &addr, on_answer, query);
    if (err == ERR_INPROGRESS) {
        net_dns_queries++;
        net_tick_touch(NET_TICK_DNS);
        return wait_answer(query, out, deadline_ns);
    }
    heap_free(query);
    if (err == ERR_OK) {
        *out = addr.addr;
        return 1;
    }
    return err == ERR_MEM ? -XEN_ENOMEM : -XEN_ENOENT;
}

/* The address that others know this host by, else loopback. */
static uint32_t own_address(void)
{
    const struct netif *netif = netif_default;

    return netif ? netif_ip4_addr(netif)->addr : lwip_htonl(IPADDR_LOOPBACK);
}

int sock_resolve(const char *name, uint32_t *out, unsigned max,
                 uint64_t deadline_ns)
{
    uint32_t literal;
    int rc = 1;

    if (!max)
        return 0;
    net_lock();
    if (!parse_ipv4(name, &literal))
        *out = lwip_htonl(literal);
    else if (!strcmp(name, "localhost"))
        *out = lwip_htonl(IPADDR_LOOPBACK);
    else if (!strcmp(name, net_hostname()))
        *out = own_address();
    else
        rc = ask(name, out, deadline_ns);
    net_unlock();
    return rc;
}
