/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads, wait queues, mutexes and timers of kernel/ on real Xen. */
/* cc: --checks */
/* cmdline: pith.upcall=auto */
/* cmdline: pith.upcall=vcpu */
/* cmdline: pith.upcall=callback */
/* expect: reason=0 exit=0 */

/* Before libc's, which define some of the same macros. */
#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <pith/mutex.h>
#include <pith/page.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <pith/waitq.h>

#include "guest_test.h"
#include "guest_threads.h"

#define ROUNDS 1000

static struct waitq ping = WAITQ_INIT(ping), pong = WAITQ_INIT(pong);
static int turn;

static void answer(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        WAITQ_WAIT_UNTIL(&ping, turn == 1, DEADLINE_NEVER);
        turn = 0;
        waitq_wake_one(&pong);
    }
}

TEST(waitq_two_threads_play_ping_pong)
{
    CHECK(thread_start("answer", THREAD_STACK_BYTES, answer, NULL) != NULL);
    for (int i = 0; i < ROUNDS; i++) {
        turn = 1;
        waitq_wake_one(&ping);
        CHECK_EQ(WAITQ_WAIT_UNTIL(&pong, turn == 0,
                                  clock_monotonic_ns() + NS_PER_SEC),
                 0);
    }
}

TEST(waitq_deadline_passes_then_etime)
{
    uint64_t start_ns = clock_monotonic_ns();

    CHECK_EQ(WAITQ_WAIT_UNTIL(&ping, 0, start_ns + 20 * NS_PER_MS), -XEN_ETIME);
    CHECK(clock_monotonic_ns() - start_ns >= 20 * NS_PER_MS);
}

/* The bench shares its processor with dom0: only "not early" is exact. */
TEST(thread_sleep_is_never_early)
{
    for (uint64_t us = 1; us <= 100000; us *= 10) {
        uint64_t deadline_ns = clock_monotonic_ns() + us * NS_PER_US;

        thread_sleep_until(deadline_ns);
        CHECK(clock_monotonic_ns() >= deadline_ns);
        CHECK(clock_monotonic_ns() < deadline_ns + NS_PER_SEC / 2);
    }
}

static struct mutex mutex = MUTEX_INIT(mutex);
static int total, running;

static void add(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        int before;

        mutex_lock(&mutex);
        before = total;
        if (i % 3 == 0)
            thread_yield();
        total = before + 1;
        mutex_unlock(&mutex);
    }
    __atomic_sub_fetch(&running, 1, __ATOMIC_SEQ_CST);
    waitq_wake_all(&ping);
}

TEST(mutex_excludes_and_ended_threads_give_memory_back)
{
    size_t threads = thread_list(NULL, 0);
    struct page_stats before, after;

    total = 0;
    for (int round = 0; round < 20; round++) {
        for (running = 0; running < 4; running++)
            CHECK(thread_start("add", 16384, add, NULL) != NULL);
        CHECK_EQ(WAITQ_WAIT_UNTIL(&ping, !running,
                                  clock_monotonic_ns() + 10 * NS_PER_SEC),
                 0);
        test_threads_settle(threads);
        page_reclaim(); /* what caches hold depends on the order of frees */
        page_get_stats(round ? &after : &before);
    }
    CHECK_EQ(total, 20 * 4 * ROUNDS);
    CHECK_EQ(after.free_pages, before.free_pages);
}

static struct timer timers[3];
static char fired[8];

static void note(struct timer *timer)
{
    fired[strlen(fired)] = (char)('0' + (timer - timers));
}

TEST(timer_order_is_by_deadline)
{
    uint64_t now_ns = clock_monotonic_ns();

    for (int i = 0; i < 3; i++) {
        timer_init(&timers[i], note);
        timer_arm(&timers[i], now_ns + (uint64_t)(3 - i) * 200 * NS_PER_MS);
    }
    CHECK(timer_cancel(&timers[1]));
    thread_sleep_until(now_ns + 700 * NS_PER_MS);
    CHECK_STR(fired, "20");
}

/* One upcall ends the sleep; the console may take a last line meanwhile. */
TEST(idle_second_makes_no_wakeups)
{
    struct evtchn_stats before, after;

    thread_sleep_until(clock_monotonic_ns() + 200 * NS_PER_MS);
    evtchn_get_stats(&before);
    thread_sleep_until(clock_monotonic_ns() + NS_PER_SEC);
    evtchn_get_stats(&after);
    CHECK_EQ(after.upcalls - before.upcalls, 1);
}

int main(void)
{
    return test_run_all();
}
