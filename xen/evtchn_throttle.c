/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports that fire without work for us are not obeyed for a while: they stay
 * masked until a timer, which kernel/ provides, ends that. Events of that time
 * merge into one, so nothing is lost, it only comes later. A port that goes on
 * like that waits longer each time; one useful event, and it starts anew.
 */
#include "private.h"

#include <pith/clock.h>
#include <pith/cpu.h>
#include <pith/log.h>
#include <pith/spinlock.h>

/* So many useless events in a row within that time are a storm. */
#define STORM_EVENTS 64
#define STORM_NS (100 * NS_PER_MS)
#define FIRST_WAIT_NS NS_PER_MS
#define LAST_LEVEL 6 /* 64 times as long */
/* The other end decides how often there is something to say. */
#define MESSAGES 10

/* Ends the list, so that a handler's link says whether it is on it. */
static struct evtchn_handler end;

/* lock: the list, and being on it; interrupts off; the timer's below it. */
static struct {
    struct spinlock lock;
    struct evtchn_handler *first;
    void (*arm)(uint64_t deadline_ns); /* NULL: no timer, no throttling */
    unsigned messages;
} throttle = {.lock = SPINLOCK_INIT, .first = &end};

static void arm_locked(void)
{
    uint64_t earliest_ns = UINT64_MAX;

    for (struct evtchn_handler *h = throttle.first; h != &end; h = h->throttled)
        earliest_ns = MIN(earliest_ns, h->time_ns);
    if (earliest_ns != UINT64_MAX)
        throttle.arm(earliest_ns);
}

static void begin_locked(struct evtchn_handler *handler, uint64_t now_ns)
{
    evtchn_abi->mask(handler->send.port);
    handler->time_ns = now_ns + (FIRST_WAIT_NS << handler->level);
    if (handler->level < LAST_LEVEL)
        handler->level++;
    handler->throttled = throttle.first;
    throttle.first = handler;
    ((struct evtchn_vcpu *)cpu_read(evtchn))->stats.throttled++;
    arm_locked();
}

static bool message_is_due(struct evtchn_handler *handler)
{
    return handler->level == 1 && throttle.messages < MESSAGES &&
           ++throttle.messages;
}

void evtchn_useless(evtchn_port_t port)
{
    struct evtchn_handler *handler = evtchn_handler_find(port);
    uint64_t now_ns = clock_monotonic_ns();
    unsigned long flags;
    bool say = false;

    handler->was_useless = true;
    if (now_ns > handler->time_ns + STORM_NS) {
        evtchn_throttle_reset(handler);
        handler->time_ns = now_ns;
    }
    if (handler->useless < STORM_EVENTS)
        handler->useless++;
    if (handler->useless < STORM_EVENTS || !throttle.arm)
        return;
    flags = spin_lock_irqsave(&throttle.lock);
    if (!handler->throttled) {
        begin_locked(handler, now_ns);
        say = message_is_due(handler);
    }
    spin_unlock_irqrestore(&throttle.lock, flags);
    if (say)
        log_warning("xen: port %u fires without work: throttled", port);
}

static void remove_locked(struct evtchn_handler *handler)
{
    struct evtchn_handler **link = &throttle.first;

    while (*link != handler)
        link = &(*link)->throttled;
    *link = handler->throttled;
    handler->throttled = NULL;
}

bool evtchn_throttle_cancel(struct evtchn_handler *handler)
{
    unsigned long flags;
    bool was_throttled;

    if (likely(!READ_ONCE(handler->throttled)))
        return false;
    flags = spin_lock_irqsave(&throttle.lock);
    was_throttled = handler->throttled;
    if (was_throttled)
        remove_locked(handler);
    spin_unlock_irqrestore(&throttle.lock, flags);
    return was_throttled;
}

void evtchn_throttle_expire(void)
{
    struct evtchn_handler *handler, *next;
    unsigned long flags = spin_lock_irqsave(&throttle.lock);
    uint64_t now_ns = clock_monotonic_ns();

    for (handler = throttle.first; handler != &end; handler = next) {
        next = handler->throttled;
        if (handler->time_ns > now_ns)
            continue;
        remove_locked(handler);
        evtchn_unmask(handler->send.port); /* it was not closed: see there */
    }
    arm_locked();
    spin_unlock_irqrestore(&throttle.lock, flags);
}

void evtchn_throttle_forget(void)
{
    throttle.first = &end;
}

void evtchn_set_throttle_timer(void (*arm)(uint64_t deadline_ns))
{
    throttle.arm = arm;
}
