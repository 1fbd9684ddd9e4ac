/* SPDX-License-Identifier: BSD-2-Clause */
/* Once, whoever comes first; the others wait. */

#include "interrupt.h"
#include "private.h"
#include "thread.h"
#include <pith/errno.h>
#include <pith/waitaddr.h>

enum { NEW, RUNNING, AWAITED, DONE };

static void finish(pthread_once_t *once, uint32_t state)
{
    if (atomic_exchange(&once->__state, state) == AWAITED)
        waitaddr_wake(&once->__state, UINT32_MAX);
}

/* The routine was cancelled: the next thread begins anew. */
static void undo(void *once)
{
    finish(once, NEW);
}

static void run(pthread_once_t *once, void (*fn)(void))
{
    pthread_cleanup_push(undo, once);
    fn();
    pthread_cleanup_pop(0);
    finish(once, DONE);
}

int pthread_once(pthread_once_t *once, void (*fn)(void))
{
    for (;;) {
        uint32_t state = atomic_load(&once->__state);

        if (likely(state == DONE))
            return 0;
        if (state == NEW) {
            if (!atomic_compare_exchange(&once->__state, &state, RUNNING))
                continue;
            run(once, fn);
            return 0;
        }
        if ((state == AWAITED ||
             atomic_compare_exchange(&once->__state, &state, AWAITED)) &&
            waitaddr_wait_interruptible(&once->__state, AWAITED,
                                        DEADLINE_NEVER) == -XEN_EINTR)
            posix_handlers_run();
    }
}
