/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine for host tests of kernel/'s threads: one vCPU on which time passes
 * only while all threads are blocked, and then jumps to where Xen's timer was
 * set. Holds the sources of the scheduler; needs arch/'s context switch.
 */
#ifndef KERNEL_FAKE_MACHINE_H
#define KERNEL_FAKE_MACHINE_H

#include "kernel_fake_cpu.h"

/* Before a call that does not return ASan looks for the end of the stack, and
 * warns if that is not the host's. */
#define noreturn cold

#include "../../kernel/cputime.c"
#include "../../kernel/interrupt.c"
#include "../../kernel/mutex.c"
#include "../../kernel/place.c"
#include "../../kernel/runqueue.c"
#include "../../kernel/sched.c"
#include "../../kernel/thread.c"
#include "../../kernel/timer.c"
#include "../../kernel/tls.c"
#include "../../kernel/waitq.c"
#include "test.h"

static uint64_t now_ns, xen_timer_ns, set_timer_calls, idles;
static struct thread test_thread, idle_thread;
static struct sched only_sched;

/* The test's: an upcall that comes as soon as the vCPU idles, if it says so. */
static bool (*fake_upcall)(void);

uint64_t clock_ticks_to_ns(uint64_t ticks)
{
    return ticks;
}

uint64_t clock_monotonic_ns(void)
{
    return now_ns;
}

uint64_t clock_to_xen_ns(uint64_t monotonic_ns)
{
    return MAX(monotonic_ns, 1);
}

long hypercall_set_timer_op(uint64_t deadline_ns)
{
    set_timer_calls++;
    xen_timer_ns = deadline_ns;
    return 0;
}

void deadlock_check(void)
{
}

void deadlock_mutex_wait(void)
{
}

bool sched_simple = true;

unsigned smp_count(void)
{
    return 1;
}

bool smp_is_online(unsigned cpu)
{
    return true;
}

struct sched *smp_sched(unsigned cpu)
{
    return &only_sched;
}

void smp_kick(struct sched *sched)
{
}

size_t fpu_bytes(void)
{
    return 0;
}

void fpu_save(void *area)
{
}

void fpu_load(const void *area)
{
}

int evtchn_bind_virq(unsigned virq, unsigned vcpu, evtchn_fn *fn, void *arg,
                     evtchn_port_t *out)
{
    return 0;
}

void evtchn_unmask(evtchn_port_t port)
{
}

void *heap_zalloc(size_t size)
{
    return calloc(1, size);
}

void heap_free(void *ptr)
{
    free(ptr);
}

void *kstack_alloc(size_t size)
{
    return aligned_alloc(PAGE_SIZE, size);
}

void kstack_free(void *stack, size_t size)
{
    free(stack);
}

static void fake_idle(void)
{
    idles++;
    if (fake_upcall && fake_upcall())
        return;
    if (!xen_timer_ns) {
        printf("FAIL everything sleeps for ever\n");
        exit(1);
    }
    now_ns = xen_timer_ns > now_ns ? xen_timer_ns : now_ns;
    xen_timer_ns = 0;
    timer_event(0, &only_sched.timers);
}

static void idle_begin(void *arg)
{
    sched_idle();
}

/* The test itself is a thread too, on the host's stack. */
static void machine_begin(void)
{
    if (!fake_cpu.sched) {
        sched_init(&only_sched, &idle_thread, 0);
        only_sched.owner = &fake_cpu;
        only_sched.online = 1;
        fake_cpu.sched = &only_sched;
        fake_cpu.preempt = PREEMPT_NOT_DUE;
        context_init(&idle_thread.context,
                     (char *)aligned_alloc(PAGE_SIZE, 65536) + 65536,
                     idle_begin, NULL);
        idle_thread.home = test_thread.home = &only_sched;
        test_thread.level = THREAD_NORMAL;
        test_thread.context.running = 1;
        strcpy(test_thread.name, "test");
        fake_cpu.thread = &test_thread;
    }
    set_timer_calls = idles = 0;
}

#endif
