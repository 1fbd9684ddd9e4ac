/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Atomics and barriers. Every barrier in the sources names its partner.
 * Header only. arch/. Source: SDM volume 3, "Memory Ordering".
 */
#ifndef PITH_ATOMIC_H
#define PITH_ATOMIC_H

#include <pith/compiler.h>
#include <stdbool.h>

/* Full barrier, also between a store and a later load. */
#define barrier_full() __atomic_thread_fence(__ATOMIC_SEQ_CST)
/* Earlier loads before later loads and stores (compiler only on x86). */
#define barrier_read() __atomic_thread_fence(__ATOMIC_ACQUIRE)
/* Earlier loads and stores before later stores (compiler only on x86). */
#define barrier_write() __atomic_thread_fence(__ATOMIC_RELEASE)

#define atomic_load(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define atomic_store(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define atomic_exchange(p, v) __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define atomic_add(p, v) __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST)
#define atomic_sub(p, v) __atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST)
#define atomic_or(p, v) __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST)
#define atomic_and(p, v) __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST)

/* Stores desired if *p == *expected, else loads *p into *expected. */
#define atomic_compare_exchange(p, expected, desired) \
    __atomic_compare_exchange_n(p, expected, desired, false, __ATOMIC_SEQ_CST, \
                                __ATOMIC_SEQ_CST)

/* Stores desired if *p == expected; returns whether it did. One instruction,
 * so no upcall of this vCPU comes in between; other vCPUs may. */
static inline bool atomic_local_compare_exchange(uint64_t *p, uint64_t expected,
                                                 uint64_t desired)
{
    bool done;

    __asm__ volatile("cmpxchgq %3, %1"
                     : "=@ccz"(done), "+m"(*p), "+a"(expected)
                     : "r"(desired)
                     : "memory");
    return done;
}

#endif
