/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ending another thread's wait: what signals and cancellation are made of.
 * kernel/.
 *
 * A wait is interruptible if the function that waits says so by its name:
 * thread_sleep_interruptible, waitq_block_on_interruptible,
 * waitq_block_interruptible, WAITQ_WAIT_INTERRUPTIBLE, cond_wait_interruptible,
 * waitaddr_wait_interruptible. Use these wherever a program may wait for ever,
 * and the others where the wait ends by itself, as for a disk. What was waited
 * for comes first: -XEN_EINTR means that it had not come, and that no wake was
 * taken from others.
 *
 * Who interrupts writes down why (a signal is pending, say) and calls
 * thread_interrupt then. Who gets -XEN_EINTR leaves its locks, calls
 * thread_interrupt_take first and looks for reasons then; if it finds none it
 * waits again. So none is overlooked.
 */
#ifndef PITH_INTERRUPT_H
#define PITH_INTERRUPT_H

#include <pith/thread.h>

/* From now on each interruptible wait of thread ends with -XEN_EINTR, until it
 * calls thread_interrupt_take; the one that it is in as well. Other waits do
 * not feel it. Any context; thread has not ended. */
void thread_interrupt(struct thread *thread);
/* Takes that back, for the running thread. True: it was so. */
bool thread_interrupt_take(void);

/* thread_sleep_until, interruptible: 0 or -XEN_EINTR. */
int thread_sleep_interruptible(uint64_t deadline_ns);

#endif
