/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers: for each vCPU a queue by deadline, and Xen's one-shot timer of that
 * vCPU, set for the queue's head.
 *
 * Each change of Xen's timer is a hypercall, so it is moved only to an earlier
 * deadline. One that was cancelled lets the event come for nothing, once; a
 * wait with a deadline that mostly ends sooner thus costs no hypercall.
 * Source: set_timer_op and VIRQ_TIMER in xen/xen.h.
 */

#include "private.h"
#include <pith/counter.h>
#include <pith/evtchn.h>
#include <pith/hypercall.h>
#include <pith/trace.h>
#include <xen/xen.h>

/* Xen takes a deadline more than 2^50 ns ahead for a mistake and fires every
 * 100 ms instead; halfway there we just look again. */
#define AHEAD_MAX_NS (1ull << 49)

COUNTER(set, "kernel.timers_set"); /* at Xen, an exit each */
COUNTER(fired, "kernel.timers_fired");

static void program_locked(struct timers *timers, uint64_t deadline_ns,
                           uint64_t now_ns)
{
    if (deadline_ns > now_ns && deadline_ns - now_ns > AHEAD_MAX_NS)
        deadline_ns = now_ns + AHEAD_MAX_NS;
    timers->xen_deadline_ns = deadline_ns;
    counter_add(set, 1);
    hypercall_set_timer_op(clock_to_xen_ns(deadline_ns));
}

static bool disarm_locked(struct timers *timers, struct timer *timer)
{
    bool armed = timer->armed;

    if (armed)
        heapq_remove(&timers->queue, &timer->node);
    timer->armed = false;
    return armed;
}

static void arm_locked(struct timers *timers, struct timer *timer,
                       uint64_t deadline_ns)
{
    heapq_insert(&timers->queue, &timer->node, deadline_ns);
    timer->timers = timers;
    timer->armed = true;
}

/* Locks the queue that timer is or was in; NULL: none yet. It may move while
 * its vCPU goes out of service. Interrupts off. */
static struct timers *lock_queue_of(struct timer *timer)
{
    struct timers *timers;

    for (;;) {
        timers = atomic_load(&timer->timers);
        if (!timers)
            return NULL;
        spin_lock_raw(&timers->lock);
        if (atomic_load(&timer->timers) == timers)
            return timers;
        spin_unlock_raw(&timers->lock);
    }
}

/* Locks this vCPU's queue, with timer armed in none. Interrupts off. */
static struct timers *lock_own_queue(struct timer *timer)
{
    struct timers *own = &this_sched()->timers;
    struct timers *old = lock_queue_of(timer);

    if (old)
        disarm_locked(old, timer);
    if (old == own)
        return own;
    if (old)
        spin_unlock_raw(&old->lock);
    spin_lock_raw(&own->lock);
    return own;
}

void timer_init(struct timer *timer, void (*fn)(struct timer *timer))
{
    timer->armed = false;
    timer->timers = NULL;
    timer->fn = fn;
}

void timer_arm(struct timer *timer, uint64_t deadline_ns)
{
    unsigned long flags = irq_save();
    struct timers *timers = lock_own_queue(timer);

    arm_locked(timers, timer, deadline_ns);
    if (deadline_ns < timers->xen_deadline_ns)
        program_locked(timers, deadline_ns, clock_monotonic_ns());
    spin_unlock_irqrestore(&timers->lock, flags);
}

/* The clock is read only where Xen's timer would move: a deadline that lies
 * after Xen's fires with it. */
bool timer_arm_future(struct timer *timer, uint64_t deadline_ns)
{
    unsigned long flags = irq_save();
    struct timers *timers = lock_own_queue(timer);
    bool future = true;

    if (deadline_ns < timers->xen_deadline_ns) {
        uint64_t now_ns = clock_monotonic_ns();

        future = deadline_ns > now_ns;
        if (future)
            program_locked(timers, deadline_ns, now_ns);
    }
    if (future)
        arm_locked(timers, timer, deadline_ns);
    spin_unlock_irqrestore(&timers->lock, flags);
    return future;
}

bool timer_cancel(struct timer *timer)
{
    unsigned long flags = irq_save();
    struct timers *timers = lock_queue_of(timer);
    bool armed;

    if (!timers) {
        irq_restore(flags);
        return false;
    }
    armed = disarm_locked(timers, timer);
    spin_unlock_irqrestore(&timers->lock, flags);
    while (READ_ONCE(timers->firing) == timer) /* on another vCPU */
        cpu_relax();
    return armed;
}

TRACE_EVENT(traced_timer, "kernel: timer %#lx fires, was set to %lu ns");

static void fire_locked(struct timers *timers, struct timer *timer)
{
    disarm_locked(timers, timer);
    timers->firing = timer;
    spin_unlock_raw(&timers->lock);
    counter_add(fired, 1);
    trace(traced_timer, timer->fn, timer->node.key);
    timer->fn(timer);
    spin_lock_raw(&timers->lock);
    timers->firing = NULL;
}

/* While timers fire xen_deadline_ns is 0: Xen is told once, when all are
 * done. */
static void timer_event(evtchn_port_t port, void *arg)
{
    struct timers *timers = arg;
    uint64_t now_ns = clock_monotonic_ns();
    struct heapq_node *first;

    spin_lock_raw(&timers->lock);
    timers->xen_deadline_ns = 0;
    while ((first = heapq_first(&timers->queue)) && first->key <= now_ns)
        fire_locked(timers, container_of(first, struct timer, node));
    timers->xen_deadline_ns = DEADLINE_NEVER;
    if (first && first->key != DEADLINE_NEVER)
        program_locked(timers, first->key, now_ns);
    spin_unlock_raw(&timers->lock);
}

void timers_look(struct timers *timers)
{
    struct heapq_node *first;

    spin_lock_raw(&timers->lock);
    first = heapq_first(&timers->queue);
    if (first && first->key < timers->xen_deadline_ns)
        program_locked(timers, first->key, clock_monotonic_ns());
    spin_unlock_raw(&timers->lock);
}

void timers_move(struct timers *from, struct timers *to)
{
    struct heapq_node *first;

    /* In that order from one vCPU alone: no other takes two of them. */
    spin_lock_raw(&from->lock);
    spin_lock_raw(&to->lock);
    while ((first = heapq_first(&from->queue))) {
        struct timer *timer = container_of(first, struct timer, node);

        disarm_locked(from, timer);
        arm_locked(to, timer, timer->node.key);
    }
    spin_unlock_raw(&to->lock);
    spin_unlock_raw(&from->lock);
}

bool timer_any_armed(void)
{
    for (unsigned cpu = 0; cpu < smp_count(); cpu++)
        if (heapq_first(&smp_sched(cpu)->timers.queue))
            return true;
    return false;
}

void timers_init(struct timers *timers)
{
    timers->xen_deadline_ns = DEADLINE_NEVER;
}

int timers_start(void)
{
    const struct cpu *cpu = this_cpu();
    struct sched *sched = cpu->sched;
    evtchn_port_t port;
    int rc = evtchn_bind_virq(VIRQ_TIMER, cpu->id, timer_event, &sched->timers,
                              &port);

    if (rc)
        return rc;
    evtchn_unmask(port);
    return 0;
}

int timers_renew(void)
{
    struct timers *timers = &this_sched()->timers;
    int rc = timers_start();

    timers->xen_deadline_ns = DEADLINE_NEVER;
    if (!rc)
        timers_look(timers);
    return rc;
}
