/* SPDX-License-Identifier: BSD-2-Clause */
/* Many timers, many threads, and who is woken first. */
/* cc: --checks */

/* Before libc's, which define some of the same macros. */
#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/mutex.h>
#include <pith/page.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <pith/waitq.h>

#include "guest_test.h"
#include "guest_threads.h"
#include <stdlib.h>

#define TIMERS 1000
#define THREADS 200
#define WAITERS 10

static struct waitq changed = WAITQ_INIT(changed);

static uint64_t soon(void)
{
    return clock_monotonic_ns() + 10 * NS_PER_SEC;
}

static struct alarm {
    struct timer timer; /* first */
    uint64_t deadline_ns;
    unsigned fired;
} alarms[TIMERS];

static struct {
    volatile unsigned fired;
    unsigned early, disorder;
    uint64_t last_ns;
} count;

static void on_alarm(struct timer *timer)
{
    struct alarm *alarm = (struct alarm *)timer;

    count.early += clock_monotonic_ns() < alarm->deadline_ns;
    count.disorder += alarm->deadline_ns < count.last_ns;
    count.last_ns = alarm->deadline_ns;
    alarm->fired++;
    count.fired++;
    waitq_wake_all(&changed);
}

static void arm_all(void)
{
    uint64_t start_ns = clock_monotonic_ns() + 100 * NS_PER_MS;

    memset(&count, 0, sizeof(count));
    for (int i = 0; i < TIMERS; i++) {
        alarms[i].deadline_ns = start_ns + (uint64_t)rand() % (200 * NS_PER_MS);
        alarms[i].fired = 0;
        timer_init(&alarms[i].timer, on_alarm);
        timer_arm(&alarms[i].timer, alarms[i].deadline_ns);
    }
}

TEST(timers_fire_once_each_in_order_and_never_early)
{
    arm_all();
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, count.fired >= TIMERS, soon()), 0);
    thread_sleep_until(clock_monotonic_ns() + 20 * NS_PER_MS);
    CHECK_EQ(count.fired, TIMERS);
    for (int i = 0; i < TIMERS; i++)
        CHECK_EQ(alarms[i].fired, 1);
    CHECK_EQ(count.early, 0);
    CHECK_EQ(count.disorder, 0);
}

TEST(timers_cancelled_never_fire)
{
    unsigned cancelled = 0;

    arm_all();
    for (int i = 0; i < TIMERS; i += 3)
        cancelled += timer_cancel(&alarms[i].timer);
    CHECK(cancelled > 0);
    CHECK_EQ(
        WAITQ_WAIT_UNTIL(&changed, count.fired + cancelled >= TIMERS, soon()),
        0);
    thread_sleep_until(clock_monotonic_ns() + 20 * NS_PER_MS);
    CHECK_EQ(count.fired + cancelled, TIMERS);
    CHECK_EQ(count.disorder, 0);
    CHECK(!timer_cancel(&alarms[0].timer)); /* it is not armed any more */
}

TEST(timer_armed_again_moves)
{
    struct alarm *alarm = &alarms[0];
    uint64_t now_ns = clock_monotonic_ns();

    memset(&count, 0, sizeof(count));
    alarm->fired = 0;
    alarm->deadline_ns = now_ns + 60 * NS_PER_MS;
    timer_arm(&alarm->timer, now_ns + 20 * NS_PER_MS);
    timer_arm(&alarm->timer, alarm->deadline_ns);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, alarm->fired, soon()), 0);
    CHECK_EQ(count.early, 0);
    thread_sleep_until(clock_monotonic_ns() + 20 * NS_PER_MS);
    CHECK_EQ(alarm->fired, 1);
}

TEST(timer_in_the_past_fires_at_once)
{
    struct alarm *alarm = &alarms[0];

    alarm->fired = 0;
    alarm->deadline_ns = 1;
    timer_arm(&alarm->timer, 1);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, alarm->fired, soon()), 0);
}

static volatile int ended, awake[WAITERS], order[WAITERS], awake_count, go;

static void end_at_once(void *arg)
{
    int *sum = arg;

    ended++;
    *sum += 1;
    waitq_wake_all(&changed);
}

TEST(threads_all_run_and_give_memory_back)
{
    size_t threads = thread_list(NULL, 0);
    struct page_stats pages[2];
    struct heap_stats heap[2];
    int sum = 0;

    for (int round = 0; round < 2; round++) {
        ended = 0;
        for (int i = 0; i < THREADS; i++)
            CHECK(thread_start("short", 8192, end_at_once, &sum) != NULL);
        CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, ended == THREADS, soon()), 0);
        test_threads_settle(threads);
        page_reclaim(); /* what caches hold depends on the order of frees */
        page_get_stats(&pages[round]);
        heap_get_stats(&heap[round]);
    }
    CHECK_EQ(sum, 2 * THREADS);
    /* Which slab pages are partly used depends on the order of the ends. */
    CHECK(pages[1].free_pages + 8 > pages[0].free_pages);
    CHECK_EQ(heap[1].allocations, heap[0].allocations);
}

