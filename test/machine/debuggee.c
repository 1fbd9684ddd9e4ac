/* SPDX-License-Identifier: BSD-2-Clause */
/* Something to look at with a debugger: a global of a known value, a thread
 * that waits, and main, which crashes on vCPU 1 (argument "crash") or ticks. */

#include <pith/clock.h>
#include <pith/thread.h>
#include <stdio.h>
#include <string.h>

volatile int debuggee_answer = 42;
volatile unsigned long debuggee_ticks;

static __attribute__((noinline)) void worker_waits(void)
{
    thread_sleep_until(DEADLINE_NEVER);
    debuggee_answer++; /* no tail call */
}

static void worker(void *arg)
{
    (void)arg;
    worker_waits();
}

static __attribute__((noinline)) void crash_inner(void)
{
    volatile int *volatile nowhere = (int *)16;

    *nowhere = debuggee_answer;
}

static __attribute__((noinline)) void crash_outer(void)
{
    crash_inner();
    debuggee_answer++;
}

__attribute__((noinline)) void debuggee_tick(unsigned long n)
{
    debuggee_ticks = n;
    thread_sleep_until(clock_monotonic_ns() + 100 * NS_PER_MS);
}

static int move_to_vcpu_1(void)
{
    struct cpuset one = {0};

    cpuset_add(&one, 1);
    return thread_set_affinity(&one);
}

int main(int argc, char **argv)
{
    thread_start("worker", THREAD_STACK_BYTES, worker, NULL);
    thread_yield();
    puts("debuggee: ready");
    if (argc == 2 && strcmp(argv[1], "crash") == 0) {
        if (move_to_vcpu_1() != 0)
            return 1;
        crash_outer();
    }
    for (unsigned long n = 1;; n++)
        debuggee_tick(n);
}
