/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads, wait queues, mutexes and timers. */
/* sources: arch/x86_64/context.c arch/x86_64/switch.S */

#include "kernel_fake_trace.h"

static void three_steps(void *arg)
{
    for (int i = 0; i < 3; i++) {
        note(arg);
        thread_yield();
    }
}

TEST(sched_threads_that_yield_take_turns)
{
    begin();
    start(three_steps, "a");
    start(three_steps, "b");
    start(three_steps, "c");
    run_all();
    CHECK_STR(trace, "abcabcabc");
}

static struct waitq queue = WAITQ_INIT(queue);
static int tokens;

static void take_token(void *arg)
{
    CHECK_EQ(WAITQ_WAIT_UNTIL(&queue, tokens > 0, DEADLINE_NEVER), 0);
    tokens--;
    note(arg);
}

TEST(waitq_wakes_in_order_of_arrival)
{
    begin();
    start(take_token, "a");
    start(take_token, "b");
    start(take_token, "c");
    thread_yield();
    for (int i = 0; i < 3; i++) {
        tokens++;
        waitq_wake_one(&queue);
        thread_yield();
        note(".");
    }
    CHECK_STR(trace, "a.b.c.");
    run_all();
}

TEST(waitq_deadline_passes_then_etime)
{
    uint64_t start_ns;

    begin();
    start_ns = now_ns;
    CHECK_EQ(WAITQ_WAIT_UNTIL(&queue, false, start_ns + 500), -XEN_ETIME);
    CHECK_EQ(now_ns, start_ns + 500);
    CHECK_EQ(set_timer_calls, 1);
    CHECK(list_empty(&queue.waiters));
    CHECK_EQ(WAITQ_WAIT_UNTIL(&queue, false, now_ns), -XEN_ETIME);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&queue, false, 0), -XEN_ETIME);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&queue, true, 0), 0);
    CHECK_EQ(set_timer_calls, 1);
    CHECK(list_empty(&queue.waiters));
}

static void wake_soon(struct timer *timer)
{
    tokens++;
    waitq_wake_all(&queue);
}

TEST(waitq_wake_from_upcall_beats_deadline)
{
    struct timer timer;
    uint64_t start_ns;

    begin();
    start_ns = now_ns;
    timer_init(&timer, wake_soon);
    timer_arm(&timer, start_ns + 100);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&queue, tokens, start_ns + 500), 0);
    tokens = 0;
    CHECK_EQ(now_ns, start_ns + 100);
    CHECK_EQ(idles, 1);
    run_all();
}

static struct waitq other = WAITQ_INIT(other);
static struct mutex mutex = MUTEX_INIT(mutex);

static void hold_mutex(void *arg)
{
    mutex_lock(&mutex);
    waitq_wake_one(&queue);
    thread_sleep_until(now_ns + 1000);
    mutex_unlock(&mutex);
}

static void interrupt_waiter(void *arg)
{
    note("i");
    thread_interrupt(arg);
}

TEST(interrupt_ends_a_wait_until_it_is_taken)
{
    struct thread *self = current();

    begin();
    CHECK(!thread_interrupt_take());
    start(interrupt_waiter, (char *)self);
    CHECK_EQ(WAITQ_WAIT_INTERRUPTIBLE(&queue, false, DEADLINE_NEVER),
             -XEN_EINTR);
    CHECK_STR(trace, "i");
    CHECK(list_empty(&queue.waiters));
    CHECK_EQ(WAITQ_WAIT_INTERRUPTIBLE(&queue, false, DEADLINE_NEVER),
             -XEN_EINTR);
    CHECK_EQ(thread_sleep_interruptible(DEADLINE_NEVER), -XEN_EINTR);
    CHECK_EQ(WAITQ_WAIT_INTERRUPTIBLE(&queue, true, 0), 0);
    CHECK(thread_interrupt_take());
    CHECK(!thread_interrupt_take());
    CHECK_EQ(thread_sleep_interruptible(now_ns + 10), 0);
    CHECK_EQ(WAITQ_WAIT_INTERRUPTIBLE(&queue, false, now_ns + 10), -XEN_ETIME);
    run_all();
}

TEST(interrupt_is_not_felt_by_other_waits)
{
    struct thread *self = current();
    uint64_t start_ns;

    begin();
    start_ns = now_ns;
    start(interrupt_waiter, (char *)self);
    thread_sleep_until(start_ns + 100);
    CHECK_STR(trace, "i");
    CHECK_EQ(now_ns, start_ns + 100);
    CHECK_EQ(WAITQ_WAIT_UNTIL(&queue, false, now_ns + 10), -XEN_ETIME);
    CHECK(thread_interrupt_take());
    run_all();
}

static void wake_and_interrupt(void *arg)
{
    tokens = 1;
    waitq_wake_one(&queue);
    thread_interrupt(arg);
}

