/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-local storage as far as kernel/ knows it: hooks that make a block for
 * each thread and free it, and the base, which the scheduler loads with the
 * thread.
 */

#include "private.h"
#include <pith/errno.h>

/* Written before there are threads. */
static const struct thread_tls_hooks *hooks;

void thread_set_tls_hooks(const struct thread_tls_hooks *new_hooks)
{
    hooks = new_hooks;
}

int thread_tls_alloc(struct thread *thread)
{
    if (!hooks)
        return 0;
    thread->tls_base = hooks->alloc();
    return thread->tls_base ? 0 : -XEN_ENOMEM;
}

void thread_tls_end(struct thread *self)
{
    if (self->tls_base)
        hooks->end();
}

void thread_tls_free(struct thread *thread)
{
    if (thread->tls_base)
        hooks->free(thread->tls_base);
}
