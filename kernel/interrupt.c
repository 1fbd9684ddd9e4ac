/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waits that other threads can end: pith/interrupt.h. They differ from those
 * of sched.c in the word that ends them before their time, thread->stop, which
 * interruptions share with the deadline; so those cost the others nothing.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/interrupt.h>
#include <pith/panic.h>

static void deadline_fired(struct timer *timer)
{
    struct thread *thread = container_of(timer, struct thread, timeout);

    atomic_or(&thread->stop, STOP_DEADLINE);
    sched_make_runnable(thread);
}

/* As block in sched.c. Interrupts off. */
static void block_here(struct thread *self, const uint32_t *until)
{
    uint32_t blocked;

    do {
        /* A full barrier, with the exchange in make_runnable. */
        atomic_exchange(&self->state, THREAD_BLOCKED);
        blocked = THREAD_BLOCKED;
        if ((READ_ONCE(*until) || READ_ONCE(self->stop)) &&
            atomic_compare_exchange(&self->state, &blocked, THREAD_RUNNABLE))
            return;
        sched_schedule();
    } while (!READ_ONCE(*until) && !READ_ONCE(self->stop));
}

/* Unless the deadline has passed already. */
static void block_until(struct thread *self, const uint32_t *until,
                        uint64_t deadline_ns)
{
    bool timed = deadline_ns != DEADLINE_NEVER;

    atomic_and(&self->stop, ~(uint32_t)STOP_DEADLINE);
    self->timeout.fn = deadline_fired;
    if (timed && !timer_arm_future(&self->timeout, deadline_ns))
        return;
    irq_disable();
    block_here(self, until);
    irq_enable();
    if (timed)
        timer_cancel(&self->timeout);
}

int sched_block_interruptible(const uint32_t *until, uint64_t deadline_ns)
{
    struct thread *self = current();

    ASSERT(irq_enabled() && !(cpu_read(preempt) & ~PREEMPT_NOT_DUE));
    if (!READ_ONCE(*until) && !(READ_ONCE(self->stop) & STOP_INTERRUPTED))
        block_until(self, until, deadline_ns);
    if (READ_ONCE(*until))
        return 0;
    return READ_ONCE(self->stop) & STOP_INTERRUPTED ? -XEN_EINTR : -XEN_ETIME;
}

int thread_sleep_interruptible(uint64_t deadline_ns)
{
    static const uint32_t never;
    int rc = sched_block_interruptible(&never, deadline_ns);

    return rc == -XEN_ETIME ? 0 : rc;
}

void (*interrupt_divert)(struct trap_frame *frame);

/* Makes the vCPU on which thread runs, if it does, look at thread->stop at the
 * end of an upcall. Interrupts off. */
static void tell_vcpu(struct thread *thread)
{
    struct sched *home = READ_ONCE(thread->home);

    if (thread == current()) {
        if (this_cpu()->upcall_depth)
            preempt_set_due();
    } else if (home != this_sched() && atomic_load(&thread->context.running)) {
        smp_kick(home);
    }
}

/* None is lost: the flag is set before the state is looked at, and the thread
 * marks itself blocked before it looks at the flag. One that waits for
 * something else goes on waiting. */
void thread_interrupt(struct thread *thread)
{
    unsigned long flags = irq_save();

    atomic_or(&thread->stop, STOP_INTERRUPTED);
    sched_make_runnable(thread);
    if (interrupt_divert)
        tell_vcpu(thread);
    irq_restore(flags);
    preempt_check();
}

bool thread_interrupt_take(void)
{
    uint32_t *stop = &current()->stop;

    return READ_ONCE(*stop) & STOP_INTERRUPTED &&
           atomic_and(stop, ~(uint32_t)STOP_INTERRUPTED) & STOP_INTERRUPTED;
}
