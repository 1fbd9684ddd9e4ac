/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each thread is to the program: where that is found, the list of all,
 * and what happens at the end of one. Owns posix_threads.
 */

#include "thread.h"
#include "private.h"
#include <pith/room.h>
#include <pith/waitaddr.h>

__thread struct posix_thread posix_thread_storage;

struct posix_threads posix_threads = {
    .all = LIST_INIT(posix_threads.all),
    .last_id = 1,
};

/* From the base of a thread's variables to this one; idle threads, which free
 * what others leave, have none themselves. Written before it is read. */
static long offset;

struct posix_thread *posix_thread_of(void *tls_base)
{
    return (struct posix_thread *)((char *)tls_base + offset);
}

void *posix_thread_base(struct posix_thread *thread)
{
    return (char *)thread - offset;
}

uint32_t posix_thread_id(void)
{
    struct posix_thread *self = posix_self();

    if (unlikely(!self->id))
        self->id = atomic_add(&posix_threads.last_id, 1) + 1;
    return self->id;
}

struct posix_thread *posix_thread_find_locked(pthread_t id)
{
    struct posix_thread *thread = posix_self();

    if ((pthread_t)thread == id)
        return thread;
    list_for_each (thread, &posix_threads.all, link)
        if ((pthread_t)thread == id)
            return thread;
    return NULL;
}

void posix_thread_ends(void)
{
    struct posix_thread *self = posix_self();

    atomic_or(&self->cancel, CANCEL_ENDING);
    if (posix_threads.end_keys)
        posix_threads.end_keys(self);
    if (posix_threads.end_robust)
        posix_threads.end_robust(self);
}

void posix_thread_ended(void)
{
    struct posix_thread *self = posix_self();
    unsigned long flags;

    if (!self->link.next) /* one of the kernel's */
        return;
    flags = spin_lock_irqsave(&posix_threads.lock);
    self->kernel = NULL;
    if (!(self->state & THREAD_HAS_HANDLE))
        list_remove(&self->link);
    spin_unlock_irqrestore(&posix_threads.lock, flags);
    atomic_store(&self->ended, 1);
    waitaddr_wake(&self->ended, UINT32_MAX);
    if (self != posix_threads.main &&
        atomic_sub(&posix_threads.running, 1) == 1)
        waitaddr_wake(&posix_threads.running, UINT32_MAX);
}

/* What is left of a thread stays for who joins it. */
static bool is_gone(void *tls_base)
{
    uint32_t before =
        atomic_or(&posix_thread_of(tls_base)->state, THREAD_IS_GONE);

    return !(before & THREAD_HAS_HANDLE);
}

static const struct posix_thread_hooks hooks = {posix_thread_ends,
                                                posix_thread_ended, is_gone};

/* In the thread "main", which runs the program. */
static int threads_init(void)
{
    struct posix_thread *self = posix_self();

    offset = (char *)self - (char *)thread_tls_base(thread_current());
    self->id = 1;
    self->kernel = thread_current();
    self->state = THREAD_HAS_HANDLE;
    posix_threads.main = self;
    list_push_back(&posix_threads.all, &self->link);
    posix_set_thread_hooks(&hooks);
    return 0;
}

ROOM("118", posix_threads, threads_init, 0);
