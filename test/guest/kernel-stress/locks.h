/* SPDX-License-Identifier: BSD-2-Clause */
/* Work with locks: what is done under one must add up, and a wait with a
 * deadline must not give up before it. */
#ifndef KERNEL_STRESS_LOCKS_H
#define KERNEL_STRESS_LOCKS_H

#include "stress.h"
#include <pith/cond.h>
#include <pith/errno.h>
#include <pith/rwlock.h>
#include <pith/semaphore.h>
#include <pith/waitaddr.h>

/* --- mutexes: two sums that agree whenever one is not held --- */

#define MUTEXES 4
static struct {
    struct mutex mutex;
    uint64_t first, second;
    uint64_t added; /* atomically, by who has unlocked */
} sums[MUTEXES];

static void init_mutexes(void)
{
    for (unsigned n = 0; n < MUTEXES; n++)
        mutex_init(&sums[n].mutex);
}

/* False: not had. */
static bool mutex_get(struct worker *w, struct mutex *mutex)
{
    uint64_t deadline_ns;
    int rc;

    switch (stress_random(w, 4)) {
    case 0:
        return mutex_trylock(mutex) == 0;
    case 1:
        deadline_ns = stress_soon(w, 100);
        rc = mutex_lock_until(mutex, deadline_ns);
        EXPECT(USE_MUTEX, !rc || rc == -XEN_ETIME);
        EXPECT(USE_MUTEX, !rc || clock_monotonic_ns() >= deadline_ns);
        return rc == 0;
    default:
        mutex_lock(mutex);
        return true;
    }
}

static void mutex_add(struct worker *w, unsigned n)
{
    EXPECT(USE_MUTEX, mutex_is_mine(&sums[n].mutex));
    EXPECT(USE_MUTEX, sums[n].first == sums[n].second);
    sums[n].first++;
    stress_work(w);
    if (n + 1 < MUTEXES && stress_random(w, 4) == 0 &&
        mutex_get(w, &sums[n + 1].mutex))
        mutex_add(w, n + 1); /* lets go of it */
    sums[n].second++;
    mutex_unlock(&sums[n].mutex);
    atomic_add(&sums[n].added, 1);
}

static void use_mutex(struct worker *w)
{
    while (stress_goes_on(w)) {
        unsigned n = (unsigned)stress_random(w, MUTEXES);

        if (mutex_get(w, &sums[n].mutex))
            mutex_add(w, n);
    }
}

static void check_mutexes(void)
{
    for (unsigned n = 0; n < MUTEXES; n++) {
        EXPECT(USE_MUTEX, sums[n].first == sums[n].second);
        EXPECT(USE_MUTEX, sums[n].first == sums[n].added);
        EXPECT(USE_MUTEX, mutex_trylock(&sums[n].mutex) == 0);
    }
}

/* --- a rwlock: readers see all words of a writer, or none --- */

#define WORDS 8
static struct rwlock rwlock = RWLOCK_INIT(rwlock);
static uint64_t words[WORDS], writes;

static void write_words(struct worker *w)
{
    for (unsigned i = 0; i < WORDS; i++) {
        words[i]++;
        if (i == WORDS / 2)
            stress_work(w);
    }
    writes++;
    rwlock_unwrite(&rwlock);
}

static void read_words(struct worker *w)
{
    uint64_t value = READ_ONCE(words[0]);

    stress_work(w);
    for (unsigned i = 0; i < WORDS; i++)
        EXPECT(USE_RWLOCK, READ_ONCE(words[i]) == value);
    rwlock_unread(&rwlock);
}

static void use_rwlock(struct worker *w)
{
    while (stress_goes_on(w)) {
        uint64_t how = stress_random(w, 9), deadline_ns = DEADLINE_NEVER;
        int rc;

        if (how % 3 == 1)
            deadline_ns = stress_soon(w, 100);
        if (how < 2)
            rc = rwlock_write_until(&rwlock, deadline_ns);
        else if (how == 2)
            rc = rwlock_trywrite(&rwlock);
        else if (how == 5)
            rc = rwlock_tryread(&rwlock);
        else
            rc = rwlock_read_until(&rwlock, deadline_ns);
        EXPECT(USE_RWLOCK, !rc || rc == -XEN_ETIME || rc == -XEN_EBUSY);
        EXPECT(USE_RWLOCK,
               rc != -XEN_ETIME || clock_monotonic_ns() >= deadline_ns);
        if (rc)
            continue;
        if (how < 3)
            write_words(w);
        else
            read_words(w);
    }
}

static void check_rwlock(void)
{
    EXPECT(USE_RWLOCK, words[0] == writes && words[WORDS - 1] == writes);
    EXPECT(USE_RWLOCK, rwlock_trywrite(&rwlock) == 0);
}

/* --- a semaphore of two --- */

static struct semaphore two = SEMAPHORE_INIT(two, 2);
static uint32_t inside;

