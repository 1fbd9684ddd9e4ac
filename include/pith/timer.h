/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One-shot timers on Xen's timer: armed for the earliest deadline, never a
 * tick. kernel/.
 */
#ifndef PITH_TIMER_H
#define PITH_TIMER_H

#include <pith/clock.h>
#include <pith/heapq.h>
#include <stdbool.h>

struct timer {
    struct heapq_node node;
    bool armed;
    struct timers *timers; /* kernel/: those of the vCPU that armed it last */
    /* Upcall context: must neither block nor allocate. May arm the timer
     * again. */
    void (*fn)(struct timer *timer);
};

void timer_init(struct timer *timer, void (*fn)(struct timer *timer));
/* Runs fn once when clock_monotonic_ns() >= deadline_ns, on this vCPU; a timer
 * that is armed already moves. timer is borrowed until it fired or was
 * cancelled. Any context; one call for a timer at a time. */
void timer_arm(struct timer *timer, uint64_t deadline_ns);
/* After it returns fn does not run any more. Thread context. True if the timer
 * was armed. */
bool timer_cancel(struct timer *timer);

#endif
