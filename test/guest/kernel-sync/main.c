/* SPDX-License-Identifier: BSD-2-Clause */
/* What threads wait for each other by, under stress: whatever is not woken in
 * time fails by its deadline. */
/* cc: --checks */
/* xl: vcpus=4 */
/* xl: memory=32 */

/* Before libc's, which define some of the same macros. */
#include <pith/clock.h>
#include <pith/cond.h>
#include <pith/errno.h>
#include <pith/rwlock.h>
#include <pith/semaphore.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <pith/waitaddr.h>

#include "guest_test.h"

#define THREADS 8
#define ROUNDS 1000

static struct semaphore ended = SEMAPHORE_INIT(ended, 0);
static uint32_t wrong, timeouts;

static uint64_t soon(uint64_t ns)
{
    return clock_monotonic_ns() + ns;
}

static void expect(bool condition)
{
    if (!condition)
        atomic_add(&wrong, 1);
}

/* Takes some time, of which no compiler knows; now and then lets others run. */
static void work(int i)
{
    for (volatile int n = i % 64; n > 0; n--)
        ;
    if (i % 17 == 0)
        thread_yield();
}

/* Runs fn with arguments from 0 to threads - 1. True if all ended in time. */
static bool run(long threads, void (*fn)(void *arg))
{
    uint64_t deadline_ns = soon(20 * NS_PER_SEC);

    wrong = timeouts = 0;
    for (long i = 0; i < threads; i++)
        if (!thread_start("sync", THREAD_STACK_BYTES, fn, (void *)i))
            return false;
    for (long i = 0; i < threads; i++)
        if (semaphore_wait_until(&ended, deadline_ns))
            return false;
    return true;
}

/* --- mutexes --- */

static struct mutex mutex = MUTEX_INIT(mutex);
static unsigned total, again;

static void count(int i)
{
    total++;
    work(i);
    again++;
    expect(total == again);
    mutex_unlock(&mutex);
}

static void use_mutex(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        mutex_lock(&mutex);
        count(i + (int)(long)arg);
    }
    semaphore_post(&ended);
}

TEST(mutex_excludes)
{
    total = again = 0;
    CHECK(run(THREADS, use_mutex));
    CHECK_EQ(wrong, 0);
    CHECK_EQ(total, THREADS * ROUNDS);
}

static void use_mutex_until(void *arg)
{
    for (int i = 0; i < ROUNDS / 4; i++) {
        uint64_t deadline_ns = soon((uint64_t)(i % 50) * NS_PER_US);

        if (mutex_lock_until(&mutex, deadline_ns) == 0) {
            count(i);
        } else {
            expect(clock_monotonic_ns() >= deadline_ns);
            atomic_add(&timeouts, 1);
        }
    }
    (void)arg;
    semaphore_post(&ended);
}

TEST(mutex_with_deadlines_excludes_and_stays_usable)
{
    total = again = 0;
    CHECK(run(THREADS, use_mutex_until));
    CHECK_EQ(wrong, 0);
    CHECK_EQ(total, THREADS * ROUNDS / 4 - timeouts);
    CHECK_EQ(mutex_lock_until(&mutex, soon(NS_PER_SEC)), 0);
    CHECK_EQ(mutex_trylock(&mutex), -XEN_EBUSY);
    mutex_unlock(&mutex);
}

static uint32_t stop;

/* Gives it back only to take it again. */
static void hog(void *arg)
{
    while (!READ_ONCE(stop)) {
        mutex_lock(&mutex);
        thread_yield();
        mutex_unlock(&mutex);
    }
    (void)arg;
    semaphore_post(&ended);
}

TEST(mutex_waiter_gets_past_a_hog)
{
    stop = 0;
    thread_start("hog", THREAD_STACK_BYTES, hog, NULL);
    for (int i = 0; i < 20; i++) {
        thread_yield();
        CHECK_EQ(mutex_lock_until(&mutex, soon(2 * NS_PER_SEC)), 0);
        mutex_unlock(&mutex);
    }
    WRITE_ONCE(stop, 1);
    CHECK_EQ(semaphore_wait_until(&ended, soon(NS_PER_SEC)), 0);
}

