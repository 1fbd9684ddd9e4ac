/* SPDX-License-Identifier: BSD-2-Clause */
/* Who gets what in which order: mutexes, condition variables, semaphores,
 * rwlocks, waits on addresses. Their races are kernel_sync_race_test's. */
/* sources: arch/x86_64/context.c arch/x86_64/switch.S */

#include "kernel_fake_trace.h"
#include "kernel_sync_sources.h"

/* --- mutexes --- */

static struct mutex mutex = MUTEX_INIT(mutex);

static void lock_and_note(void *arg)
{
    mutex_lock(&mutex);
    note(arg);
    thread_yield();
    note(arg);
    mutex_unlock(&mutex);
}

TEST(mutex_excludes_in_order_of_arrival)
{
    begin();
    CHECK_EQ(mutex_trylock(&mutex), 0);
    CHECK_EQ(mutex_trylock(&mutex), -XEN_EBUSY);
    start(lock_and_note, "a");
    start(lock_and_note, "b");
    start(lock_and_note, "c");
    thread_yield();
    CHECK_STR(trace, "");
    mutex_unlock(&mutex);
    run_all();
    CHECK_STR(trace, "aabbcc");
    CHECK_EQ(mutex_trylock(&mutex), 0);
    mutex_unlock(&mutex);
}

/* 1. a is woken; 2. we take the mutex again before it runs; 3. it is promised
 * to a, and we cannot have it a third time. */
TEST(mutex_is_overtaken_once)
{
    begin();
    mutex_lock(&mutex);
    start(lock_and_note, "a");
    start(lock_and_note, "b");
    thread_yield();
    mutex_unlock(&mutex);
    CHECK_EQ(mutex_trylock(&mutex), 0);
    thread_yield();
    mutex_unlock(&mutex);
    CHECK_EQ(mutex_trylock(&mutex), -XEN_EBUSY);
    mutex_lock(&mutex);
    CHECK_STR(trace, "aabb");
    mutex_unlock(&mutex);
    run_all();
    CHECK_EQ(mutex.state, 0);
}

static void lock_briefly(void *arg)
{
    CHECK_EQ(mutex_lock_until(&mutex, now_ns + 10), -XEN_ETIME);
    note(arg);
}

static void lock_long(void *arg)
{
    CHECK_EQ(mutex_lock_until(&mutex, now_ns + 1000), 0);
    note(arg);
    mutex_unlock(&mutex);
}

TEST(mutex_waiter_that_gives_up_stands_in_nobodys_way)
{
    begin();
    mutex_lock(&mutex);
    start(lock_briefly, "a");
    start(lock_long, "b");
    start(lock_briefly, "c");
    thread_sleep_until(now_ns + 100);
    CHECK_STR(trace, "ac");
    mutex_unlock(&mutex);
    thread_yield();
    CHECK_STR(trace, "acb");
    start(lock_briefly, "d");
    mutex_lock(&mutex);
    thread_sleep_until(now_ns + 100);
    mutex_unlock(&mutex);
    CHECK_STR(trace, "acbd");
    CHECK_EQ(mutex.state, 0);
    run_all();
}

/* A wake and the deadline together: the mutex is taken, not left to nobody. */
TEST(mutex_wake_with_the_deadline_is_not_lost)
{
    begin();
    mutex_lock(&mutex);
    start(lock_long, "a");
    start(lock_long, "b");
    thread_yield();
    mutex_unlock(&mutex);
    now_ns += 2000;
    timer_event(0, &only_sched.timers);
    run_all();
    CHECK_STR(trace, "ab");
    CHECK_EQ(mutex.state, 0);
}

/* --- condition variables --- */

static struct cond cond = COND_INIT(cond);
static int tokens;

static void take_token(void *arg)
{
    mutex_lock(&mutex);
    while (!tokens)
        cond_wait(&cond, &mutex);
    tokens--;
    note(arg);
    mutex_unlock(&mutex);
}

