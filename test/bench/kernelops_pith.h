/* SPDX-License-Identifier: BSD-2-Clause */
/* kernelops on Pith: the kernel's own threads and semaphores. Also says how
 * long the start took, and how long a thread takes that an event wakes. */

#include <pith/clock.h>
#include <pith/cpu.h>
#include <pith/hypercall.h>
#include <pith/semaphore.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <xen/vcpu.h>
#include <xen/xen.h>
/* libc's after Pith's: both define some of the same macros. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static struct semaphore ops_ping, ops_pong, ended, woken;
static uint64_t woken_tsc;

#define ops_yield thread_yield
#define ops_post semaphore_post

static void ops_wait(struct semaphore *semaphore)
{
    semaphore_wait(semaphore);
}

static void yields(void *n)
{
    for (uintptr_t i = 0; i < (uintptr_t)n; i++)
        thread_yield();
    semaphore_post(&ended);
}

static void answers(void *n)
{
    for (uintptr_t i = 0; i < (uintptr_t)n; i++) {
        semaphore_wait(&ops_ping);
        semaphore_post(&ops_pong);
    }
    semaphore_post(&ended);
}

static void partner(void (*fn)(void *arg), unsigned n)
{
    if (!thread_start("partner", THREAD_STACK_BYTES, fn, (void *)(uintptr_t)n))
        abort();
}

static void ops_partner_yields(unsigned n)
{
    partner(yields, n);
}

static void ops_partner_answers(unsigned n)
{
    partner(answers, n);
}

static void ops_partner_join(void)
{
    semaphore_wait(&ended);
}

static void timer_fired(struct timer *timer)
{
    (void)timer;
    woken_tsc = tsc_read();
    semaphore_post(&woken);
}

/* From the event's handler, an upcall of a vCPU that sleeps, to the thread. */
static void wake_by_event(const char *prefix)
{
    uint64_t least = UINT64_MAX;
    struct timer timer;

    timer_init(&timer, timer_fired);
    for (int i = 0; i < 20; i++) {
        uint64_t took;

        timer_arm(&timer, clock_monotonic_ns() + NS_PER_MS);
        semaphore_wait(&woken);
        took = tsc_read() - woken_tsc;
        least = took < least ? took : least;
    }
    printf("FIGURE %sevent_to_thread %llu\n", prefix,
           (unsigned long long)least);
}

static void ops_begin(const char *prefix)
{
    struct vcpu_runstate_info info;

    if (hypercall_vcpu_op(VCPUOP_get_runstate_info, 0, &info))
        abort();
    printf("FIGURE %sstart_to_main %llu\n", prefix,
           (unsigned long long)info.time[RUNSTATE_running]);
    semaphore_init(&ops_ping, 0);
    semaphore_init(&ops_pong, 0);
    semaphore_init(&ended, 0);
    semaphore_init(&woken, 0);
    wake_by_event(prefix);
}
