/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of this test share. */

#include "parts.h"

int wrong;

void expect(int condition, int line)
{
    if (!condition)
        __atomic_store_n(&wrong, line, __ATOMIC_SEQ_CST);
}

int run_new(int count, void *(*fn)(void *arg))
{
    pthread_t threads[THREADS];

    wrong = 0;
    for (long i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, fn, (void *)i))
            return -1;
    for (int i = 0; i < count; i++)
        if (pthread_join(threads[i], NULL))
            return -1;
    return wrong;
}

/* Threads that stay: with the kernel that checks itself each end of a thread
 * has to interrupt all vCPUs. */
static struct {
    struct waitq changed;
    pthread_t threads[THREADS];
    void *(*fn)(void *arg); /* NULL: end */
    int count, round, left;
} pool = {.changed = WAITQ_INIT(pool.changed)};

static void *pool_worker(void *arg)
{
    void *(*fn)(void *arg);

    for (int round = 1;; round++) {
        WAITQ_WAIT_UNTIL(&pool.changed,
                         __atomic_load_n(&pool.round, __ATOMIC_SEQ_CST) ==
                             round,
                         DEADLINE_NEVER);
        fn = pool.fn;
        if (fn && (long)arg < pool.count)
            fn(arg);
        if (__atomic_fetch_sub(&pool.left, 1, __ATOMIC_SEQ_CST) == 1)
            waitq_wake_all(&pool.changed);
        if (!fn)
            return NULL;
    }
}

int run(int count, void *(*fn)(void *arg))
{
    wrong = 0;
    pool.fn = fn;
    pool.count = count;
    pool.left = THREADS;
    __atomic_fetch_add(&pool.round, 1, __ATOMIC_SEQ_CST);
    waitq_wake_all(&pool.changed);
    WAITQ_WAIT_UNTIL(&pool.changed,
                     !__atomic_load_n(&pool.left, __ATOMIC_SEQ_CST),
                     DEADLINE_NEVER);
    return wrong;
}

void pool_start(void)
{
    for (long i = 0; i < THREADS; i++)
        pthread_create(&pool.threads[i], NULL, pool_worker, (void *)i);
}

void pool_end(void)
{
    run(0, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(pool.threads[i], NULL);
}

struct timespec from_now(clockid_t clock, long ms)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    ts.tv_nsec += ms % 1000 * 1000000;
    ts.tv_sec += ms / 1000 + ts.tv_nsec / 1000000000;
    ts.tv_nsec %= 1000000000;
    return ts;
}

void pause_for_ever(void)
{
    sleep(3600);
}