TEST(interrupt_and_wake_together_are_a_wake)
{
    struct thread *self = current();

    begin();
    tokens = 0;
    start(wake_and_interrupt, (char *)self);
    CHECK_EQ(WAITQ_WAIT_INTERRUPTIBLE(&queue, tokens, DEADLINE_NEVER), 0);
    tokens = 0;
    CHECK(thread_interrupt_take());
    run_all();
}

/* 1. poll links to two queues; 2. one is woken; 3. before it blocks, poll
 * waits for a mutex: the wake must still be there. */
TEST(waitq_wake_outlives_a_nested_wait)
{
    struct waiter a, b;

    begin();
    waitq_prepare(&queue, &a);
    waitq_prepare(&other, &b);
    start(hold_mutex, NULL);
    thread_yield();
    mutex_lock(&mutex);
    mutex_unlock(&mutex);
    CHECK_EQ(waitq_block(now_ns + 5), 0);
    CHECK(a.woken && !b.woken);
    waitq_cancel(&a);
    CHECK_EQ(waitq_block(now_ns + 5), -XEN_ETIME);
    waitq_cancel(&b);
    waitq_cancel(&b);
    run_all();
}

static struct waiter *notified;

static void note_waiter(struct waiter *w)
{
    notified = w;
    waitq_wake_nested(&other);
}

/* A watched queue tells the function, once, and a wake that came before it was
 * watched is not lost, nor left with the thread. */
TEST(waitq_watched_tells_the_function_once)
{
    struct waiter a, b;

    begin();
    waitq_prepare(&queue, &a);
    waitq_watch(&a, note_waiter);
    waitq_prepare(&other, &b);
    CHECK(!notified);
    waitq_wake_all(&queue);
    CHECK(notified == &a);
    CHECK_EQ(waitq_block_on(&b, now_ns + 5), 0);
    waitq_cancel(&b);
    notified = NULL;
    waitq_wake_all(&queue);
    CHECK(!notified);
    waitq_cancel(&a);

    waitq_prepare(&queue, &a);
    waitq_wake_all(&queue);
    waitq_watch(&a, note_waiter);
    CHECK(notified == &a);
    CHECK_EQ(waitq_block(now_ns + 5), -XEN_ETIME);
    waitq_cancel(&a);
    run_all();
}

static struct timer timers_[3];
static uint64_t again;

static void timer_noted(struct timer *timer)
{
    char name[] = {(char)('0' + (timer - timers_)), '\0'};

    note(name);
    if (again && --again)
        timer_arm(timer, now_ns + 10);
}

TEST(timer_order_is_by_deadline_and_moves_xen_only_forward)
{
    uint64_t t;

    begin();
    for (int i = 0; i < 3; i++)
        timer_init(&timers_[i], timer_noted);
    t = now_ns;
    timer_arm(&timers_[0], t + 300);
    timer_arm(&timers_[1], t + 400);
    CHECK_EQ(set_timer_calls, 1);
    timer_arm(&timers_[2], t + 100);
    timer_arm(&timers_[1], t + 200); /* moves */
    CHECK_EQ(set_timer_calls, 2);
    CHECK_EQ(xen_timer_ns, t + 100);
    thread_sleep_until(t + 1000);
    CHECK_STR(trace, "210");
    /* armed thrice more: after 100, 200 and 300 */
    CHECK_EQ(set_timer_calls, 5);
}

TEST(timer_cancelled_does_not_fire)
{
    uint64_t t;

    begin();
    t = now_ns;
    timer_arm(&timers_[0], t + 10);
    timer_arm(&timers_[1], t + 20);
    CHECK(timer_cancel(&timers_[0]));
    CHECK(!timer_cancel(&timers_[0]));
    thread_sleep_until(t + 1000);
    CHECK_STR(trace, "1");
    CHECK(!timer_cancel(&timers_[1]));
}

TEST(timer_may_arm_itself_and_costs_one_hypercall_a_time)
{
    uint64_t t;

    begin();
    t = now_ns;
    again = 5;
    timer_arm(&timers_[0], t + 10);
    thread_sleep_until(t + 1000);
    CHECK_STR(trace, "00000");
    CHECK_EQ(set_timer_calls, 6);
}

TEST(timer_far_deadline_is_cut_for_xen_only)
{
    uint64_t far;

    begin();
    far = now_ns + (1ull << 52);
    thread_sleep_until(far);
    CHECK_EQ(now_ns, far);
    CHECK(set_timer_calls >= 8);
}

static void answer(void *arg)
{
    for (int i = 0; i < 50; i++) {
        WAITQ_WAIT_UNTIL(&queue, tokens, DEADLINE_NEVER);
        tokens = 0;
        waitq_wake_one(&other);
    }
}

TEST(timer_waits_that_end_early_cost_one_hypercall_in_all)
{
    begin();
    start(answer, NULL);
    for (int i = 0; i < 50; i++) {
        tokens = 1;
        waitq_wake_one(&queue);
        CHECK_EQ(WAITQ_WAIT_UNTIL(&other, !tokens, now_ns + 100 + i), 0);
    }
    CHECK_EQ(set_timer_calls, 2); /* the other one: the test's slice */
    CHECK_EQ(idles, 0);
    run_all();
}
