/* SPDX-License-Identifier: BSD-2-Clause */
/* The rare part of spin locks, and the hooks by which upper rooms take part. */

#include <pith/spinlock.h>

#define ROUNDS 1000 /* longer than any of our sections */

static void no_yield(void)
{
}

static void no_thread_is_due(void)
{
}

static void no_thread_is_interrupted(struct trap_frame *frame)
{
}

const struct lock_order_hooks *lock_order;
void (*spin_yield)(void) = no_yield;
void (*preempt_give_way)(void) = no_thread_is_due;
void (*preempt_interrupted)(struct trap_frame *frame) =
    no_thread_is_interrupted;

void spin_wait(struct spinlock *lock)
{
    unsigned rounds = 0;

    do
        while (READ_ONCE(lock->held)) {
            cpu_relax();
            if (++rounds % ROUNDS == 0)
                spin_yield();
        }
    while (atomic_exchange(&lock->held, 1));
}
