/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kinds of work in the stress share: random numbers of their own, a
 * record of what went wrong, and a count of steps by which main sees that each
 * thread gets on.
 */
#ifndef KERNEL_STRESS_H
#define KERNEL_STRESS_H

#include <pith/atomic.h>
#include <pith/clock.h>
#include <pith/thread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum kind {
    USE_MUTEX,
    USE_RWLOCK,
    USE_SEMAPHORE,
    USE_COND,
    USE_WAITADDR,
    USE_TIMER,
    USE_SLEEP,
    USE_HEAP,
    USE_MMAP,
    USE_SHOOTDOWN,
    USE_THREADS,
    USE_AFFINITY,
    USE_VCPUS,
    USE_FLOAT,
    KINDS
};

struct worker {
    enum kind kind;
    uint32_t number; /* among its kind */
    uint32_t ended;
    uint64_t random;
    uint64_t steps;
    uint64_t seen_steps, seen_ns; /* main's */
};

static uint32_t stop;             /* set: all workers return soon */
static char failures[KINDS][120]; /* the first one of each kind, or "" */
static uint32_t failed[KINDS];    /* how many */

static inline void stress_failed(enum kind kind, int line, const char *what)
{
    if (atomic_add(&failed[kind], 1))
        return;
    snprintf(failures[kind], sizeof(failures[kind]), "line %d: expected %s",
             line, what);
}

/* For anything that a worker, or what it started, finds out. */
#define EXPECT(kind, cond) \
    do { \
        if (!(cond)) \
            stress_failed(kind, __LINE__, #cond); \
    } while (0)

/* xorshift64 (Marsaglia, "Xorshift RNGs", 2003): below is at most 2^32. */
static inline uint64_t stress_random(struct worker *w, uint64_t below)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (w->random >> 16) % below;
}

static inline bool stress_goes_on(struct worker *w)
{
    WRITE_ONCE(w->steps, w->steps + 1);
    return !READ_ONCE(stop);
}

static inline uint64_t stress_soon(struct worker *w, uint64_t max_us)
{
    return clock_monotonic_ns() + stress_random(w, max_us * NS_PER_US);
}

/* Takes some time, now and then with a change of threads. */
static inline void stress_work(struct worker *w)
{
    for (volatile uint64_t n = stress_random(w, 100); n > 0; n--)
        ;
    if (stress_random(w, 40) == 0)
        thread_yield();
}

#endif