/* --- condition variables: a buffer of three between makers and takers --- */

static struct cond not_full = COND_INIT(not_full);
static struct cond not_empty = COND_INIT(not_empty);
static int buffer[3];
static unsigned filled, taken_sum;

static int wait_for(struct cond *c)
{
    return cond_wait_until(c, &mutex, soon(10 * NS_PER_SEC));
}

static void make(int value)
{
    mutex_lock(&mutex);
    while (filled == 3 && !wait_for(&not_full))
        ;
    expect(filled < 3);
    buffer[filled++] = value;
    cond_signal(&not_empty);
    mutex_unlock(&mutex);
}

static void take(void)
{
    mutex_lock(&mutex);
    while (!filled && !wait_for(&not_empty))
        ;
    expect(filled > 0);
    taken_sum += (unsigned)buffer[--filled];
    mutex_unlock(&mutex);
    cond_signal(&not_full);
}

static void make_or_take(void *arg)
{
    for (int i = 0; i < ROUNDS; i++)
        if ((long)arg % 2)
            make(i);
        else
            take();
    semaphore_post(&ended);
}

TEST(cond_signal_reaches_one_that_waits)
{
    filled = taken_sum = 0;
    CHECK(run(THREADS, make_or_take));
    CHECK_EQ(wrong, 0);
    CHECK_EQ(filled, 0);
    CHECK_EQ(taken_sum, THREADS / 2 * (ROUNDS * (ROUNDS - 1) / 2));
}

static struct cond next_round = COND_INIT(next_round);
static unsigned arrived, generation;

/* A barrier of all threads: each round ends with a broadcast. */
static void meet(void *arg)
{
    for (unsigned i = 0; i < ROUNDS / 4; i++) {
        mutex_lock(&mutex);
        if (++arrived == THREADS) {
            arrived = 0;
            generation++;
            cond_broadcast(&next_round);
        }
        while (generation == i && !wait_for(&next_round))
            ;
        expect(generation == i + 1);
        mutex_unlock(&mutex);
    }
    (void)arg;
    semaphore_post(&ended);
}

TEST(cond_broadcast_reaches_all)
{
    arrived = generation = 0;
    CHECK(run(THREADS, meet));
    CHECK_EQ(wrong, 0);
    CHECK_EQ(generation, ROUNDS / 4);
}

/* --- semaphores --- */

static struct semaphore three = SEMAPHORE_INIT(three, 3);
static uint32_t inside;

static void enter_three(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        if ((i + (long)arg) % 3 == 0) {
            if (semaphore_wait_until(&three, soon(20 * NS_PER_US))) {
                atomic_add(&timeouts, 1);
                continue;
            }
        } else if (i % 3 == 1 || semaphore_trywait(&three)) {
            semaphore_wait(&three);
        }
        expect(atomic_add(&inside, 1) < 3);
        work(i);
        atomic_sub(&inside, 1);
        semaphore_post(&three);
    }
    semaphore_post(&ended);
}

TEST(semaphore_lets_as_many_in_as_it_has)
{
    CHECK(run(THREADS, enter_three));
    CHECK_EQ(wrong, 0);
    CHECK_EQ(semaphore_value(&three), 3);
}

static struct semaphore from_upcall = SEMAPHORE_INIT(from_upcall, 0);

static void post_in_upcall(struct timer *timer)
{
    (void)timer;
    semaphore_post(&from_upcall);
}

/* Deadlines around the time of the post: none may be taken twice or lost. */
TEST(semaphore_post_in_upcall_meets_deadlines)
{
    unsigned taken = 0;
    struct timer timer;

    timer_init(&timer, post_in_upcall);
    for (unsigned i = 0; i < 100; i++) {
        uint64_t now_ns = clock_monotonic_ns();

        timer_arm(&timer, now_ns + 100 * NS_PER_US);
        taken += semaphore_wait_until(&from_upcall,
                                      now_ns + (50 + i) * NS_PER_US) == 0;
        thread_sleep_until(now_ns + 300 * NS_PER_US);
    }
    timer_cancel(&timer);
    CHECK_EQ(taken + semaphore_value(&from_upcall), 100);
}

