/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler: threads block, wake, yield and are preempted. place.c says on
 * which vCPU. Owns what struct sched holds.
 *
 * Each vCPU has its own run queues (runqueue.c). Only the vCPU itself runs
 * threads from them, or another one that has nothing to do and steals. A thread
 * is runnable (it runs, or is in one queue) or blocked; who
 * makes it runnable by compare-and-exchange, and nobody else, queues it. A
 * vCPU without work runs its idle thread, which is in no queue.
 */

#include "runqueue.h"
#include <pith/errno.h>
#include <pith/fpu.h>
#include <pith/panic.h>
#include <pith/trace.h>

/* What a thread that computes is left to run before another one of its level
 * gets its turn: between one and two of these. */
#define SLICE_NS (5 * NS_PER_MS)

TRACE_EVENT_NAMES(traced_switch, "kernel: switch from %s to %s");
TRACE_EVENT_NAMES(traced_wake, "kernel: %s ready, while %s runs");

/* Interrupts off. Returns when somebody switches back, perhaps on another
 * vCPU. */
static inline void run(struct thread *self, struct thread *next)
{
    next->context.running = 1;
    next->switches++;
    cpu_write(thread, next);
    if (next->tls_base != self->tls_base)
        tls_load(next->tls_base);
    context_switch(&self->context, &next->context);
}

static inline void switch_to(struct thread *self, struct thread *next)
{
    if (unlikely(!sched_simple)) {
        ASSERT(!next->context.running);
        trace(traced_switch, trace_name(self->name), trace_name(next->name));
        if (unlikely(sched_measures))
            sched_measure(self);
    }
    run(self, next);
}

/* What sched's vCPU, which asks, can run now; NULL: nothing. */
static inline struct thread *pick(struct sched *sched)
{
    struct thread *next;

    if (likely(sched_simple))
        return sched->top ? run_queue_pop(sched) : NULL;
    next = sched_take(sched, sched->cpu);
    if (!next)
        next = place_steal(sched);
    if (next)
        next->home = sched;
    return next;
}

/* Runs what is to run next. The caller is blocked, has ended, or was queued
 * again. Interrupts off. */
static inline void schedule(struct thread *self)
{
    struct sched *sched = this_sched();
    struct thread *next = pick(sched);

    if (!next)
        next = sched->idle;
    if (next != self)
        switch_to(self, next);
}

static void slice_ended(struct timer *timer)
{
    struct sched *sched = container_of(timer, struct sched, slice);
    struct thread *thread = cpu_read(thread);

    WRITE_ONCE(sched->slice_armed, 0);
    barrier_full(); /* with place_thread's, which queues first and looks then */
    if (!READ_ONCE(sched->top) || thread == sched->idle)
        return;
    if (sched->top > thread->level ||
        (sched->slice_thread == thread &&
         sched->slice_switches == thread->switches))
        preempt_set_due();
    sched_look_at_slice(sched, thread);
    if (!sched_simple)
        place_share(sched);
}

void sched_look_at_slice(struct sched *sched, struct thread *thread)
{
    if (sched->slice_armed || thread == sched->idle)
        return;
    sched->slice_armed = 1;
    sched->slice_thread = thread;
    sched->slice_switches = thread->switches;
    timer_arm(&sched->slice, clock_monotonic_ns() + SLICE_NS);
}

static inline void push_and_look(struct sched *sched, struct thread *thread)
{
    uint64_t level = run_queue_push_locked(sched, thread);

    if (!sched->slice_armed || level > current()->level)
        place_look(sched);
}

/* place_thread, with the simple case in line. */
static inline void place_inline(struct thread *thread)
{
    struct sched *sched = this_sched();

    if (unlikely(!sched_simple)) {
        trace(traced_wake, trace_name(thread->name),
              trace_name(current()->name));
        place_thread(thread);
        return;
    }
    push_and_look(sched, thread);
}

void sched_look_again(struct thread *thread)
{
    unsigned long flags = irq_save();
    struct sched *sched = READ_ONCE(thread->home);

    if (thread == current())
        place_look(this_sched());
    else if (sched_take_out(sched, thread))
        place_thread(thread);
    else if (sched != this_sched()) /* perhaps it runs there */
        smp_kick(sched);
    irq_restore(flags);
    preempt_check();
}

