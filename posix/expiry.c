/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Expirations: one timer of the kernel's for all times of one of the program's.
 * One that is disarmed stays armed in the kernel and fires for nothing: to
 * cancel it would mean to wait for the upcall, which waits for the lock.
 */

#include "expiry.h"
#include <pith/compiler.h>

void expiry_init(struct expiry *e, void (*fn)(struct timer *timer))
{
    *e = (struct expiry){0};
    timer_init(&e->timer, fn);
}

uint64_t expiry_take(struct expiry *e)
{
    unsigned long flags = spin_lock_irqsave(&e->lock);
    uint64_t now_ns = clock_monotonic_ns(), count = 0;

    if (e->next_ns && e->next_ns <= now_ns) {
        count = 1;
        if (e->interval_ns) {
            count += (now_ns - e->next_ns) / e->interval_ns;
            e->next_ns += count * e->interval_ns;
        } else {
            e->next_ns = 0;
        }
    }
    if (e->next_ns)
        timer_arm(&e->timer, e->next_ns);
    spin_unlock_irqrestore(&e->lock, flags);
    return count;
}

static struct expiry_time get_locked(const struct expiry *e)
{
    uint64_t now_ns = clock_monotonic_ns();
    struct expiry_time time = {0, e->interval_ns};

    if (e->next_ns)
        time.left_ns = e->next_ns > now_ns ? e->next_ns - now_ns : 1;
    return time;
}

struct expiry_time expiry_get(struct expiry *e)
{
    unsigned long flags = spin_lock_irqsave(&e->lock);
    struct expiry_time time = get_locked(e);

    spin_unlock_irqrestore(&e->lock, flags);
    return time;
}

void expiry_set(struct expiry *e, uint64_t next_ns, uint64_t interval_ns,
                struct expiry_time *before)
{
    unsigned long flags = spin_lock_irqsave(&e->lock);

    if (before)
        *before = get_locked(e);
    e->next_ns = next_ns;
    e->interval_ns = interval_ns;
    if (next_ns)
        timer_arm(&e->timer, next_ns);
    spin_unlock_irqrestore(&e->lock, flags);
}