static struct waitq crowd = WAITQ_INIT(crowd);

static void wait_in_crowd(void *arg)
{
    int number = (int)(intptr_t)arg;
    struct waiter waiter;

    waitq_prepare(&crowd, &waiter);
    waitq_block_on(&waiter, DEADLINE_NEVER);
    waitq_cancel(&waiter);
    order[awake_count++] = number;
    waitq_wake_all(&changed);
}

/* Starts threads that wait in the order of their
 * numbers. */
static int gather_crowd(void)
{
    awake_count = 0;
    for (intptr_t i = 0; i < WAITERS; i++) {
        if (!thread_start("crowd", 8192, wait_in_crowd, (void *)i))
            return -1;
        thread_yield();
    }
    return awake_count;
}

TEST(waitq_wake_one_wakes_the_first_alone)
{
    CHECK_EQ(gather_crowd(), 0);
    for (int i = 0; i < WAITERS; i++) {
        waitq_wake_one(&crowd);
        CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, awake_count == i + 1, soon()), 0);
        thread_yield();
        CHECK_EQ(awake_count, i + 1);
        CHECK_EQ(order[i], i);
    }
}

TEST(waitq_wake_all_wakes_everyone)
{
    CHECK_EQ(gather_crowd(), 0);
    waitq_wake_all(&crowd);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, awake_count == WAITERS, soon()), 0);
    for (int i = 0; i < WAITERS; i++)
        CHECK_EQ(order[i], i);
}

/* 1. A waiter prepares. 2. It is woken. 3. It blocks: the wake must count. */
TEST(waitq_wake_between_prepare_and_block_is_not_lost)
{
    struct waiter waiter;

    waitq_prepare(&crowd, &waiter);
    waitq_wake_one(&crowd);
    CHECK_EQ(waitq_block_on(&waiter, clock_monotonic_ns() + NS_PER_SEC), 0);
    waitq_cancel(&waiter);
}

static struct mutex door = MUTEX_INIT(door);

static void pass_door(void *arg)
{
    mutex_lock(&door);
    order[awake_count++] = (int)(intptr_t)arg;
    thread_yield(); /* nobody may overtake meanwhile */
    mutex_unlock(&door);
    waitq_wake_all(&changed);
}

TEST(mutex_is_first_come_first_served)
{
    awake_count = 0;
    mutex_lock(&door);
    CHECK_EQ(mutex_trylock(&door), -XEN_EBUSY);
    for (intptr_t i = 0; i < WAITERS; i++) {
        CHECK(thread_start("door", 8192, pass_door, (void *)i) != NULL);
        thread_yield();
    }
    CHECK_EQ(awake_count, 0);
    mutex_unlock(&door);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, awake_count == WAITERS, soon()), 0);
    for (int i = 0; i < WAITERS; i++)
        CHECK_EQ(order[i], i);
    mutex_lock(&door); /* after the last has left */
    mutex_unlock(&door);
    CHECK_EQ(mutex_trylock(&door), 0);
    mutex_unlock(&door);
}

static void keep_floating(void *arg)
{
    double x = (double)(intptr_t)arg, sum = 0;

    for (int i = 0; i < 100; i++) {
        sum += x / 3.0;
        thread_yield();
    }
    awake[(int)x] = (int)(sum + 0.5);
    ended++;
    waitq_wake_all(&changed);
}

/* Vector registers are the caller's to save in a switch: the compiler must
 * have been told. */
TEST(threads_keep_their_floating_point_values)
{
    ended = 0;
    for (intptr_t i = 0; i < WAITERS; i++)
        CHECK(thread_start("float", THREAD_STACK_BYTES, keep_floating,
                           (void *)i));
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, ended == WAITERS, soon()), 0);
    for (int i = 0; i < WAITERS; i++)
        CHECK_EQ(awake[i], (i * 100 + 1) / 3);
}

static volatile int ticks;

static void count_ticks(void *arg)
{
    (void)arg;
    while (go) {
        ticks++;
        thread_yield();
    }
    ended++;
    waitq_wake_all(&changed);
}

TEST(thread_yield_is_fair)
{
    ended = ticks = 0;
    go = 1;
    CHECK(thread_start("tick", 8192, count_ticks, NULL) != NULL);
    for (int i = 0; i < 1000; i++)
        thread_yield();
    go = 0;
    CHECK(ticks >= 999 && ticks <= 1001);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&changed, ended, soon()), 0);
}

TEST(thread_without_memory_is_null)
{
    int sum = 0;

    CHECK(!thread_start("huge", 1ul << 40, end_at_once, &sum));
    CHECK(!thread_start("large", 200ul << 20, end_at_once, &sum));
    CHECK_EQ(sum, 0);
}

int main(void)
{
    return test_run_all();
}
