/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads of the program: made, ended, joined. The id of one is the address of
 * its struct posix_thread, which lies among its variables; these stay until it
 * is joined or detached.
 */

#include "interrupt.h"
#include "private.h"
#include "thread.h"
#include <errno.h>
#include <pith/errno.h>
#include <pith/log.h>
#include <pith/page.h>
#include <pith/waitaddr.h>
#include <stdlib.h>
#include <string.h>

pthread_t pthread_self(void)
{
    return (pthread_t)posix_self();
}

int pthread_equal(pthread_t a, pthread_t b)
{
    return a == b;
}

/* --- making --- */

static void run(void *arg)
{
    struct posix_thread *self = posix_self();

    if (self->start)
        pthread_exit(self->start(self->arg));
    pthread_exit((void *)(intptr_t)self->start_c11(self->arg));
}

/* A stack of the program's is to be there when an event comes: on a page that
 * is not, the CPU could not take it. */
static void touch(char *stack, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += PAGE_SIZE)
        atomic_add(stack + i, 0);
    atomic_add(stack + bytes - 1, 0);
}

/* What the attributes, and the thread that calls, say. */
static void inherit(struct posix_thread *thread, const pthread_attr_t *attr)
{
    const struct posix_thread *self = posix_self();
    bool own = attr->__inherit == PTHREAD_EXPLICIT_SCHED;

    memset(thread, 0, sizeof(*thread));
    thread->policy = own ? attr->__policy : self->policy;
    thread->priority = own ? attr->__param.sched_priority : self->priority;
    thread->bound = self->bound;
    thread->affinity = self->affinity;
    if (attr->__bound) {
        thread->bound = true;
        memcpy(&thread->affinity, &attr->__cpus, sizeof(thread->affinity));
    }
    thread->guard_bytes = attr->__guard_bytes;
    thread->stack_borrowed = attr->__stack != NULL;
    thread->state = attr->__detached ? 0 : THREAD_HAS_HANDLE;
}

static void enlist(struct posix_thread *thread, struct thread *kernel)
{
    unsigned long flags;

    thread->kernel = kernel;
    thread->id = atomic_add(&posix_threads.last_id, 1) + 1;
    atomic_add(&posix_threads.running, 1);
    flags = spin_lock_irqsave(&posix_threads.lock);
    list_push_back(&posix_threads.all, &thread->link);
    spin_unlock_irqrestore(&posix_threads.lock, flags);
}

static struct thread *prepare(const struct posix_thread *wanted,
                              const pthread_attr_t *attr)
{
    const struct thread_spec spec = {
        .name = thread_name(thread_current()),
        .stack = attr->__stack,
        .stack_bytes = attr->__stack_bytes,
        .priority = posix_sched_level(wanted->policy),
        .affinity = wanted->bound ? &wanted->affinity : NULL,
        .fn = run,
    };

    if (attr->__stack)
        touch(attr->__stack, attr->__stack_bytes);
    return thread_prepare(&spec);
}

int posix_thread_create(pthread_t *out, const pthread_attr_t *attr,
                        void *(*start)(void *arg), int (*start_c11)(void *arg),
                        void *arg)
{
    struct posix_thread wanted, *thread;
    struct thread *kernel;
    pthread_attr_t standard;

    if (!attr) {
        pthread_attr_init(&standard);
        attr = &standard;
    }
    if (attr->__magic != POSIX_ATTR_MAGIC)
        return EINVAL;
    inherit(&wanted, attr);
    wanted.start = start;
    wanted.start_c11 = start_c11;
    wanted.arg = arg;
    kernel = prepare(&wanted, attr);
    if (!kernel) {
        log_warning("posix: no memory for a thread with %lu bytes of stack",
                    attr->__stack_bytes);
        return EAGAIN;
    }
    thread = posix_thread_of(thread_tls_base(kernel));
    *thread = wanted;
    if (posix_threads.begin)
        posix_threads.begin(thread);
    enlist(thread, kernel);
    *out = (pthread_t)thread;
    thread_launch(kernel);
    return 0;
}

int pthread_create(pthread_t *restrict out, const pthread_attr_t *restrict attr,
                   void *(*start)(void *arg), void *restrict arg)
{
    return posix_thread_create(out, attr, start, NULL, arg);
}

/* --- the end --- */

/* The thread "main" is the kernel's: it stays until the others have ended. */
static void main_exit(void)
{
    uint32_t running;

    posix_thread_ends();
    posix_thread_ended();
    while ((running = atomic_load(&posix_threads.running)))
        waitaddr_wait(&posix_threads.running, running, DEADLINE_NEVER);
    exit(0);
}

