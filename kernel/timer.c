/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers: a queue by deadline, and Xen's one-shot timer set for its head.
 *
 * Each change of Xen's timer is a hypercall, so it is moved only to an earlier
 * deadline. One that was cancelled lets the event come for nothing, once; a
 * wait with a deadline that mostly ends sooner thus costs no hypercall.
 * Source: set_timer_op and VIRQ_TIMER in xen/xen.h.
 */

#include "private.h"
#include <pith/evtchn.h>
#include <pith/hypercall.h>
#include <xen/xen.h>

/* Xen takes a deadline more than 2^50 ns ahead for a mistake and fires every
 * 100 ms instead; halfway there we just look again. */
#define AHEAD_MAX_NS (1ull << 49)

/* lock protects all of it and is taken with interrupts off. While timers fire,
 * xen_deadline_ns is 0: Xen is told once, when all are done. */
static struct {
    struct spinlock lock;
    struct heapq queue;
    uint64_t xen_deadline_ns; /* DEADLINE_NEVER: not set */
    struct timer *firing;
} timers = {.xen_deadline_ns = DEADLINE_NEVER};

static void program_locked(uint64_t deadline_ns, uint64_t now_ns)
{
    if (deadline_ns > now_ns && deadline_ns - now_ns > AHEAD_MAX_NS)
        deadline_ns = now_ns + AHEAD_MAX_NS;
    timers.xen_deadline_ns = deadline_ns;
    hypercall_set_timer_op(MAX(deadline_ns, 1)); /* 0 would disarm */
}

static void disarm_locked(struct timer *timer)
{
    if (timer->armed)
        heapq_remove(&timers.queue, &timer->node);
    timer->armed = false;
}

static void arm_locked(struct timer *timer, uint64_t deadline_ns)
{
    heapq_insert(&timers.queue, &timer->node, deadline_ns);
    timer->armed = true;
}

void timer_init(struct timer *timer, void (*fn)(struct timer *timer))
{
    timer->armed = false;
    timer->fn = fn;
}

void timer_arm(struct timer *timer, uint64_t deadline_ns)
{
    unsigned long flags = spin_lock_irqsave(&timers.lock);

    disarm_locked(timer);
    arm_locked(timer, deadline_ns);
    if (deadline_ns < timers.xen_deadline_ns)
        program_locked(deadline_ns, clock_monotonic_ns());
    spin_unlock_irqrestore(&timers.lock, flags);
}

/* The clock is read only where Xen's timer would move: a deadline that lies
 * after Xen's fires with it. */
bool timer_arm_future(struct timer *timer, uint64_t deadline_ns)
{
    unsigned long flags = spin_lock_irqsave(&timers.lock);
    bool future = true;

    disarm_locked(timer);
    if (deadline_ns < timers.xen_deadline_ns) {
        uint64_t now_ns = clock_monotonic_ns();

        future = deadline_ns > now_ns;
        if (future)
            program_locked(deadline_ns, now_ns);
    }
    if (future)
        arm_locked(timer, deadline_ns);
    spin_unlock_irqrestore(&timers.lock, flags);
    return future;
}

bool timer_cancel(struct timer *timer)
{
    unsigned long flags = spin_lock_irqsave(&timers.lock);
    bool armed = timer->armed;

    disarm_locked(timer);
    spin_unlock_irqrestore(&timers.lock, flags);
    while (READ_ONCE(timers.firing) == timer) /* on another vCPU */
        cpu_relax();
    return armed;
}

static void fire_locked(struct timer *timer)
{
    disarm_locked(timer);
    timers.firing = timer;
    spin_unlock(&timers.lock);
    timer->fn(timer);
    spin_lock(&timers.lock);
    timers.firing = NULL;
}

static void timer_event(evtchn_port_t port, void *arg)
{
    uint64_t now_ns = clock_monotonic_ns();
    struct heapq_node *first;

    spin_lock(&timers.lock);
    timers.xen_deadline_ns = 0;
    while ((first = heapq_first(&timers.queue)) && first->key <= now_ns)
        fire_locked(container_of(first, struct timer, node));
    timers.xen_deadline_ns = DEADLINE_NEVER;
    if (first && first->key != DEADLINE_NEVER)
        program_locked(first->key, now_ns);
    spin_unlock(&timers.lock);
}

int timer_start(void)
{
    evtchn_port_t port;
    int rc = evtchn_bind_virq(VIRQ_TIMER, 0, timer_event, NULL, &port);

    if (rc)
        return rc;
    evtchn_unmask(port);
    return 0;
}
