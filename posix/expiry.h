/* SPDX-License-Identifier: BSD-2-Clause */
/* What a timer of the program's counts: when it expires, once or again and
 * again. Times are those of clock_monotonic_ns(). */
#ifndef POSIX_EXPIRY_H
#define POSIX_EXPIRY_H

#include <pith/timer.h>
#include <pith/waitq.h>

struct expiry {
    struct timer timer;
    struct spinlock lock; /* protects what follows; interrupts off */
    uint64_t next_ns;     /* 0: not armed */
    uint64_t interval_ns; /* 0: once */
};

struct expiry_time {
    uint64_t left_ns, interval_ns;
};

/* fn as in timer_init; it asks expiry_take. */
void expiry_init(struct expiry *e, void (*fn)(struct timer *timer));
/* How often it has expired since the last time, 0: not yet, or not any more;
 * and goes on to the next time. Upcall context. */
uint64_t expiry_take(struct expiry *e);
/* next_ns 0: never. *before, unless NULL: what expiry_get would have given. Any
 * context. */
void expiry_set(struct expiry *e, uint64_t next_ns, uint64_t interval_ns,
                struct expiry_time *before);
/* left_ns: 0 if it is not armed, and never 0 if it is. Any context. */
struct expiry_time expiry_get(struct expiry *e);

#endif
