/* SPDX-License-Identifier: BSD-2-Clause */

#include "parts.h"

/* Mutexes, reader-writer locks, spin locks, barriers. */

#define TURNS 1000

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_spinlock_t spinlock;
static int shared_count;

pthread_mutex_t make(int type, int robust)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t made;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, type);
    pthread_mutexattr_setrobust(&attr, robust);
    pthread_mutex_init(&made, &attr);
    pthread_mutexattr_destroy(&attr);
    return made;
}

/* Reads, loses the vCPU now and then, and writes. */
static void count_slowly(void)
{
    int n = __atomic_load_n(&shared_count, __ATOMIC_RELAXED);

    if (n % 64 == 0)
        sched_yield();
    __atomic_store_n(&shared_count, n + 1, __ATOMIC_RELAXED);
}

static void *count_with_mutex(void *arg)
{
    for (int i = 0; i < TURNS; i++) {
        EXPECT(!pthread_mutex_lock(&mutex));
        count_slowly();
        EXPECT(!pthread_mutex_unlock(&mutex));
    }
    return arg;
}

static void *count_with_deadlines(void *arg)
{
    for (int i = 0; i < TURNS / 4; i++) {
        struct timespec soon = from_now(CLOCK_MONOTONIC, i % 2);
        int err = pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &soon);

        EXPECT(!err || err == ETIMEDOUT);
        if (err)
            continue;
        count_slowly();
        __atomic_fetch_add((int *)&destroyed, 1, __ATOMIC_SEQ_CST);
        EXPECT(!pthread_mutex_unlock(&mutex));
    }
    return arg;
}

TEST(mutex_excludes)
{
    shared_count = 0;
    CHECK_EQ(run(THREADS, count_with_mutex), 0);
    CHECK_EQ(shared_count, THREADS * TURNS);
    for (int type = 0; type < 3; type++) {
        shared_count = 0;
        mutex = make(type, type % 2);
        CHECK_EQ(run(4, count_with_mutex), 0);
        CHECK_EQ(shared_count, 4 * TURNS);
        CHECK_EQ(pthread_mutex_destroy(&mutex), 0);
    }
    mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    shared_count = destroyed = 0;
    CHECK_EQ(run(THREADS, count_with_deadlines), 0);
    CHECK_EQ(shared_count, destroyed);
    CHECK_EQ(pthread_mutex_trylock(&mutex), 0);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
}

static void *try_it(void *arg)
{
    struct timespec soon = from_now(CLOCK_REALTIME, 20);

    EXPECT(pthread_mutex_trylock(arg) == EBUSY);
    EXPECT(pthread_mutex_timedlock(arg, &long_ago) == ETIMEDOUT);
    EXPECT(pthread_mutex_timedlock(arg, &soon) == ETIMEDOUT);
    EXPECT(pthread_mutex_timedlock(arg, &bad_time) == EINVAL);
    EXPECT(pthread_mutex_clocklock(arg, 77, &soon) == EINVAL);
    EXPECT(pthread_mutex_destroy(arg) == EBUSY);
    return NULL;
}

/* As run, with one argument of our own. */
static int run_with(void *(*fn)(void *arg), void *arg)
{
    pthread_t thread;

    wrong = 0;
    if (pthread_create(&thread, NULL, fn, arg) || pthread_join(thread, NULL))
        return -1;
    return wrong;
}

static void *unlock_others(void *arg)
{
    EXPECT(pthread_mutex_unlock(arg) == EPERM);
    return NULL;
}

/* covers: pthread_mutex_destroy pthread_mutex_init pthread_mutex_trylock
 * pthread_mutex_unlock */
TEST(mutex_kinds_say_what_is_wrong)
{
    pthread_mutex_t normal = make(PTHREAD_MUTEX_NORMAL, 0);
    pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
    pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

    CHECK_EQ(pthread_mutex_timedlock(&normal, &bad_time), 0); /* is free */
    CHECK_EQ(pthread_mutex_trylock(&normal), EBUSY);
    CHECK_EQ(run_with(try_it, &normal), 0);
    CHECK_EQ(pthread_mutex_unlock(&normal), 0);
    CHECK_EQ(pthread_mutex_destroy(&normal), 0);
    CHECK_EQ(pthread_mutex_lock(&normal), EINVAL);
    CHECK_EQ(pthread_mutex_destroy(&normal), EINVAL);

    CHECK_EQ(pthread_mutex_lock(&recursive), 0);
    CHECK_EQ(pthread_mutex_lock(&recursive), 0);
    CHECK_EQ(pthread_mutex_trylock(&recursive), 0);
    CHECK_EQ(pthread_mutex_unlock(&recursive), 0);
    CHECK_EQ(pthread_mutex_unlock(&recursive), 0);
    CHECK_EQ(run_with(try_it, &recursive), 0);
    CHECK_EQ(run_with(unlock_others, &recursive), 0);
    CHECK_EQ(pthread_mutex_unlock(&recursive), 0);
    CHECK_EQ(pthread_mutex_unlock(&recursive), EPERM);

    CHECK_EQ(pthread_mutex_unlock(&checked), EPERM);
    CHECK_EQ(pthread_mutex_lock(&checked), 0);
    CHECK_EQ(pthread_mutex_lock(&checked), EDEADLK);
    CHECK_EQ(pthread_mutex_trylock(&checked), EBUSY);
    CHECK_EQ(run_with(unlock_others, &checked), 0);
    CHECK_EQ(pthread_mutex_unlock(&checked), 0);
}