static inline void make_runnable(struct thread *thread)
{
    uint32_t expected = THREAD_BLOCKED;

    /* With the exchange in sched_block: it sees what the caller wrote, or this
     * sees it blocked. */
    if (READ_ONCE(thread->state) == THREAD_BLOCKED &&
        atomic_compare_exchange(&thread->state, &expected, THREAD_RUNNABLE))
        place_inline(thread);
}

static void timeout_fired(struct timer *timer)
{
    struct thread *thread = container_of(timer, struct thread, timeout);

    atomic_exchange(&thread->timed_out, 1);
    make_runnable(thread);
}

void sched_wake(struct waiter *w)
{
    struct thread *thread = w->thread;

    WRITE_ONCE(w->woken, 1);
    atomic_add(&thread->pending, 1);
    make_runnable(thread);
}

/* Takes the first thread->waiter off q. There is one. */
static inline struct thread *take_waiter(struct waitq *q)
{
    struct list *link = q->waiters.next;
    struct waiter *w = list_entry(link, struct waiter, link);

    q->waiters.next = link->next;
    link->next->prev = &q->waiters;
    WRITE_ONCE(w->woken, 1);
    return w->thread;
}

bool sched_wake_first_locked(struct waitq *q)
{
    if (list_empty(&q->waiters))
        return false;
    make_runnable(take_waiter(q));
    return true;
}

FRAMELESS void sched_wake_first_simple(struct waitq *q)
{
    struct thread *thread = take_waiter(q);

    if (unlikely(thread->state != THREAD_BLOCKED))
        return;
    thread->state = THREAD_RUNNABLE;
    push_and_look(this_sched(), thread);
}

/* False if deadline_ns has passed already. */
static bool arm_timeout(struct thread *self, uint64_t deadline_ns)
{
    self->timed_out = 0; /* its timer is not armed: nobody else writes it */
    self->timeout.fn = timeout_fired;
    return timer_arm_future(&self->timeout, deadline_ns);
}

/* Interrupts off. Returns once *until or *timed_out is not 0. */
static void block(struct thread *self, const uint32_t *until,
                  const uint32_t *timed_out)
{
    uint32_t blocked;

    do {
        /* A full barrier, with make_runnable. */
        atomic_exchange(&self->state, THREAD_BLOCKED);
        blocked = THREAD_BLOCKED;
        if ((READ_ONCE(*until) || READ_ONCE(*timed_out)) &&
            atomic_compare_exchange(&self->state, &blocked, THREAD_RUNNABLE))
            return;
        schedule(self);
    } while (!READ_ONCE(*until) && !READ_ONCE(*timed_out));
}

int sched_block(const uint32_t *until, uint64_t deadline_ns)
{
    static const uint32_t never;
    struct thread *self = current();
    bool timed = deadline_ns != DEADLINE_NEVER;

    if (READ_ONCE(*until))
        return 0;
    ASSERT(irq_enabled() && !(cpu_read(preempt) & ~PREEMPT_NOT_DUE));
    if (timed && !arm_timeout(self, deadline_ns))
        return READ_ONCE(*until) ? 0 : -XEN_ETIME;
    irq_disable();
    block(self, until, timed ? &self->timed_out : &never);
    irq_enable();
    if (timed)
        timer_cancel(&self->timeout);
    return READ_ONCE(*until) ? 0 : -XEN_ETIME;
}

static inline void link_waiter(struct waitq *q, struct thread *self)
{
    struct waiter *w = &self->waiter;

    w->queue = q;
    w->woken = 0;
    list_push_back(&q->waiters, &w->link);
    WRITE_ONCE(self->state, THREAD_BLOCKED);
}

/* The thread that was switched to was not woken by a semaphore, or on another
 * vCPU, which still holds its lock. */
static __attribute__((noinline, cold)) void end_wait_slow(void)
{
    const struct waiter *w = &current()->waiter;

    sched_block(&w->woken, DEADLINE_NEVER);
    while (atomic_load(&w->queue->lock.held))
        cpu_relax();
}

/* For a thread that had linked its waiter, when it is switched to. */
static inline void end_wait(void)
{
    const struct waiter *w = &current()->waiter;

    irq_enable();
    if (unlikely(!READ_ONCE(w->woken) || atomic_load(&w->queue->lock.held)))
        end_wait_slow();
}