TEST(cond_signals_in_order_and_broadcasts)
{
    begin();
    start(take_token, "a");
    start(take_token, "b");
    start(take_token, "c");
    thread_yield();
    tokens = 1;
    cond_signal(&cond);
    thread_yield();
    note(".");
    tokens = 2;
    cond_broadcast(&cond);
    run_all();
    CHECK_STR(trace, "a.bc");
    cond_signal(&cond);
    cond_broadcast(&cond);
}

TEST(cond_deadline_passes_then_etime_with_the_mutex)
{
    uint64_t start_ns;

    begin();
    start_ns = now_ns;
    mutex_lock(&mutex);
    CHECK_EQ(cond_wait_until(&cond, &mutex, now_ns + 50), -XEN_ETIME);
    CHECK_EQ(now_ns, start_ns + 50);
    CHECK_EQ(cond_wait_until(&cond, &mutex, 0), -XEN_ETIME);
    CHECK(mutex_is_mine(&mutex));
    mutex_unlock(&mutex);
    CHECK(list_empty(&cond.waiters.waiters));
}

static void interrupt_waiter(void *arg)
{
    thread_interrupt(arg);
}

static void signal_and_interrupt(void *arg)
{
    cond_signal(&cond);
    thread_interrupt(arg);
}

TEST(cond_and_waitaddr_are_interrupted_and_lose_no_wake)
{
    struct thread *self = current();
    uint32_t on = 7;

    begin();
    CHECK(thread_start("t", 65536, interrupt_waiter, self) != NULL);
    mutex_lock(&mutex);
    CHECK_EQ(cond_wait_interruptible(&cond, &mutex, DEADLINE_NEVER),
             -XEN_EINTR);
    CHECK(mutex_is_mine(&mutex));
    CHECK(list_empty(&cond.waiters.waiters));
    CHECK_EQ(waitaddr_wait_interruptible(&on, 7, DEADLINE_NEVER), -XEN_EINTR);
    CHECK_EQ(waitaddr_wake(&on, 1), 0);
    CHECK(thread_interrupt_take());
    CHECK_EQ(waitaddr_wait_interruptible(&on, 7, now_ns + 10), -XEN_ETIME);
    CHECK(thread_start("t", 65536, signal_and_interrupt, self) != NULL);
    CHECK_EQ(cond_wait_interruptible(&cond, &mutex, DEADLINE_NEVER), 0);
    mutex_unlock(&mutex);
    CHECK(thread_interrupt_take());
    run_all();
}

/* --- semaphores --- */

static struct semaphore sem = SEMAPHORE_INIT(sem, 2);

static void wait_and_note(void *arg)
{
    semaphore_wait(&sem);
    note(arg);
}

TEST(semaphore_counts_and_wakes_in_order)
{
    begin();
    CHECK_EQ(semaphore_trywait(&sem), 0);
    semaphore_wait(&sem);
    CHECK_EQ(semaphore_trywait(&sem), -XEN_EAGAIN);
    start(wait_and_note, "a");
    start(wait_and_note, "b");
    thread_yield();
    CHECK_EQ(semaphore_value(&sem), 0);
    for (int i = 0; i < 4; i++) {
        semaphore_post(&sem);
        thread_yield();
        note(".");
    }
    CHECK_STR(trace, "a.b...");
    CHECK_EQ(semaphore_value(&sem), 2);
    run_all();
}

TEST(semaphore_deadline_takes_nothing)
{
    begin();
    semaphore_init(&sem, 0);
    CHECK_EQ(semaphore_wait_until(&sem, now_ns + 50), -XEN_ETIME);
    CHECK_EQ(semaphore_wait_until(&sem, 0), -XEN_ETIME);
    CHECK_EQ(sem.count, 0);
    semaphore_post(&sem);
    CHECK_EQ(semaphore_wait_until(&sem, 0), 0);
    CHECK_EQ(semaphore_value(&sem), 0);
}

/* --- reader-writer locks --- */

static struct rwlock rw = RWLOCK_INIT(rw);

