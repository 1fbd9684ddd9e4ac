/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run queues of a vCPU, by priority, first in, first out: what other vCPUs
 * do with them, too, under sched->lock.
 */

#include "runqueue.h"
#include <pith/errno.h>

int sched_push(struct sched *sched, struct thread *thread)
{
    int rc = -XEN_EBUSY;

    spin_lock_raw(&sched->lock);
    if (sched->online) {
        thread->home = sched;
        run_queue_push_locked(sched, thread);
        WRITE_ONCE(sched->ready, sched->ready + 1);
        rc = 0;
    }
    spin_unlock_raw(&sched->lock);
    return rc;
}

/*
 * A thread may be in a queue, woken or on its way to another vCPU, and still
 * be on its stack: 1. it marks itself blocked; 2. another vCPU wakes and queues
 * it; 3. its own vCPU switches away. Between 2 and 3 nobody else may take it,
 * nor wait for it: two vCPUs that waited for each other's threads would wait
 * for ever.
 */
static bool can_take(const struct thread *thread, unsigned cpu)
{
    return thread_allows(thread, cpu) &&
           (!atomic_load(&thread->context.running) || thread == current());
}

/* Takes *link out of the queue of that level. */
static void unlink_locked(struct sched *sched, uint64_t level,
                          struct thread **link)
{
    struct run_queue *queue = &sched->queues[level];

    *link = (*link)->next_ready;
    if (!*link)
        queue->end = link;
    if (!queue->first)
        run_queue_emptied(sched, level);
    /* What was queued while sched_simple held was not counted. */
    if (!sched->top)
        WRITE_ONCE(sched->ready, 0);
    else if (sched->ready)
        WRITE_ONCE(sched->ready, sched->ready - 1);
}

/* The first thread of that level that cpu may run, NULL: none. */
static struct thread *take_from_locked(struct sched *sched, uint64_t level,
                                       unsigned cpu)
{
    struct thread **link = &sched->queues[level].first, *thread;

    while (*link && !can_take(*link, cpu))
        link = &(*link)->next_ready;
    thread = *link;
    if (thread)
        unlink_locked(sched, level, link);
    return thread;
}

struct thread *sched_take(struct sched *sched, unsigned cpu)
{
    struct thread *found = NULL;

    if (!READ_ONCE(sched->top))
        return NULL;
    spin_lock_raw(&sched->lock);
    for (uint64_t level = sched->top; level && !found; level--)
        found = take_from_locked(sched, level, cpu);
    spin_unlock_raw(&sched->lock);
    return found;
}

bool sched_take_out(struct sched *sched, const struct thread *thread)
{
    bool found = false;

    spin_lock_raw(&sched->lock);
    for (uint64_t level = sched->top; level && !found; level--) {
        struct thread **link = &sched->queues[level].first;

        while (*link && *link != thread)
            link = &(*link)->next_ready;
        found = *link != NULL;
        if (found)
            unlink_locked(sched, level, link);
    }
    spin_unlock_raw(&sched->lock);
    return found;
}
