/* SPDX-License-Identifier: BSD-2-Clause */
/* For guest tests that start threads and count memory. */
#ifndef PITH_GUEST_THREADS_H
#define PITH_GUEST_THREADS_H

#include <pith/clock.h>
#include <pith/thread.h>

/* Waits until no more than count threads are left and the others' memory is
 * free; for ever, if they do not end. A thread that left the list still needs
 * a moment on its stack: while it does, its memory is not to be had. */
static inline void test_threads_settle(size_t count)
{
    do
        thread_sleep_until(clock_monotonic_ns() + 2 * NS_PER_MS);
    while (thread_list(NULL, 0) > count || thread_reap());
}

#endif
