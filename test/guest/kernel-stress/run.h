/* SPDX-License-Identifier: BSD-2-Clause */
/* Work with timers, threads and vCPUs: nothing comes too early or is lost,
 * each thread is where it wants to be and has what is its own. */
#ifndef KERNEL_STRESS_RUN_H
#define KERNEL_STRESS_RUN_H

#include "stress.h"
#include <pith/semaphore.h>
#include <pith/smp.h>
#include <pith/timer.h>

/* --- timers: each fires once, or was cancelled; never early --- */

#define TIMERS 8
struct alarm {
    struct timer timer;
    uint64_t deadline_ns;
    uint32_t fired;
    struct semaphore *done;
};

static void alarm_fires(struct timer *timer)
{
    struct alarm *alarm = container_of(timer, struct alarm, timer);

    EXPECT(USE_TIMER, clock_monotonic_ns() >= alarm->deadline_ns);
    atomic_add(&alarm->fired, 1);
    semaphore_post(alarm->done);
}

/* Arms all, cancels some, and waits for the others. */
static void alarms_round(struct worker *w, struct alarm *alarms)
{
    unsigned owed = TIMERS;

    for (unsigned i = 0; i < TIMERS; i++) {
        alarms[i].fired = 0;
        alarms[i].deadline_ns = stress_soon(w, 3000);
        timer_arm(&alarms[i].timer, alarms[i].deadline_ns);
        stress_work(w);
    }
    for (unsigned i = 0; i < TIMERS; i++)
        if (stress_random(w, 3) == 0) {
            bool was_armed = timer_cancel(&alarms[i].timer);

            EXPECT(USE_TIMER, atomic_load(&alarms[i].fired) == !was_armed);
            owed -= was_armed;
        }
    for (; owed; owed--)
        semaphore_wait(alarms[0].done);
    for (unsigned i = 0; i < TIMERS; i++)
        EXPECT(USE_TIMER, atomic_load(&alarms[i].fired) <= 1);
}

static void use_timer(struct worker *w)
{
    struct semaphore done = SEMAPHORE_INIT(done, 0);
    struct alarm alarms[TIMERS];

    for (unsigned i = 0; i < TIMERS; i++) {
        timer_init(&alarms[i].timer, alarm_fires);
        alarms[i].done = &done;
    }
    while (stress_goes_on(w))
        alarms_round(w, alarms);
    for (unsigned i = 0; i < TIMERS; i++) /* their handlers have returned */
        EXPECT(USE_TIMER, !timer_cancel(&alarms[i].timer));
    EXPECT(USE_TIMER, semaphore_value(&done) == 0);
}

/* One of them of high priority: comes in between whatever others do. */
static void use_sleep(struct worker *w)
{
    thread_set_priority(w->number % 2 ? THREAD_HIGH : THREAD_NORMAL);
    while (stress_goes_on(w)) {
        uint64_t deadline_ns = stress_soon(w, 3000);

        thread_sleep_until(deadline_ns);
        EXPECT(USE_SLEEP, clock_monotonic_ns() >= deadline_ns);
    }
}

/* --- threads that start and end, with variables of their own --- */

static __thread uint64_t own = 4711;
static __thread uint32_t own_zero;
static uint32_t started, ran;

/* Deep enough to need all but the first page of its stack. */
static uint64_t fill_stack(unsigned depth)
{
    volatile char frame[512];

    for (unsigned i = 0; i < sizeof(frame); i++)
        frame[i] = (char)depth;
    return (depth ? fill_stack(depth - 1) : 0) + (uint64_t)frame[7];
}

static void short_life(void *arg)
{
    struct semaphore *done = arg;

    EXPECT(USE_THREADS, own == 4711 && own_zero == 0);
    own = (uint64_t)&done;
    own_zero = 1;
    EXPECT(USE_THREADS, fill_stack(15) == 15 * 16 / 2);
    thread_yield();
    EXPECT(USE_THREADS, own == (uint64_t)&done && own_zero == 1);
    atomic_add(&ran, 1);
    semaphore_post(done);
}

static void use_threads(struct worker *w)
{
    struct semaphore done = SEMAPHORE_INIT(done, 0);

    own = w->number;
    while (stress_goes_on(w)) {
        unsigned count = 1 + (unsigned)stress_random(w, 5), owed = 0;

        for (; owed < count; owed++)
            if (!thread_start("short", 16384ul << stress_random(w, 3),
                              short_life, &done))
                break; /* no memory: no failure */
        atomic_add(&started, owed);
        for (; owed; owed--)
            semaphore_wait(&done);
        EXPECT(USE_THREADS, own == w->number);
    }
}

static void check_threads(void)
{
    EXPECT(USE_THREADS, started == ran);
}

/* --- affinity, while vCPUs go and come --- */

static uint32_t vcpu_changes; /* odd: one is not in service, or on its way */

static void use_affinity(struct worker *w)
{
    while (stress_goes_on(w)) {
        struct cpuset set = {{1 + stress_random(w, 15)}};
        uint32_t before = atomic_load(&vcpu_changes);
        bool there = thread_set_affinity(&set) == 0;

        stress_work(w);
        there = there && cpuset_has(&set, cpu_read(id));
        EXPECT(USE_AFFINITY,
               there || before % 2 || atomic_load(&vcpu_changes) != before);
        if (stress_random(w, 2))
            thread_set_affinity(NULL);
    }
}

static void use_vcpus(struct worker *w)
{
    while (stress_goes_on(w)) {
        unsigned cpu = 1 + (unsigned)stress_random(w, smp_count() - 1);

        thread_sleep_until(stress_soon(w, 400000));
        atomic_add(&vcpu_changes, 1);
        EXPECT(USE_VCPUS, smp_set_online(cpu, false) == 0);
        EXPECT(USE_VCPUS, !smp_is_online(cpu));
        thread_sleep_until(stress_soon(w, 20000));
        EXPECT(USE_VCPUS, smp_set_online(cpu, true) == 0);
        EXPECT(USE_VCPUS, smp_is_online(cpu));
        atomic_add(&vcpu_changes, 1);
    }
}

/* --- computing, which only preemption ends --- */

static double series(uint64_t seed)
{
    double sum = (double)seed;

    for (int i = 1; i < 4000; i++)
        sum = sum * 0.999 + 1.0 / (double)i;
    return sum;
}

static void use_float(struct worker *w)
{
    uint64_t seed = stress_random(w, 1000);
    double expected = series(seed);

    thread_set_priority(w->number % 2 ? THREAD_LOW : THREAD_NORMAL);
    while (stress_goes_on(w))
        EXPECT(USE_FLOAT, series(seed) == expected);
}

#endif
