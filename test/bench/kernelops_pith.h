/* SPDX-License-Identifier: BSD-2-Clause */
/* kernelops on Pith: the kernel's own threads and semaphores. Also says how
 * long a thread takes that an event wakes. */

#include <pith/clock.h>
#include <pith/cpu.h>
#include <pith/semaphore.h>
#include <pith/thread.h>
#include <pith/timer.h>
/* libc's after Pith's: both define some of the same macros. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static struct semaphore ops_ping, ops_pong, ended, woken;
static uint64_t handled_tsc;

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

static void post_at(struct timer *timer)
{
    (void)timer;
    handled_tsc = tsc_read();
    semaphore_post(&woken);
}

static void note_at(struct timer *timer)
{
    (void)timer;
    __atomic_store_n(&handled_tsc, tsc_read(), __ATOMIC_RELAXED);
}

static void wait_for_post(void)
{
    semaphore_wait(&woken);
}

static void wait_for_note(void)
{
    while (!__atomic_load_n(&handled_tsc, __ATOMIC_RELAXED))
        ;
}

/* The least that it takes from a timer's handler to the end of wait. */
static uint64_t after_handler(void (*handler)(struct timer *timer),
                              void (*wait)(void))
{
    uint64_t least = UINT64_MAX;
    struct timer timer;

    timer_init(&timer, handler);
    for (int i = 0; i < 20; i++) {
        uint64_t took;

        handled_tsc = 0;
        timer_arm(&timer, clock_monotonic_ns() + NS_PER_MS);
        wait();
        took = tsc_read() - handled_tsc;
        least = took < least ? took : least;
    }
    return least;
}

/* From an event's handler to a thread that it wakes while the vCPU sleeps; and
 * to a thread that it interrupts, which is what an upcall takes to end: on
 * AMD's processors there is an exit in it, when interrupts are on again (Xen,
 * svm_intr_assist). The difference is the wake's and the switch's. */
static void wake_by_event(const char *prefix)
{
    uint64_t to_thread = after_handler(post_at, wait_for_post);
    uint64_t to_end = after_handler(note_at, wait_for_note);

    printf("FIGURE %sevent_to_thread %llu\n", prefix,
           (unsigned long long)to_thread);
    printf("FIGURE %supcall_end %llu\n", prefix, (unsigned long long)to_end);
    printf("FIGURE %swake_after_upcall %llu\n", prefix,
           (unsigned long long)(to_thread - to_end));
}

static void ops_begin(const char *prefix)
{
    semaphore_init(&ops_ping, 0);
    semaphore_init(&ops_pong, 0);
    semaphore_init(&ended, 0);
    semaphore_init(&woken, 0);
    wake_by_event(prefix);
}
