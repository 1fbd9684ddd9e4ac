/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting on an address: a thread blocks as long as a word has a value, which
 * others change before they wake it. What locks of programs are made of.
 * kernel/.
 */
#ifndef PITH_WAITADDR_H
#define PITH_WAITADDR_H

#include <pith/waitq.h>

/* Blocks if *addr == expected, until woken or until the deadline in
 * clock_monotonic_ns() time or DEADLINE_NEVER. A wake after the value was
 * changed is not missed. 0, -XEN_EAGAIN when the value differs, -XEN_ETIME.
 * addr is mapped and borrowed until this returns. Thread context. */
int waitaddr_wait(uint32_t *addr, uint32_t expected, uint64_t deadline_ns);
/* The same, interruptible (pith/interrupt.h): or -XEN_EINTR. */
int waitaddr_wait_interruptible(uint32_t *addr, uint32_t expected,
                                uint64_t deadline_ns);
/* Wakes up to max threads that wait on addr, those that have waited longest;
 * returns how many. addr is a number only. Any context. */
uint32_t waitaddr_wake(const uint32_t *addr, uint32_t max);
/* Wakes up to max_wake of those that wait on addr and lets up to max_move of
 * the others wait on to; returns how many it woke and moved. -XEN_EAGAIN if
 * *addr != expected. Any context. */
long waitaddr_requeue(uint32_t *addr, uint32_t expected, uint32_t max_wake,
                      uint32_t *to, uint32_t max_move);

#endif