static void use_semaphore(struct worker *w)
{
    while (stress_goes_on(w)) {
        uint64_t how = stress_random(w, 3), deadline_ns = DEADLINE_NEVER;
        int rc = 0;

        if (how == 0)
            deadline_ns = stress_soon(w, 60);
        if (how == 1)
            rc = semaphore_trywait(&two);
        else
            rc = semaphore_wait_until(&two, deadline_ns);
        EXPECT(USE_SEMAPHORE,
               rc != -XEN_ETIME || clock_monotonic_ns() >= deadline_ns);
        if (rc)
            continue;
        EXPECT(USE_SEMAPHORE, atomic_add(&inside, 1) < 2);
        stress_work(w);
        EXPECT(USE_SEMAPHORE, atomic_sub(&inside, 1) <= 2);
        semaphore_post(&two);
    }
}

static void check_semaphore(void)
{
    EXPECT(USE_SEMAPHORE, inside == 0);
    EXPECT(USE_SEMAPHORE, semaphore_value(&two) == 2);
}

/* --- a buffer between those who make numbers and those who take them --- */

#define BUFFER 5
static struct mutex buffer_mutex = MUTEX_INIT(buffer_mutex);
static struct cond not_full = COND_INIT(not_full);
static struct cond not_empty = COND_INIT(not_empty);
static uint64_t buffer[BUFFER], made_sum, taken_sum;
static unsigned filled;

/* False: the end. */
static bool buffer_wait(struct worker *w, struct cond *cond)
{
    uint64_t deadline_ns = stress_soon(w, 2000);

    if (READ_ONCE(stop))
        return false;
    if (stress_random(w, 2))
        cond_wait(cond, &buffer_mutex);
    else if (cond_wait_until(cond, &buffer_mutex, deadline_ns))
        EXPECT(USE_COND, clock_monotonic_ns() >= deadline_ns);
    EXPECT(USE_COND, mutex_is_mine(&buffer_mutex));
    return true;
}

static void make(struct worker *w)
{
    while (filled == BUFFER)
        if (!buffer_wait(w, &not_full))
            return;
    buffer[filled] = stress_random(w, 1000);
    made_sum += buffer[filled++];
    cond_signal(&not_empty);
}

static void take(struct worker *w)
{
    while (!filled)
        if (!buffer_wait(w, &not_empty))
            return;
    taken_sum += buffer[--filled];
    if (stress_random(w, 8))
        cond_signal(&not_full);
    else
        cond_broadcast(&not_full);
}

static void use_cond(struct worker *w)
{
    while (stress_goes_on(w)) {
        mutex_lock(&buffer_mutex);
        if (w->number % 2)
            make(w);
        else
            take(w);
        mutex_unlock(&buffer_mutex);
        stress_work(w);
    }
}

/* Who waits without a deadline goes on to see stop. */
static void end_cond_waits(void)
{
    mutex_lock(&buffer_mutex);
    cond_broadcast(&not_full);
    cond_broadcast(&not_empty);
    mutex_unlock(&buffer_mutex);
}

static void check_cond(void)
{
    EXPECT(USE_COND, filled <= BUFFER);
    while (filled)
        taken_sum += buffer[--filled];
    EXPECT(USE_COND, made_sum == taken_sum);
}

/* --- a lock made of a wait on an address; now and then who waits moves --- */

static struct {
    uint32_t word; /* 0 free, 1 held, 2 held and perhaps waited for */
    uint32_t other;
    uint64_t first, second, added;
} by_address;

static void word_lock(struct worker *w)
{
    uint32_t expected = 0;

    if (atomic_compare_exchange(&by_address.word, &expected, 1))
        return;
    while (atomic_exchange(&by_address.word, 2)) {
        uint64_t deadline_ns = stress_random(w, 3) ? DEADLINE_NEVER
                                                   : stress_soon(w, 50);
        int rc = waitaddr_wait(&by_address.word, 2, deadline_ns);

        EXPECT(USE_WAITADDR, !rc || rc == -XEN_EAGAIN || rc == -XEN_ETIME);
        EXPECT(USE_WAITADDR,
               rc != -XEN_ETIME || clock_monotonic_ns() >= deadline_ns);
    }
}

static void word_unlock(struct worker *w)
{
    uint32_t *word = &by_address.word;

    if (atomic_exchange(word, 0) != 2)
        return;
    if (stress_random(w, 5) == 0)
        waitaddr_requeue(word, READ_ONCE(*word), 0, &by_address.other, 1);
    waitaddr_wake(word, 1);
    waitaddr_wake(&by_address.other, 9);
}

static void use_waitaddr(struct worker *w)
{
    while (stress_goes_on(w)) {
        word_lock(w);
        EXPECT(USE_WAITADDR, by_address.first == by_address.second);
        by_address.first++;
        stress_work(w);
        by_address.second++;
        word_unlock(w);
        atomic_add(&by_address.added, 1);
        thread_yield(); /* this lock is not fair: who waits gets a chance */
    }
}

static void check_waitaddr(void)
{
    EXPECT(USE_WAITADDR, by_address.word == 0);
    EXPECT(USE_WAITADDR, by_address.first == by_address.added);
    EXPECT(USE_WAITADDR, by_address.second == by_address.added);
}

#endif