/* covers: pthread_mutexattr_destroy pthread_mutexattr_getprotocol
 * pthread_mutexattr_getpshared pthread_mutexattr_getrobust
 * pthread_mutexattr_gettype pthread_mutexattr_init
 * pthread_mutexattr_setprotocol pthread_mutexattr_setpshared
 * pthread_mutexattr_setrobust pthread_mutexattr_settype */
TEST(mutex_attributes_say_what_is_wrong)
{
    pthread_mutexattr_t attr;
    int value;

    CHECK_EQ(pthread_mutexattr_init(&attr), 0);
    CHECK_EQ(pthread_mutexattr_settype(&attr, 9), EINVAL);
    CHECK_EQ(pthread_mutexattr_setrobust(&attr, 9), EINVAL);
    CHECK_EQ(pthread_mutexattr_setpshared(&attr, 9), EINVAL);
    CHECK_EQ(pthread_mutexattr_setprotocol(&attr, 9), EINVAL);
    CHECK_EQ(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT),
             ENOTSUP);
    CHECK_EQ(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_NONE), 0);
    CHECK_EQ(pthread_mutexattr_getprotocol(&attr, &value), 0);
    CHECK_EQ(value, PTHREAD_PRIO_NONE);
    CHECK_EQ(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST), 0);
    CHECK_EQ(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE), 0);
    CHECK_EQ(pthread_mutexattr_getrobust(&attr, &value), 0);
    CHECK_EQ(value, PTHREAD_MUTEX_ROBUST);
    CHECK_EQ(pthread_mutexattr_gettype(&attr, &value), 0);
    CHECK_EQ(value, PTHREAD_MUTEX_RECURSIVE);
    CHECK_EQ(pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED), 0);
    CHECK_EQ(pthread_mutexattr_getpshared(&attr, &value), 0);
    CHECK_EQ(value, PTHREAD_PROCESS_SHARED);
    CHECK_EQ(pthread_mutexattr_destroy(&attr), 0);
}

/* --- robust --- */

static void *lock_and_end(void *arg)
{
    int err = pthread_mutex_lock(arg);

    return (void *)(long)err;
}

static void *lock_repair_unlock(void *arg)
{
    EXPECT(pthread_mutex_lock(arg) == EOWNERDEAD);
    EXPECT(pthread_mutex_consistent(arg) == 0);
    EXPECT(pthread_mutex_unlock(arg) == 0);
    return NULL;
}

static void *lock_wait_and_end(void *arg)
{
    EXPECT(!pthread_mutex_lock(arg));
    pthread_barrier_wait(&gate);
    usleep(3000); /* the other one waits for it, most likely */
    return NULL;
}

/* covers: pthread_mutex_consistent */
TEST(robust_mutex_outlives_its_owner)
{
    pthread_mutex_t robust = make(PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_ROBUST);
    pthread_t thread;

    CHECK_EQ(run_with(lock_and_end, &robust), 0);
    CHECK_EQ(pthread_mutex_trylock(&robust), EOWNERDEAD);
    CHECK_EQ(pthread_mutex_consistent(&robust), 0);
    CHECK_EQ(pthread_mutex_consistent(&robust), EINVAL);
    CHECK_EQ(pthread_mutex_unlock(&robust), 0);
    CHECK_EQ(pthread_mutex_lock(&robust), 0);
    CHECK_EQ(pthread_mutex_unlock(&robust), 0);

    pthread_barrier_init(&gate, NULL, 2);
    wrong = 0;
    CHECK_EQ(pthread_create(&thread, NULL, lock_wait_and_end, &robust), 0);
    pthread_barrier_wait(&gate);
    lock_repair_unlock(&robust);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(wrong, 0);
    CHECK_EQ(pthread_barrier_destroy(&gate), 0);

    CHECK_EQ(run_with(lock_and_end, &robust), 0);
    CHECK_EQ(pthread_mutex_lock(&robust), EOWNERDEAD);
    CHECK_EQ(pthread_mutex_unlock(&robust), 0); /* not repaired */
    CHECK_EQ(pthread_mutex_lock(&robust), ENOTRECOVERABLE);
    CHECK_EQ(pthread_mutex_trylock(&robust), ENOTRECOVERABLE);
    CHECK_EQ(pthread_mutex_destroy(&robust), 0);
}

