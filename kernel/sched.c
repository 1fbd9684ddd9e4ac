/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler: a run queue for each vCPU, first in, first out, on which its
 * threads give way to each other. Owns struct sched.
 *
 * A thread never changes its vCPU, so a run queue is only emptied by its own
 * vCPU, with interrupts off: another one that puts a thread there may see the
 * thread switched out a moment later, but nobody can run it meanwhile. A vCPU
 * with nothing to run idles on the stack of the thread that blocked last; if
 * that one is woken first, no switch happens at all.
 */

#include "private.h"
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/panic.h>

void sched_ready_locked(struct thread *thread)
{
    struct sched *sched = thread->home;

    thread->state = THREAD_READY;
    thread->next_ready = NULL;
    *sched->end = thread;
    sched->end = &thread->next_ready;
}

/* There is one. */
static struct thread *take_locked(struct sched *sched)
{
    struct thread *thread = sched->ready;

    sched->ready = thread->next_ready;
    if (!sched->ready)
        sched->end = &sched->ready;
    thread->state = THREAD_RUNNING;
    return thread;
}

/* The next thread to run. Interrupts off; they are let in only while there is
 * none, and by an instruction that cannot miss the wake-up. */
static struct thread *take_or_idle(struct sched *sched)
{
    struct thread *next;

    while (!READ_ONCE(sched->ready)) {
        cpu_wait_for_interrupt();
        irq_disable();
    }
    spin_lock(&sched->lock);
    next = take_locked(sched);
    spin_unlock(&sched->lock);
    return next;
}

/* Frees the thread whose stack was left by the switch to the caller. */
static void bury(struct sched *sched)
{
    struct thread *dead = sched->dead;

    if (unlikely(dead)) {
        sched->dead = NULL;
        thread_free(dead);
    }
}

/* Interrupts off; returns when somebody switches back. */
static void switch_to(struct sched *sched, struct thread *next)
{
    struct cpu *cpu = this_cpu();
    struct thread *self = cpu->thread;

    if (next == self)
        return;
    next->switches++;
    cpu->thread = next;
    if (next->tls_base != self->tls_base)
        tls_load(next->tls_base);
    context_switch(&self->context, &next->context);
    bury(sched);
}

static void timeout_fired(struct timer *timer)
{
    struct thread *thread = container_of(timer, struct thread, timeout);
    unsigned long flags = spin_lock_irqsave(&thread->home->lock);

    thread->timed_out = 1;
    if (thread->state == THREAD_BLOCKED)
        sched_ready_locked(thread);
    spin_unlock_irqrestore(&thread->home->lock, flags);
}

void sched_wake(struct waiter *w)
{
    struct thread *thread = w->thread;

    spin_lock(&thread->home->lock);
    w->woken = 1;
    thread->pending++;
    if (thread->state == THREAD_BLOCKED)
        sched_ready_locked(thread);
    spin_unlock(&thread->home->lock);
}

/* False if deadline_ns has passed already. */
static bool arm_timeout(struct thread *self, uint64_t deadline_ns)
{
    self->timed_out = 0; /* its timer is not armed: nobody else writes it */
    self->timeout.fn = timeout_fired;
    return timer_arm_future(&self->timeout, deadline_ns);
}

int sched_block(const uint32_t *until, uint64_t deadline_ns)
{
    struct thread *self = current();
    struct sched *sched = self->home;
    bool timed = deadline_ns != DEADLINE_NEVER;

    ASSERT(irq_enabled() && !this_cpu()->upcall_depth);
    if (READ_ONCE(*until))
        return 0;
    if (timed && !arm_timeout(self, deadline_ns))
        return READ_ONCE(*until) ? 0 : -XEN_ETIME;

    irq_disable();
    spin_lock(&sched->lock);
    while (!READ_ONCE(*until) && !(timed && READ_ONCE(self->timed_out))) {
        self->state = THREAD_BLOCKED;
        spin_unlock(&sched->lock);
        switch_to(sched, take_or_idle(sched));
        spin_lock(&sched->lock);
    }
    spin_unlock(&sched->lock);
    irq_enable();
    if (timed)
        timer_cancel(&self->timeout);
    return READ_ONCE(*until) ? 0 : -XEN_ETIME;
}

/* Counted in instructions: the plainest program that Pith is compared by does
 * nothing else. Threads run with interrupts on, so no flags are kept. */
void thread_yield(void)
{
    struct thread *self, *next;
    struct sched *sched;

    irq_disable();
    self = current();
    sched = self->home;
    if (READ_ONCE(sched->ready)) {
        spin_lock(&sched->lock);
        sched_ready_locked(self);
        next = take_locked(sched);
        spin_unlock(&sched->lock);
        switch_to(sched, next);
    }
    irq_enable();
}

void sched_enter(void)
{
    bury(current()->home);
    irq_enable();
}

void sched_exit(void)
{
    struct thread *self = current();

    irq_disable();
    self->state = THREAD_BLOCKED;
    self->home->dead = self;
    switch_to(self->home, take_or_idle(self->home));
    panic("thread \"%s\" runs after its end", self->name);
}

int sched_init(void)
{
    struct sched *sched = heap_zalloc(sizeof(*sched));

    if (!sched)
        return -XEN_ENOMEM;
    sched->end = &sched->ready;
    this_cpu()->sched = sched;
    return 0;
}

void sched_start(void)
{
    struct context boot; /* saved and never returned to */
    struct thread *first;

    irq_disable();
    first = take_or_idle(this_cpu()->sched);
    first->switches++;
    this_cpu()->thread = first;
    if (first->tls_base)
        tls_load(first->tls_base);
    context_switch(&boot, &first->context);
    __builtin_unreachable();
}
