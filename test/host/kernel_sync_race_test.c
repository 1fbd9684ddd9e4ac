/* SPDX-License-Identifier: BSD-2-Clause */
/* The races of kernel/'s mutexes, condition variables, semaphores, rwlocks and
 * waits on addresses: threads of the host under ThreadSanitizer. */
/* flags: -fsanitize=thread --param=tsan-distinguish-volatile=1 */

#define _GNU_SOURCE
#include "kernel_fake_threads.h"
#include "kernel_sync_sources.h"
#include "test.h"

#define THREADS 4
#define ROUNDS 3000

static unsigned total, again, inside, most;

/* Runs fn in THREADS threads, each with its number. A hang ends the test by
 * the runner's limit. */
static void run(void (*fn)(long number))
{
    total = again = inside = most = 0;
    fake_threads_run(THREADS, fn);
}

static void work(long i)
{
    if (i % 7 == 0)
        sched_yield();
}

static struct mutex mutex = MUTEX_INIT(mutex);

static void use_mutex(long number)
{
    for (long i = 0; i < ROUNDS; i++) {
        if ((i + number) % 4 == 0) {
            if (mutex_lock_until(&mutex, now_ns() + (uint64_t)i % 100 * 1000))
                continue;
        } else if (i % 4 == 1 || mutex_trylock(&mutex)) {
            mutex_lock(&mutex);
        }
        total++;
        work(i);
        again++;
        mutex_unlock(&mutex);
    }
}

TEST(mutex_races)
{
    run(use_mutex);
    CHECK_EQ(total, again);
    CHECK(total >= THREADS * ROUNDS * 3 / 4);
    CHECK_EQ(mutex.state, 0);
    CHECK(!mutex.owner);
}

static struct cond cond = COND_INIT(cond);

/* A place in a queue of two, which is waited for with and without deadline. */
static void use_cond(long number)
{
    for (long i = 0; i < ROUNDS; i++) {
        mutex_lock(&mutex);
        while (inside == 2)
            if ((i + number) % 2)
                cond_wait(&cond, &mutex);
            else
                cond_wait_until(&cond, &mutex, now_ns() + 20000);
        inside++;
        most = inside > most ? inside : most;
        mutex_unlock(&mutex);
        work(i);
        mutex_lock(&mutex);
        inside--;
        total++;
        mutex_unlock(&mutex);
        if (i % 16)
            cond_signal(&cond);
        else
            cond_broadcast(&cond);
    }
}

TEST(cond_races)
{
    run(use_cond);
    CHECK_EQ(total, THREADS * ROUNDS);
    CHECK_EQ(most, 2);
    CHECK_EQ(inside, 0);
}

static struct semaphore one = SEMAPHORE_INIT(one, 1);

static void use_semaphore(long number)
{
    for (long i = 0; i < ROUNDS; i++) {
        if ((i + number) % 3 == 0) {
            if (semaphore_wait_until(&one, now_ns() + (uint64_t)i % 100 * 1000))
                continue;
        } else if (i % 3 == 1 || semaphore_trywait(&one)) {
            semaphore_wait(&one);
        }
        total++;
        work(i);
        again++;
        semaphore_post(&one);
    }
}

TEST(semaphore_races)
{
    run(use_semaphore);
    CHECK_EQ(total, again);
    CHECK_EQ(one.count, 1);
    CHECK_EQ(one.passed, 0);
    CHECK(list_empty(&one.waiters.waiters));
}

/* A semaphore on the stack of who waits: gone as soon as it was posted. */
static struct semaphore *handed[THREADS];

static void complete(long number)
{
    for (long i = 0; i < ROUNDS; i++) {
        struct semaphore done, *other;

        if (number % 2) {
            semaphore_init(&done, 0);
            atomic_store(&handed[number], &done);
            semaphore_wait(&done);
            memset(&done, 0xff, sizeof(done));
            continue;
        }
        while (!(other = atomic_load(&handed[number + 1])))
            sched_yield();
        atomic_store(&handed[number + 1], NULL);
        semaphore_post(other);
    }
}

TEST(semaphore_may_go_when_its_wait_returns)
{
    run(complete);
}

static struct rwlock rwlock = RWLOCK_INIT(rwlock);

static void use_rwlock(long number)
{
    for (long i = 0; i < ROUNDS; i++) {
        bool write = (i + number) % 4 == 0;
        uint64_t deadline_ns = i % 3 ? DEADLINE_NEVER
                                     : now_ns() + (uint64_t)i % 50 * 1000;

        if (write && rwlock_write_until(&rwlock, deadline_ns) == 0) {
            total++;
            work(i);
            again++;
            rwlock_unwrite(&rwlock);
        } else if (!write && rwlock_read_until(&rwlock, deadline_ns) == 0) {
            if (total != again)
                abort();
            work(i);
            rwlock_unread(&rwlock);
        }
    }
}

TEST(rwlock_races)
{
    run(use_rwlock);
    CHECK_EQ(total, again);
    CHECK_EQ(rwlock.state, 0);
}

static uint32_t words[2];

static void lock_word(uint32_t *word, uint64_t ns)
{
    uint32_t expected = 0;

    if (atomic_compare_exchange(word, &expected, 1))
        return;
    while (atomic_exchange(word, 2))
        waitaddr_wait(word, 2, ns ? now_ns() + ns : DEADLINE_NEVER);
}

/* Now and then the next one is let go by way of the other word. */
static void unlock_word(long i)
{
    uint32_t *word = &words[0];

    if (atomic_exchange(word, 0) != 2)
        return;
    if (i % 5 == 0)
        waitaddr_requeue(word, READ_ONCE(*word), 0, &words[1], 1);
    waitaddr_wake(word, 1);
    waitaddr_wake(&words[1], 9);
}

static void use_words(long number)
{
    for (long i = 0; i < ROUNDS; i++) {
        lock_word(&words[0], (i + number) % 3 ? 0 : 10000);
        total++;
        work(i);
        again++;
        unlock_word(i);
    }
}

TEST(waitaddr_races)
{
    run(use_words);
    CHECK_EQ(total, THREADS * ROUNDS);
    CHECK_EQ(again, total);
}