/* --- destroyed at once --- */

struct counted {
    pthread_mutex_t mutex;
    int refs;
};

void *objects[ROUNDS];

/* Whoever comes last destroys it, while the others are still about to leave
 * pthread_mutex_unlock. */
static void drop(struct counted *object)
{
    int left;

    EXPECT(!pthread_mutex_lock(&object->mutex));
    left = --object->refs;
    EXPECT(!pthread_mutex_unlock(&object->mutex));
    if (!left) {
        EXPECT(!pthread_mutex_destroy(&object->mutex));
        memset(object, 0xff, sizeof(*object));
        free(object);
    }
}

static void *drop_all(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        pthread_barrier_wait(&gate);
        drop(objects[i]);
    }
    return arg;
}

TEST(mutex_may_be_destroyed_right_after_unlock)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct counted *object = malloc(sizeof(*object));

        *object = (struct counted){PTHREAD_MUTEX_INITIALIZER, 4};
        if (i % 3)
            object->mutex = make(i % 3, i % 2);
        objects[i] = object;
    }
    pthread_barrier_init(&gate, NULL, 4);
    CHECK_EQ(run(4, drop_all), 0);
    CHECK_EQ(pthread_barrier_destroy(&gate), 0);
}

/* --- reader-writer locks --- */

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t two_read;
static int readers;

static void read_something(void)
{
    int now = __atomic_add_fetch(&readers, 1, __ATOMIC_SEQ_CST);

    EXPECT(now > 0);
    sched_yield();
    __atomic_fetch_sub(&readers, 1, __ATOMIC_SEQ_CST);
}

static void *read_and_write(void *arg)
{
    for (int i = 0; i < TURNS / 4; i++) {
        if ((i + (int)(long)arg) % 4) {
            EXPECT(!pthread_rwlock_rdlock(&rwlock));
            read_something();
        } else {
            EXPECT(!pthread_rwlock_wrlock(&rwlock));
            EXPECT(!__atomic_exchange_n(&readers, -1000, __ATOMIC_SEQ_CST));
            count_slowly();
            EXPECT(__atomic_exchange_n(&readers, 0, __ATOMIC_SEQ_CST) == -1000);
        }
        EXPECT(!pthread_rwlock_unlock(&rwlock));
    }
    return NULL;
}

/* Would never end if readers were alone. */
static void *read_beside_another(void *arg)
{
    EXPECT(!pthread_rwlock_rdlock(&rwlock));
    pthread_barrier_wait(&two_read);
    EXPECT(!pthread_rwlock_unlock(&rwlock));
    return arg;
}

/* covers: pthread_rwlock_init pthread_rwlock_unlock */
TEST(rwlock_writer_is_alone_and_readers_are_not)
{
    shared_count = 0;
    CHECK_EQ(run(THREADS, read_and_write), 0);
    CHECK_EQ(shared_count, THREADS * TURNS / 16);
    CHECK_EQ(pthread_barrier_init(&two_read, NULL, 2), 0);
    CHECK_EQ(run(2, read_beside_another), 0);
    CHECK_EQ(pthread_barrier_destroy(&two_read), 0);
    CHECK_EQ(pthread_rwlock_destroy(&rwlock), 0);
    CHECK_EQ(pthread_rwlock_rdlock(&rwlock), EINVAL);
    CHECK_EQ(pthread_rwlock_destroy(&rwlock), EINVAL);
    CHECK_EQ(pthread_rwlock_init(&rwlock, NULL), 0);
}

static void *try_to_write(void *arg)
{
    struct timespec soon = from_now(CLOCK_MONOTONIC, 20);

    EXPECT(pthread_rwlock_trywrlock(&rwlock) == EBUSY);
    EXPECT(pthread_rwlock_timedwrlock(&rwlock, &long_ago) == ETIMEDOUT);
    EXPECT(pthread_rwlock_timedwrlock(&rwlock, &bad_time) == EINVAL);
    EXPECT(pthread_rwlock_clockwrlock(&rwlock, 77, &soon) == EINVAL);
    EXPECT(pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &soon) ==
           ETIMEDOUT);
    return arg;
}

static void *try_to_read(void *arg)
{
    struct timespec soon = from_now(CLOCK_REALTIME, 20);

    EXPECT(pthread_rwlock_tryrdlock(&rwlock) == EBUSY);
    EXPECT(pthread_rwlock_timedrdlock(&rwlock, &soon) == ETIMEDOUT);
    EXPECT(pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &long_ago) ==
           ETIMEDOUT);
    EXPECT(pthread_rwlock_unlock(&rwlock) == EPERM);
    return arg;
}

