/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stops all vCPUs but one: a thread on each of them keeps it busy. A thread and
 * not an interrupt, since a thread runs only where no spin lock is held: so the
 * one that goes on may take any.
 *
 * Two steps, because a thread of a vCPU that is not stopped yet may be waiting
 * for all others to answer a call: first each one comes here, with interrupts
 * on, and answers; when nothing else runs anywhere, interrupts go off.
 */

#include "private.h"
#include <pith/errno.h>

#define STACK_BYTES 16384ul
/* Until every vCPU has let go of what it runs. */
#define GATHER_NS (5 * NS_PER_SEC)
#define ROUNDS 1000

enum step { GATHER, HALT, RENEW, GO, GIVE_UP };

/* Changed atomically; of the one stop that there is at a time. */
static struct {
    uint32_t step;    /* set by vCPU 0 */
    uint32_t arrived; /* other vCPUs that have done the step */
    uint32_t left;    /* threads that need this no more */
    uint32_t strayed; /* a vCPU went out of service meanwhile */
    void (*renew)(void);
} stop;

static bool has_arrived(unsigned count)
{
    return atomic_load(&stop.arrived) == count;
}

/* Until the step is after step. The vCPU that is waited for may want this one's
 * processor. */
static uint32_t wait_step(uint32_t step)
{
    uint32_t now;

    for (unsigned rounds = 1; (now = atomic_load(&stop.step)) <= step;
         rounds++) {
        cpu_relax();
        if (rounds % ROUNDS == 0)
            spin_yield();
    }
    return now;
}

static void wait_arrived(unsigned count)
{
    for (unsigned rounds = 1; !has_arrived(count); rounds++) {
        cpu_relax();
        if (rounds % ROUNDS == 0)
            spin_yield();
    }
}

static void stand_still(void)
{
    uint32_t step;

    irq_disable();
    atomic_add(&stop.arrived, 1);
    step = wait_step(HALT);
    if (step == RENEW) {
        stop.renew();
        atomic_add(&stop.arrived, 1);
        wait_step(RENEW);
    }
    irq_enable();
}

/* arg: the vCPU that it is for, as a number. */
static void stopper(void *arg)
{
    uint64_t id;

    preempt_disable();
    id = cpu_read(id);
    if (id == (uint64_t)arg) {
        atomic_add(&stop.arrived, 1);
        if (wait_step(GATHER) == HALT)
            stand_still();
    } else {
        atomic_store(&stop.strayed, 1); /* perhaps on vCPU 0: must not wait */
    }
    preempt_enable();
    atomic_add(&stop.left, 1);
}

/* Threads for all other vCPUs in service; *count is how many. False: no
 * memory. */
static bool start_all(unsigned *count)
{
    for (unsigned cpu = 1; cpu < smp_count(); cpu++) {
        struct cpuset only = {{0}};
        struct thread_spec spec = {.name = "stop",
                                   .stack_bytes = STACK_BYTES,
                                   .priority = THREAD_HIGH,
                                   .affinity = &only,
                                   .fn = stopper,
                                   .arg = (void *)(uint64_t)cpu};
        struct thread *thread;

        if (!smp_is_online(cpu))
            continue;
        cpuset_add(&only, cpu);
        thread = thread_prepare(&spec);
        if (!thread)
            return false;
        thread_launch(thread);
        ++*count;
    }
    return true;
}

/* True: all have come, none is left out. */
static bool gather(unsigned count)
{
    uint64_t deadline_ns = clock_monotonic_ns() + GATHER_NS;

    while (!has_arrived(count) && !atomic_load(&stop.strayed) &&
           clock_monotonic_ns() < deadline_ns) {
        thread_yield();
        spin_yield();
    }
    return has_arrived(count) && !atomic_load(&stop.strayed) &&
           smp_online_count() == count + 1;
}

static void set_step(enum step step)
{
    atomic_store(&stop.arrived, 0);
    atomic_store(&stop.step, step);
}

/* All others are here, and nothing else runs. */
static int run_alone(unsigned count, int (*fn)(void *arg), void *arg)
{
    int rc;

    preempt_disable();
    set_step(HALT);
    wait_arrived(count);
    irq_disable();
    rc = fn(arg);
    if (!rc) {
        stop.renew();
        set_step(RENEW);
        wait_arrived(count);
    }
    set_step(GO);
    irq_enable();
    preempt_enable();
    return rc;
}

int stop_machine(int (*fn)(void *arg), void *arg, void (*renew)(void))
{
    struct cpuset first = {{1}};
    unsigned count = 0;
    int rc = -XEN_ENOMEM;

    atomic_store(&stop.step, GATHER);
    atomic_store(&stop.arrived, 0);
    atomic_store(&stop.left, 0);
    atomic_store(&stop.strayed, 0);
    stop.renew = renew;
    thread_set_priority(THREAD_HIGH);
    thread_set_affinity(&first);
    if (start_all(&count))
        rc = gather(count) ? run_alone(count, fn, arg) : -XEN_ETIME;
    if (atomic_load(&stop.step) == GATHER)
        set_step(GIVE_UP);
    while (atomic_load(&stop.left) != count)
        thread_yield();
    thread_set_affinity(NULL);
    thread_set_priority(THREAD_NORMAL);
    return rc;
}