/* --- reader-writer locks --- */

static struct rwlock rwlock = RWLOCK_INIT(rwlock);
static uint32_t readers, most_readers;

static void read_one(int i)
{
    unsigned seen = total;
    uint32_t now = atomic_add(&readers, 1) + 1;

    if (now > READ_ONCE(most_readers))
        WRITE_ONCE(most_readers, now);
    work(i);
    expect(total == seen && again == seen);
    atomic_sub(&readers, 1);
    rwlock_unread(&rwlock);
}

static void write_one(int i)
{
    expect(!READ_ONCE(readers));
    total++;
    work(i);
    again++;
    expect(total == again);
    rwlock_unwrite(&rwlock);
}

static void use_rwlock(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        switch ((i + (long)arg) % 8) {
        case 0:
            rwlock_write(&rwlock);
            write_one(i);
            break;
        case 1:
            if (rwlock_write_until(&rwlock, soon(30 * NS_PER_US)) == 0)
                write_one(i);
            break;
        case 2:
            if (rwlock_read_until(&rwlock, soon(30 * NS_PER_US)) == 0)
                read_one(i);
            break;
        case 3:
            if (rwlock_tryread(&rwlock) == 0)
                read_one(i);
            break;
        case 4:
            if (rwlock_trywrite(&rwlock) == 0)
                write_one(i);
            break;
        default:
            rwlock_read(&rwlock);
            read_one(i);
        }
    }
    semaphore_post(&ended);
}

TEST(rwlock_writer_is_alone_and_readers_are_not)
{
    total = again = most_readers = 0;
    CHECK(run(THREADS, use_rwlock));
    CHECK_EQ(wrong, 0);
    CHECK(most_readers > 1);
    CHECK_EQ(rwlock_trywrite(&rwlock), 0);
    CHECK_EQ(rwlock_tryread(&rwlock), -XEN_EBUSY);
    rwlock_unwrite(&rwlock);
}

/* Two of them: the lock is never without a reader. */
static void read_for_ever(void *arg)
{
    while (!READ_ONCE(stop)) {
        rwlock_read(&rwlock);
        thread_yield();
        rwlock_unread(&rwlock);
    }
    (void)arg;
    semaphore_post(&ended);
}

TEST(rwlock_writer_gets_past_readers)
{
    stop = 0;
    for (int i = 0; i < 3; i++)
        thread_start("reader", THREAD_STACK_BYTES, read_for_ever, NULL);
    for (int i = 0; i < 20; i++) {
        thread_yield();
        CHECK_EQ(rwlock_write_until(&rwlock, soon(2 * NS_PER_SEC)), 0);
        rwlock_unwrite(&rwlock);
    }
    WRITE_ONCE(stop, 1);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(semaphore_wait_until(&ended, soon(NS_PER_SEC)), 0);
}

/* --- waiting on an address: a mutex of one word, as a program would --- */

static uint32_t words[3];

static void lock_word(uint32_t *word)
{
    uint32_t expected = 0;

    if (atomic_compare_exchange(word, &expected, 1))
        return;
    while (atomic_exchange(word, 2))
        if (waitaddr_wait(word, 2, soon(10 * NS_PER_SEC)) == -XEN_ETIME)
            expect(false);
}

static void unlock_word(uint32_t *word)
{
    if (atomic_exchange(word, 0) == 2)
        waitaddr_wake(word, 1);
}

static unsigned totals[3];

static void use_words(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        unsigned n = (unsigned)((i + (long)arg) % 3);

        lock_word(&words[n]);
        totals[n]++;
        work(i);
        unlock_word(&words[n]);
        /* Not there for long: a wait that mostly ends by its deadline. A wake
         * was one that waits for the lock's: it goes there. */
        if (!waitaddr_wait(&words[n], 2, soon(NS_PER_US)))
            waitaddr_wake(&words[n], 1);
    }
    semaphore_post(&ended);
}