static void *write_once(void *arg)
{
    EXPECT(!pthread_rwlock_wrlock(&rwlock));
    EXPECT(!pthread_rwlock_unlock(&rwlock));
    return arg;
}

/* covers: pthread_rwlock_destroy pthread_rwlock_unlock */
TEST(rwlock_says_what_is_wrong)
{
    pthread_t writer;

    wrong = 0;
    CHECK_EQ(pthread_rwlock_unlock(&rwlock), EPERM);
    CHECK_EQ(pthread_rwlock_rdlock(&rwlock), 0);
    CHECK_EQ(run_with(try_to_write, NULL), 0);
    CHECK_EQ(pthread_rwlock_destroy(&rwlock), EBUSY);
    CHECK_EQ(pthread_create(&writer, NULL, write_once, NULL), 0);
    usleep(3000);
    CHECK_EQ(pthread_rwlock_rdlock(&rwlock), 0); /* once more, past a writer */
    CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
    CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
    CHECK_EQ(pthread_join(writer, NULL), 0);
    CHECK_EQ(wrong, 0);
    CHECK_EQ(pthread_rwlock_wrlock(&rwlock), 0);
    CHECK_EQ(pthread_rwlock_wrlock(&rwlock), EDEADLK);
    CHECK_EQ(pthread_rwlock_rdlock(&rwlock), EDEADLK);
    CHECK_EQ(run_with(try_to_read, NULL), 0);
    CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
}

/* --- spin locks, barriers --- */

static void *count_with_spinlock(void *arg)
{
    for (int i = 0; i < TURNS; i++) {
        EXPECT(!pthread_spin_lock(&spinlock));
        count_slowly();
        EXPECT(!pthread_spin_unlock(&spinlock));
    }
    return arg;
}

/* covers: pthread_spin_destroy pthread_spin_init pthread_spin_lock
 * pthread_spin_trylock pthread_spin_unlock */
TEST(spinlock_excludes)
{
    shared_count = 0;
    CHECK_EQ(pthread_spin_init(&spinlock, PTHREAD_PROCESS_PRIVATE), 0);
    CHECK_EQ(run(THREADS, count_with_spinlock), 0);
    CHECK_EQ(shared_count, THREADS * TURNS);
    CHECK_EQ(pthread_spin_unlock(&spinlock), EPERM);
    CHECK_EQ(pthread_spin_trylock(&spinlock), 0);
    CHECK_EQ(pthread_spin_trylock(&spinlock), EBUSY);
    CHECK_EQ(pthread_spin_lock(&spinlock), EDEADLK);
    CHECK_EQ(pthread_spin_destroy(&spinlock), EBUSY);
    CHECK_EQ(pthread_spin_unlock(&spinlock), 0);
    CHECK_EQ(pthread_spin_destroy(&spinlock), 0);
}

static int serial, arrived;

static void *meet(void *arg)
{
    for (int round = 0; round < 100; round++) {
        int rc;

        __atomic_fetch_add(&arrived, 1, __ATOMIC_SEQ_CST);
        rc = pthread_barrier_wait(&gate);
        EXPECT(rc == 0 || rc == PTHREAD_BARRIER_SERIAL_THREAD);
        EXPECT(__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) >= 4 * (round + 1));
        if (rc)
            __atomic_fetch_add(&serial, 1, __ATOMIC_SEQ_CST);
    }
    return arg;
}

/* covers: pthread_barrier_destroy pthread_barrier_init pthread_barrier_wait
 * pthread_barrierattr_destroy pthread_barrierattr_getpshared
 * pthread_barrierattr_init pthread_barrierattr_setpshared */
TEST(barrier_lets_all_through_together)
{
    pthread_barrierattr_t attr;
    int value;

    CHECK_EQ(pthread_barrierattr_init(&attr), 0);
    CHECK_EQ(pthread_barrierattr_setpshared(&attr, 9), EINVAL);
    CHECK_EQ(pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED), 0);
    CHECK_EQ(pthread_barrierattr_getpshared(&attr, &value), 0);
    CHECK_EQ(value, PTHREAD_PROCESS_SHARED);
    CHECK_EQ(pthread_barrier_init(&gate, &attr, 0), EINVAL);
    CHECK_EQ(pthread_barrier_init(&gate, &attr, 4), 0);
    serial = arrived = 0;
    CHECK_EQ(run(4, meet), 0);
    CHECK_EQ(serial, 100);
    CHECK_EQ(pthread_barrier_destroy(&gate), 0);
    CHECK_EQ(pthread_barrier_wait(&gate), EINVAL);
    CHECK_EQ(pthread_barrierattr_destroy(&attr), 0);
}
