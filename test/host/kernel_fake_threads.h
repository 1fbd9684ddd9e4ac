/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stands in for the scheduler in host tests of kernel/ under ThreadSanitizer:
 * its threads are the host's, which block and wake by a condition variable
 * each. Holds waitq.c and mutex.c.
 */
#ifndef KERNEL_FAKE_THREADS_H
#define KERNEL_FAKE_THREADS_H

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "fake_tsan.h"

#define PITH_CPU_H
#define PITH_PREEMPT_H
#define PITH_TLS_H
#define PITH_SMP_H

#include <pith/compiler.h>
#include <stdbool.h>

struct cpuset {
    uint64_t bits;
};

struct cpu {
    void *thread, *sched;
};
static __thread struct cpu fake_cpu;
#define cpu_read(field) (fake_cpu.field)
#define cpu_write(field, value) (fake_cpu.field = (value))
#define CPU_MAX 1

static inline struct cpu *this_cpu(void)
{
    return &fake_cpu;
}

static inline unsigned long irq_save(void)
{
    return 0;
}

static inline void irq_restore(unsigned long flags)
{
}

static inline void irq_disable(void)
{
}

static inline void irq_enable(void)
{
}

static inline bool irq_enabled(void)
{
    return true;
}

static inline void preempt_disable(void)
{
}

static inline void preempt_enable(void)
{
}

static inline void preempt_check(void)
{
}

static inline void cpu_relax(void)
{
    sched_yield();
}

#include "../../kernel/mutex.c"
#include "../../kernel/waitq.c"

void deadlock_mutex_wait(void)
{
}

struct fake_thread {
    struct thread thread;
    void (*fn)(long number);
    long number;
    pthread_t pthread;
    pthread_mutex_t lock;
    pthread_cond_t woken;
};

void spin_wait(struct spinlock *lock)
{
    while (atomic_exchange(&lock->held, 1))
        sched_yield();
}

void panic(const char *fmt, ...)
{
    printf("FAIL panic: %s\n", fmt);
    abort();
}

static uint64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * NS_PER_SEC + (uint64_t)ts.tv_nsec;
}

int sched_block(const uint32_t *until, uint64_t deadline_ns)
{
    struct fake_thread *self =
        container_of(current(), struct fake_thread, thread);
    struct timespec ts = {(time_t)(deadline_ns / NS_PER_SEC),
                          (long)(deadline_ns % NS_PER_SEC)};
    int rc = 0;

    pthread_mutex_lock(&self->lock);
    while (!atomic_load(until) && rc != ETIMEDOUT)
        rc = deadline_ns == DEADLINE_NEVER
                 ? pthread_cond_wait(&self->woken, &self->lock)
                 : pthread_cond_clockwait(&self->woken, &self->lock,
                                          CLOCK_MONOTONIC, &ts);
    pthread_mutex_unlock(&self->lock);
    return atomic_load(until) ? 0 : -XEN_ETIME;
}

/* Nobody interrupts here. */
int sched_block_interruptible(const uint32_t *until, uint64_t deadline_ns)
{
    return sched_block(until, deadline_ns);
}

/* As the real one: w is the thread's again once woken is set. */
void sched_wake(struct waiter *w)
{
    struct fake_thread *fake =
        container_of(w->thread, struct fake_thread, thread);

    atomic_store(&w->woken, 1);
    atomic_add(&fake->thread.pending, 1);
    pthread_mutex_lock(&fake->lock);
    pthread_cond_signal(&fake->woken);
    pthread_mutex_unlock(&fake->lock);
}

void sched_wait_locked(struct waitq *q)
{
    struct waiter *w = &current()->waiter;

    w->thread = current();
    w->woken = 0;
    list_push_back(&q->waiters, &w->link);
    spin_unlock_raw(&q->lock);
    sched_block(&w->woken, DEADLINE_NEVER);
    while (atomic_load(&q->lock.held))
        sched_yield();
}

bool sched_wake_first_locked(struct waitq *q)
{
    struct list *link = list_pop_front(&q->waiters);
    struct waiter *w = list_entry(link, struct waiter, link);
    struct fake_thread *fake;

    if (!link)
        return false;
    fake = container_of(w->thread, struct fake_thread, thread);
    atomic_store(&w->woken, 1);
    pthread_mutex_lock(&fake->lock);
    pthread_cond_signal(&fake->woken);
    pthread_mutex_unlock(&fake->lock);
    return true;
}

/* Several vCPUs are what this is about. */
bool sched_simple = false;

void sched_wait_simple(struct waitq *q)
{
    abort();
}

void sched_wake_first_simple(struct waitq *q)
{
    abort();
}

static void *fake_thread_main(void *arg)
{
    struct fake_thread *fake = arg;

    fake_cpu.thread = &fake->thread;
    fake->fn(fake->number);
    return NULL;
}

/* Returns when all have ended. */
static void fake_threads_run(long count, void (*fn)(long number))
{
    struct fake_thread *all = calloc((size_t)count, sizeof(*all));

    for (long i = 0; i < count; i++) {
        all[i].fn = fn;
        all[i].number = i;
        pthread_mutex_init(&all[i].lock, NULL);
        pthread_cond_init(&all[i].woken, NULL);
        pthread_create(&all[i].pthread, NULL, fake_thread_main, &all[i]);
    }
    for (long i = 0; i < count; i++) {
        pthread_join(all[i].pthread, NULL);
        if (all[i].thread.pending)
            panic("a wake was not taken");
    }
    free(all);
}

#endif
