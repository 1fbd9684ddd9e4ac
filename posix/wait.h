/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting, for those files of posix/ that have descriptors of their own. */
#ifndef POSIX_WAIT_H
#define POSIX_WAIT_H

#include <pith/file.h>
#include <pith/mutex.h>
#include <pith/timer.h>
#include <pith/waitq.h>

/* Gives m back until q is woken and takes it again: 0, -XEN_ETIME, -XEN_EINTR
 * (pith/interrupt.h), or at once -XEN_EAGAIN for deadline 0. q is woken with m
 * held, or after a change that was made with m held. */
int wait_on(struct waitq *q, struct mutex *m, uint64_t deadline_ns);

static inline uint64_t wait_deadline(bool nonblock)
{
    return nonblock ? 0 : DEADLINE_NEVER;
}

/* Wakes q, at no cost when nobody is there. The lock is held under which
 * waiters are linked, so that none comes while this looks. */
static inline void wake_if_any(struct waitq *q)
{
    if (!list_empty(&q->waiters))
        waitq_wake_all(q);
}

#endif