static void read_and_note(void *arg)
{
    rwlock_read(&rw);
    note(arg);
    thread_yield();
    note(arg);
    rwlock_unread(&rw);
}

static void write_and_note(void *arg)
{
    rwlock_write(&rw);
    note(arg);
    thread_yield();
    note(arg);
    rwlock_unwrite(&rw);
}

TEST(rwlock_readers_share_and_no_one_overtakes_a_writer)
{
    begin();
    rwlock_read(&rw);
    start(read_and_note, "a");
    thread_yield();
    start(write_and_note, "B");
    thread_yield();
    CHECK_STR(trace, "aa");
    start(read_and_note, "c");
    start(read_and_note, "d");
    start(write_and_note, "E");
    thread_yield();
    CHECK_EQ(rwlock_tryread(&rw), -XEN_EBUSY);
    rwlock_unread(&rw);
    run_all();
    CHECK_STR(trace, "aaBBcdcdEE");
    CHECK_EQ(rw.state, 0);
}

static void write_briefly(void *arg)
{
    CHECK_EQ(rwlock_write_until(&rw, now_ns + 10), -XEN_ETIME);
    note(arg);
}

TEST(rwlock_writer_that_gives_up_lets_readers_in)
{
    begin();
    rwlock_read(&rw);
    start(write_briefly, "A");
    start(read_and_note, "b");
    thread_yield();
    CHECK_STR(trace, "");
    thread_sleep_until(now_ns + 50);
    CHECK_STR(trace, "Abb");
    rwlock_unread(&rw);
    CHECK_EQ(rw.state, 0);
    CHECK_EQ(rwlock_trywrite(&rw), 0);
    CHECK_EQ(rwlock_trywrite(&rw), -XEN_EBUSY);
    start(read_and_note, "c");
    thread_yield();
    rwlock_unwrite(&rw);
    run_all();
    CHECK_STR(trace, "Abbcc");
}

/* --- waiting on an address --- */

static uint32_t word, other_word;

static void wait_on_word(void *arg)
{
    CHECK_EQ(waitaddr_wait(&word, 7, DEADLINE_NEVER), 0);
    note(arg);
}

TEST(waitaddr_wakes_as_many_as_it_is_told)
{
    begin();
    word = 7;
    CHECK_EQ(waitaddr_wait(&word, 6, DEADLINE_NEVER), -XEN_EAGAIN);
    CHECK_EQ(waitaddr_wait(&word, 7, now_ns + 10), -XEN_ETIME);
    CHECK_EQ(waitaddr_wake(&word, 1), 0);
    for (char *names = "a\0b\0c\0d\0"; *names; names += 2)
        start(wait_on_word, names);
    thread_yield();
    CHECK_EQ(waitaddr_wake(&other_word, 9), 0);
    CHECK_EQ(waitaddr_wake(&word, 1), 1);
    thread_yield();
    CHECK_STR(trace, "a");
    CHECK_EQ(waitaddr_requeue(&word, 6, 1, &other_word, 1), -XEN_EAGAIN);
    CHECK_EQ(waitaddr_requeue(&word, 7, 1, &other_word, 1), 2);
    thread_yield();
    CHECK_STR(trace, "ab");
    CHECK_EQ(waitaddr_wake(&other_word, 9), 1);
    CHECK_EQ(waitaddr_wake(&word, 9), 1);
    run_all();
    CHECK_STR(trace, "abcd");
}

static void wait_with_deadline(void *arg)
{
    CHECK_EQ(waitaddr_wait(&word, 7, now_ns + 100), -XEN_ETIME);
    note(arg);
}

TEST(waitaddr_deadline_passes_where_it_was_moved)
{
    begin();
    start(wait_with_deadline, "a");
    thread_yield();
    CHECK_EQ(waitaddr_requeue(&word, 7, 0, &other_word, 9), 1);
    run_all();
    CHECK_STR(trace, "a");
    CHECK_EQ(waitaddr_wake(&other_word, 9), 0);
}
