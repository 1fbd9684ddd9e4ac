/* SPDX-License-Identifier: BSD-2-Clause */
/* The run queues of a vCPU, in line: sched.c counts instructions. */
#ifndef PITH_KERNEL_RUNQUEUE_H
#define PITH_KERNEL_RUNQUEUE_H

#include "private.h"

/* Returns thread's level. */
static inline uint64_t run_queue_push_locked(struct sched *sched,
                                             struct thread *thread)
{
    uint64_t level = READ_ONCE(thread->level);
    struct run_queue *queue = &sched->queues[level];

    thread->next_ready = NULL;
    *queue->end = thread;
    queue->end = &thread->next_ready;
    sched->levels |= 1u << level;
    if (likely(sched->top < level))
        WRITE_ONCE(sched->top, level);
    return level;
}

/* The queue of that level is empty now. */
static inline void run_queue_emptied(struct sched *sched, uint64_t level)
{
    sched->levels &= ~(1u << level);
    WRITE_ONCE(sched->top, 31u - (uint32_t)__builtin_clz(sched->levels));
}

/* The next thread where sched_simple holds. There is one. */
static inline struct thread *run_queue_pop(struct sched *sched)
{
    struct run_queue *queue = &sched->queues[sched->top];
    struct thread *thread = queue->first;

    queue->first = thread->next_ready;
    if (likely(!queue->first)) {
        queue->end = &queue->first;
        run_queue_emptied(sched, sched->top);
    }
    return thread;
}

#endif