TEST(waitaddr_makes_a_mutex)
{
    memset(totals, 0, sizeof(totals));
    CHECK(run(THREADS, use_words));
    CHECK_EQ(wrong, 0);
    CHECK_EQ(totals[0] + totals[1] + totals[2], THREADS * ROUNDS);
}

static uint32_t gate, second_gate, waiting;

static void wait_at_gate(void *arg)
{
    (void)arg;
    atomic_add(&waiting, 1);
    expect(waitaddr_wait(&gate, 0, soon(10 * NS_PER_SEC)) == 0);
    semaphore_post(&ended);
}

TEST(waitaddr_requeue_moves_those_it_does_not_wake)
{
    long moved = 0;

    wrong = waiting = 0;
    CHECK_EQ(waitaddr_requeue(&gate, 1, 1, &second_gate, 9), -XEN_EAGAIN);
    for (int i = 0; i < 5; i++)
        thread_start("gate", THREAD_STACK_BYTES, wait_at_gate, NULL);
    while (READ_ONCE(waiting) < 5)
        thread_yield();
    CHECK_EQ(waitaddr_wake(&second_gate, 9), 0);
    /* They wait, or are about to. */
    while (moved < 5)
        moved += waitaddr_requeue(&gate, 0, !moved, &second_gate, 9);
    CHECK_EQ(moved, 5);
    CHECK_EQ(semaphore_wait_until(&ended, soon(NS_PER_SEC)), 0);
    CHECK_EQ(waitaddr_wake(&gate, 9), 0);
    CHECK_EQ(waitaddr_wake(&second_gate, 1), 1);
    CHECK_EQ(waitaddr_wake(&second_gate, 9), 3);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(semaphore_wait_until(&ended, soon(NS_PER_SEC)), 0);
    CHECK_EQ(wrong, 0);
}

/* --- deadlines --- */

static void hold_mutex(void *arg)
{
    mutex_lock(&mutex);
    rwlock_write(&rwlock);
    semaphore_post(&ended);
    semaphore_wait(arg);
    rwlock_unwrite(&rwlock);
    mutex_unlock(&mutex);
    semaphore_post(&ended);
}

#define CHECK_LATE(call) \
    do { \
        uint64_t deadline_ns = soon(2 * NS_PER_MS); \
        CHECK_EQ(call, -XEN_ETIME); \
        CHECK(clock_monotonic_ns() >= deadline_ns); \
        deadline_ns = 1; \
        CHECK_EQ(call, -XEN_ETIME); \
    } while (0)

TEST(deadline_passes_then_etime)
{
    struct semaphore release = SEMAPHORE_INIT(release, 0);
    struct mutex other = MUTEX_INIT(other);

    thread_start("holder", THREAD_STACK_BYTES, hold_mutex, &release);
    CHECK_EQ(semaphore_wait_until(&ended, soon(NS_PER_SEC)), 0);
    CHECK_LATE(mutex_lock_until(&mutex, deadline_ns));
    CHECK_LATE(rwlock_read_until(&rwlock, deadline_ns));
    CHECK_LATE(rwlock_write_until(&rwlock, deadline_ns));
    CHECK_LATE(semaphore_wait_until(&ended, deadline_ns));
    CHECK_LATE(waitaddr_wait(&gate, 0, deadline_ns));
    CHECK_EQ(waitaddr_wait(&gate, 1, DEADLINE_NEVER), -XEN_EAGAIN);
    mutex_lock(&other);
    CHECK_LATE(cond_wait_until(&next_round, &other, deadline_ns));
    CHECK(mutex_is_mine(&other));
    mutex_unlock(&other);
    semaphore_post(&release);
    CHECK_EQ(semaphore_wait_until(&ended, soon(NS_PER_SEC)), 0);
    CHECK_EQ(mutex_lock_until(&mutex, soon(NS_PER_SEC)), 0);
    mutex_unlock(&mutex);
}

int main(void)
{
    return test_run_all();
}
