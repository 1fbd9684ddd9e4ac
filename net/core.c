/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The network lock and the thread "net", the one place where frames enter lwIP
 * and where its timers run. Programs' threads call lwIP themselves under the
 * lock; what they send is handed to the peer by the thread, once they block,
 * so that a burst costs one notification.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/lifecycle.h>
#include <pith/mutex.h>
#include <pith/room.h>
#include <pith/thread.h>

#include <lwip/init.h>
#include <lwip/priv/tcp_priv.h>

#define NET_STACK_BYTES 16384
#define DRAIN_NS NS_PER_SEC

static struct {
    struct mutex lock; /* the network lock: all of lwIP, all sockets */
    struct waitq wake_waitq;
    uint32_t work;    /* atomic: the thread has to look */
    struct list room; /* sockets that wait for room to send */
    struct waitq drain_waitq;
    bool draining;
} net = {
    .lock = MUTEX_INIT(net.lock),
    .wake_waitq = WAITQ_INIT(net.wake_waitq),
    .room = LIST_INIT(net.room),
    .drain_waitq = WAITQ_INIT(net.drain_waitq),
};

struct waitq net_status_waitq = WAITQ_INIT(net_status_waitq);

void net_lock(void)
{
    mutex_lock(&net.lock);
}

void net_unlock(void)
{
    bool pending = net_interfaces_pending();

    mutex_unlock(&net.lock);
    if (pending)
        net_wake();
}

void net_wake(void)
{
    if (!atomic_exchange(&net.work, 1))
        waitq_wake_one(&net.wake_waitq);
}

void net_wait_for_room(struct sock *s)
{
    list_remove(&s->room_link);
    list_push_back(&net.room, &s->room_link);
}

/* A device had no room before this wake and may have some now. */
static void room_is_back(void)
{
    struct list *link;

    while ((link = list_pop_front(&net.room)))
        waitq_wake_all(&list_entry(link, struct sock, room_link)->waitq);
    tcp_txnow();
}

/* True if there may be more to do at once. */
static bool work_once(void)
{
    bool more;

    mutex_lock(&net.lock);
    net_tcp_settle();
    more = net_interfaces_poll();
    if (net_room_wanted())
        room_is_back();
    net_timers_run();
    net_interfaces_flush();
    if (net.draining)
        waitq_wake_all(&net.drain_waitq);
    /* Timers and retries may have sent to ourselves. */
    more |= net_interfaces_pending();
    mutex_unlock(&net.lock);
    return more;
}

static void net_thread(void *arg)
{
    for (;;) {
        WAITQ_WAIT_UNTIL(&net.wake_waitq, atomic_load(&net.work),
                         DEADLINE_NEVER);
        /* Before the work, so that a wake during it is another round; taking
         * the lock is the full barrier that keeps the work's loads behind. */
        atomic_store(&net.work, 0);
        /* Yields, so that programs take frames as fast as they come. */
        while (work_once())
            thread_yield();
    }
}

/* No connection has data that its peer has not taken yet. */
static bool all_sent(void)
{
    bool sent = true;

    net_lock();
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
        if (pcb->state >= ESTABLISHED && (pcb->unsent || pcb->unacked))
            sent = false;
    net_unlock();
    return sent;
}

/* Tells each peer that this was all, behind what is still to be sent. */
static void shut_all(void)
{
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb; pcb = pcb->next)
        if (pcb->state == ESTABLISHED || pcb->state == CLOSE_WAIT)
            tcp_shutdown(pcb, 0, 1);
}

/* Programs end without closing their sockets, and without waiting for what
 * they sent last; this does both. */
static void net_closing(void)
{
    uint64_t deadline_ns = clock_monotonic_ns() + DRAIN_NS;

    net_lock();
    net.draining = true;
    shut_all();
    net_unlock();
    WAITQ_WAIT_UNTIL(&net.drain_waitq, all_sent(), deadline_ns);
    net_lock();
    net_interfaces_flush();
    net_unlock();
}

LIFECYCLE_HOOK("090", net, net_closing);

static int net_init(void)
{
    int rc = net_config_check();

    if (rc)
        return rc;
    net_timers_init();
    lwip_init();
    if (!thread_start("net", NET_STACK_BYTES, net_thread, NULL))
        return -XEN_ENOMEM;
    net_interfaces_init();
    return 0;
}

ROOM("090", net, net_init, false);
