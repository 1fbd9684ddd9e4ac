/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order in which locks are taken, watched in the check build alone: calls
 * that do nothing elsewhere. Header only but for the pointer, since kernel/
 * does the watching and rooms below it lock. arch/.
 *
 * Ends the system with both locks named and a backtrace when two locks are
 * taken in both orders (also through others between them, also at different
 * times), when one is taken that is held already, when a spin lock is taken in
 * upcalls and elsewhere with interrupts on, and when what may block is called
 * in an upcall, with interrupts or preemption off, or under a spin lock.
 */
#ifndef PITH_LOCKORDER_H
#define PITH_LOCKORDER_H

#include <pith/compiler.h>

enum lock_kind {
    LOCK_SPIN,    /* held by a vCPU */
    LOCK_BLOCKS,  /* held by a thread, which may block for it */
    LOCK_TRY = 4, /* or'ed in: taken only if free, so no order is made */
};

struct lock_order_hooks {
    void (*take)(const void *lock, unsigned kind, const void *where);
    void (*drop)(const void *lock, unsigned kind);
    void (*may_block)(const void *what, const void *where);
    void (*forget)(const void *start, size_t bytes);
};

/* NULL until kernel/ can watch, and once the system ends. */
extern const struct lock_order_hooks *lock_order;

/* Where this code is, and where its function was called from. */
#define CODE_HERE \
    ({ \
        const void *here_ = NULL; \
        if (IS_ENABLED(CONFIG_CHECKS)) \
            __asm__ volatile("lea 0(%%rip), %0" : "=r"(here_)); \
        here_; \
    })
#define CALLED_FROM __builtin_return_address(0)

/* Before lock is waited for. where: the code that takes it. */
static inline __attribute__((always_inline)) void
lock_order_take(const void *lock, unsigned kind, const void *where)
{
    if (IS_ENABLED(CONFIG_CHECKS) && lock_order)
        lock_order->take(lock, kind, where);
}

/* While lock is still held. */
static inline void lock_order_drop(const void *lock, unsigned kind)
{
    if (IS_ENABLED(CONFIG_CHECKS) && lock_order)
        lock_order->drop(lock, kind);
}

/* Before a wait for what, even one that will not block this time. */
static inline __attribute__((always_inline)) void
lock_order_may_block(const void *what, const void *where)
{
    if (IS_ENABLED(CONFIG_CHECKS) && lock_order)
        lock_order->may_block(what, where);
}

/* The memory gets another use: a lock that was there is not the one that will
 * be, and its order does not count. */
static inline void lock_order_forget(const void *start, size_t bytes)
{
    if (IS_ENABLED(CONFIG_CHECKS) && lock_order)
        lock_order->forget(start, bytes);
}

#endif