void sched_wait_locked(struct waitq *q)
{
    struct thread *self = current();

    ASSERT(!(cpu_read(preempt) & ~PREEMPT_NOT_DUE));
    link_waiter(q, self);
    spin_unlock_raw(&q->lock);
    schedule(self);
    end_wait();
}

FRAMELESS void sched_wait_simple(struct waitq *q)
{
    struct thread *self = current();
    struct sched *sched = this_sched();

    link_waiter(q, self);
    run(self, likely(sched->top) ? run_queue_pop(sched) : sched->idle);
    end_wait();
}

/* self goes on later; where others are its equals, after them. Interrupts
 * off. */
static void give_way(struct thread *self)
{
    preempt_clear_due();
    if (self != this_sched()->idle) {
        place_thread(self);
        schedule(self);
    }
}

/* One queue and two threads of one level are all that it touches. */
static inline void yield(struct sched *sched, bool shared)
{
    struct thread *self = current(), *next;
    uint64_t level = READ_ONCE(self->level);
    struct run_queue *queue;

    if (shared)
        spin_lock_raw(&sched->lock);
    queue = &sched->queues[level];
    if (unlikely(sched->top != level ||
                 (shared && queue->first->context.running))) {
        if (shared)
            spin_unlock_raw(&sched->lock);
        if (READ_ONCE(sched->top) >= level)
            give_way(self);
        return;
    }
    *queue->end = self;
    queue->end = &self->next_ready;
    next = queue->first;
    queue->first = next->next_ready;
    self->next_ready = NULL;
    if (shared)
        spin_unlock_raw(&sched->lock);
    switch_to(self, next);
}

FRAMELESS void thread_yield(void)
{
    irq_disable();
    if (likely(sched_simple))
        yield(this_sched(), false);
    else
        yield(this_sched(), true);
    irq_enable();
}

static void preempt_here(void)
{
    if (!irq_enabled() || this_cpu()->upcall_depth)
        return;
    irq_disable();
    give_way(current());
    irq_enable();
}

static __attribute__((noinline)) void keep_fpu_and_give_way(void)
{
    void *area = __builtin_alloca_with_align(fpu_bytes(), 8 * FPU_ALIGN);

    fpu_save(area);
    give_way(current());
    fpu_load(area);
}

static void preempt_upcall(struct trap_frame *frame)
{
    if (current() == this_sched()->idle) {
        preempt_clear_due();
        return;
    }
    keep_fpu_and_give_way();
    if (unlikely(READ_ONCE(current()->stop) & STOP_INTERRUPTED) &&
        interrupt_divert)
        interrupt_divert(frame);
}

/* For interrupt.c; apart, so that what is counted in instructions stays in
 * line. */
__attribute__((noinline)) void sched_make_runnable(struct thread *thread)
{
    make_runnable(thread);
}

__attribute__((noinline)) void sched_schedule(void)
{
    schedule(current());
}

void sched_exit(void)
{
    struct thread *self = current();

    irq_disable();
    self->state = THREAD_ENDED;
    sched_schedule();
    panic("thread \"%s\" runs after its end", self->name);
}

/* A vCPU that will sleep is marked before it looks for work for the last time:
 * see place_thread, which queues first and looks for sleepers then. */
void sched_idle(void)
{
    struct thread *self = current(), *next;
    struct sched *sched = this_sched();

    for (;;) {
        thread_reap();
        irq_disable();
        place_set_asleep(sched, true);
        while (!(next = pick(sched))) {
            if (READ_ONCE(sched->top)) { /* it leaves its stack right now */
                irq_enable();
                cpu_relax();
            } else {
                if (place_all_asleep())
                    deadlock_check();
                cpu_wait_for_interrupt();
            }
            irq_disable();
            place_set_asleep(sched, true); /* a waker took it back */
        }
        place_set_asleep(sched, false);
        if (READ_ONCE(sched->top)) /* what came while nothing ran */
            sched_look_at_slice(sched, next);
        switch_to(self, next);
        irq_enable();
    }
}

void sched_init(struct sched *sched, struct thread *idle, unsigned cpu)
{
    sched->cpu = cpu;
    sched->idle = idle;
    sched->levels = 1;
    for (unsigned i = 0; i < ARRAY_SIZE(sched->queues); i++)
        sched->queues[i].end = &sched->queues[i].first;
    timer_init(&sched->slice, slice_ended);
    timers_init(&sched->timers);
    preempt_give_way = preempt_here;
    preempt_interrupted = preempt_upcall;
}
