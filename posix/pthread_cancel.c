/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cancellation: a flag of the thread, looked at where it enters or leaves a
 * wait; one that waits is interrupted. While the C library holds one of its
 * locks for the thread (posix/locks.c) it is put off, or that lock would never
 * be free again.
 */

#include "interrupt.h"
#include "private.h"
#include "thread.h"
#include <errno.h>
#include <pith/interrupt.h>

void _pthread_cleanup_push(struct _pthread_cleanup_context *context,
                           void (*routine)(void *arg), void *arg)
{
    struct posix_thread *self = posix_self();

    context->_routine = routine;
    context->_arg = arg;
    context->_previous = self->cleanups;
    self->cleanups = context;
}

void _pthread_cleanup_pop(struct _pthread_cleanup_context *context, int execute)
{
    posix_self()->cleanups = context->_previous;
    if (execute)
        context->_routine(context->_arg);
}

bool posix_cancel_test(void)
{
    uint32_t cancel = READ_ONCE(posix_self()->cancel);

    if (likely((cancel & (CANCEL_WANTED | CANCEL_DISABLED | CANCEL_ENDING)) !=
               CANCEL_WANTED))
        return false;
    if (!posix_libc_locks)
        pthread_exit(PTHREAD_CANCELED);
    return true;
}

void pthread_testcancel(void)
{
    posix_cancel_test();
}

/* One of type asynchronous ends at once where it can. */
static void test_if_async(void)
{
    if (READ_ONCE(posix_self()->cancel) & CANCEL_ASYNC)
        posix_cancel_test();
}

int pthread_cancel(pthread_t id)
{
    struct posix_thread *thread;
    unsigned long flags;

    posix_interrupts.cancel = posix_cancel_test;
    posix_interrupts.cancel_async = test_if_async;
    flags = spin_lock_irqsave(&posix_threads.lock);
    thread = posix_thread_find_locked(id);
    if (thread && thread->kernel) {
        atomic_or(&thread->cancel, CANCEL_WANTED);
        if (!(READ_ONCE(thread->cancel) & CANCEL_DISABLED))
            thread_interrupt(thread->kernel);
    }
    spin_unlock_irqrestore(&posix_threads.lock, flags);
    preempt_check();
    test_if_async();
    return thread ? 0 : ESRCH;
}

/* Sets flag if on, and says in *old whether it was. */
static int change(uint32_t flag, int on, int *old)
{
    struct posix_thread *self = posix_self();
    uint32_t before;

    if (on != 0 && on != 1)
        return EINVAL;
    if (on)
        before = atomic_or(&self->cancel, flag);
    else
        before = atomic_and(&self->cancel, ~flag);
    if (old)
        *old = (before & flag) != 0;
    test_if_async();
    return 0;
}

int pthread_setcancelstate(int state, int *old)
{
    return change(CANCEL_DISABLED, state, old);
}

int pthread_setcanceltype(int type, int *old)
{
    return change(CANCEL_ASYNC, type, old);
}