void pthread_exit(void *result)
{
    struct posix_thread *self = posix_self();
    struct _pthread_cleanup_context *cleanup;

    atomic_or(&self->cancel, CANCEL_ENDING);
    /* What was sent to the program while this thread was the one to take it. */
    if (posix_interrupts.signals)
        posix_interrupts.signals(true);
    self->result = result;
    while ((cleanup = self->cleanups)) {
        self->cleanups = cleanup->_previous;
        cleanup->_routine(cleanup->_arg);
    }
    if (self == posix_threads.main)
        main_exit();
    thread_exit();
}

/* Nobody needs what is left of thread any more. */
static void drop_handle(struct posix_thread *thread)
{
    uint32_t before = atomic_and(&thread->state, ~(uint32_t)THREAD_HAS_HANDLE);

    if (before & THREAD_IS_GONE)
        posix_tls_free(posix_thread_base(thread));
}

/* Takes the handle of id for its one joiner. */
static int claim(pthread_t id, struct posix_thread **out)
{
    unsigned long flags = spin_lock_irqsave(&posix_threads.lock);
    struct posix_thread *thread = posix_thread_find_locked(id);
    int err = 0;

    if (!thread)
        err = ESRCH;
    else if (thread == posix_self())
        err = EDEADLK;
    else if (!(thread->state & THREAD_HAS_HANDLE) ||
             thread->state & THREAD_IS_JOINED)
        err = EINVAL;
    else
        atomic_or(&thread->state, THREAD_IS_JOINED);
    spin_unlock_irqrestore(&posix_threads.lock, flags);
    *out = thread;
    return err;
}

static void bury(struct posix_thread *thread)
{
    unsigned long flags = spin_lock_irqsave(&posix_threads.lock);

    list_remove(&thread->link);
    spin_unlock_irqrestore(&posix_threads.lock, flags);
    /* A stack of the program's is the program's again. */
    while (thread->stack_borrowed &&
           !(atomic_load(&thread->state) & THREAD_IS_GONE)) {
        thread_reap();
        thread_yield();
    }
    drop_handle(thread);
}

/* Until thread has ended; -XEN_ETIME or -XEN_EINTR if not. */
static int wait_for_end(struct posix_thread *thread, uint64_t deadline_ns)
{
    int rc = 0;

    while (!atomic_load(&thread->ended)) {
        rc = waitaddr_wait_interruptible(&thread->ended, 0, deadline_ns);
        if (rc == -XEN_ETIME || rc == -XEN_EINTR)
            return atomic_load(&thread->ended) ? 0 : rc;
    }
    return 0;
}

int posix_thread_join(pthread_t id, void **result, uint64_t deadline_ns)
{
    struct posix_thread *thread;
    int rc;

    for (;;) {
        posix_cancel_test();
        rc = claim(id, &thread);
        if (rc)
            return rc;
        rc = wait_for_end(thread, deadline_ns);
        if (!rc)
            break;
        atomic_and(&thread->state, ~(uint32_t)THREAD_IS_JOINED);
        if (rc == -XEN_ETIME)
            return ETIMEDOUT;
        posix_goes_on(true);
    }
    if (result)
        *result = thread->result;
    bury(thread);
    return 0;
}

int pthread_join(pthread_t id, void **result)
{
    return posix_thread_join(id, result, DEADLINE_NEVER);
}

int pthread_tryjoin_np(pthread_t id, void **result)
{
    int err = posix_thread_join(id, result, 0);

    return err == ETIMEDOUT ? EBUSY : err;
}

int pthread_clockjoin_np(pthread_t id, void **result, clockid_t clock,
                         const struct timespec *until)
{
    uint64_t deadline_ns;
    int err = posix_deadline(clock, until, &deadline_ns);

    return err ? err : posix_thread_join(id, result, deadline_ns);
}

int pthread_timedjoin_np(pthread_t id, void **result,
                         const struct timespec *until)
{
    return pthread_clockjoin_np(id, result, CLOCK_REALTIME, until);
}

int pthread_detach(pthread_t id)
{
    struct posix_thread *thread;
    unsigned long flags;
    bool ended = false;
    int err = 0;

    flags = spin_lock_irqsave(&posix_threads.lock);
    thread = posix_thread_find_locked(id);
    if (!thread)
        err = ESRCH;
    else if (!(thread->state & THREAD_HAS_HANDLE) ||
             thread->state & THREAD_IS_JOINED)
        err = EINVAL;
    else if (thread->kernel)
        atomic_and(&thread->state, ~(uint32_t)THREAD_HAS_HANDLE);
    else
        ended = true;
    if (ended)
        list_remove(&thread->link);
    spin_unlock_irqrestore(&posix_threads.lock, flags);
    if (ended)
        drop_handle(thread);
    return err;
}
