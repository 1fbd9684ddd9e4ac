/* SPDX-License-Identifier: BSD-2-Clause */

#include "parts.h"

/* Semaphores, and C11's threads. */

#include <fcntl.h>
#include <threads.h>

static sem_t sem;
static int inside;

static void *pass(void *arg)
{
    for (int i = 0; i < 500; i++) {
        struct timespec soon = from_now(CLOCK_REALTIME, 100000);

        EXPECT(!(i % 2 ? sem_wait(&sem) : sem_timedwait(&sem, &soon)));
        EXPECT(__atomic_add_fetch(&inside, 1, __ATOMIC_SEQ_CST) <= 3);
        if (i % 16 == 0)
            sched_yield();
        __atomic_fetch_sub(&inside, 1, __ATOMIC_SEQ_CST);
        EXPECT(!sem_post(&sem));
    }
    return arg;
}

TEST(semaphore_lets_as_many_in_as_it_has)
{
    int value;

    CHECK_EQ(sem_init(&sem, 0, 3), 0);
    CHECK_EQ(run(THREADS, pass), 0);
    CHECK_EQ(sem_getvalue(&sem, &value), 0);
    CHECK_EQ(value, 3);
    CHECK_EQ(sem_destroy(&sem), 0);
}

#define CHECK_ERRNO(call, error) \
    do { \
        errno = 0; \
        CHECK_EQ(call, -1); \
        CHECK_EQ(errno, error); \
    } while (0)

/* covers: sem_destroy sem_getvalue sem_init sem_post sem_trywait */
TEST(semaphore_says_what_is_wrong)
{
    struct timespec soon = from_now(CLOCK_MONOTONIC, 20);
    int value;

    CHECK_ERRNO(sem_init(&sem, 0, SEM_VALUE_MAX + 1u), EINVAL);
    CHECK_EQ(sem_init(&sem, 0, SEM_VALUE_MAX), 0);
    CHECK_ERRNO(sem_post(&sem), EOVERFLOW);
    CHECK_EQ(sem_timedwait(&sem, &bad_time), 0);
    CHECK_EQ(sem_getvalue(&sem, &value), 0);
    CHECK_EQ(value, SEM_VALUE_MAX - 1);
    CHECK_EQ(sem_init(&sem, 0, 0), 0);
    CHECK_ERRNO(sem_trywait(&sem), EAGAIN);
    CHECK_ERRNO(sem_timedwait(&sem, &long_ago), ETIMEDOUT);
    CHECK_ERRNO(sem_timedwait(&sem, &bad_time), EINVAL);
    CHECK_ERRNO(sem_clockwait(&sem, 77, &soon), EINVAL);
    CHECK_ERRNO(sem_clockwait(&sem, CLOCK_MONOTONIC, &soon), ETIMEDOUT);
    CHECK_EQ(sem_destroy(&sem), 0);
}

static void *post_all(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        EXPECT(!sem_wait(arg));
        EXPECT(!sem_post(objects[i]));
    }
    return NULL;
}

/* Who was let through destroys it while sem_post is about to return. */
TEST(semaphore_may_be_destroyed_right_after_the_wait)
{
    pthread_t thread;

    wrong = 0;
    CHECK_EQ(sem_init(&sem, 0, 0), 0);
    for (int i = 0; i < ROUNDS; i++)
        objects[i] = calloc(1, sizeof(sem_t));
    CHECK_EQ(pthread_create(&thread, NULL, post_all, &sem), 0);
    for (int i = 0; i < ROUNDS; i++) {
        CHECK_EQ(sem_post(&sem), 0);
        CHECK_EQ(sem_wait(objects[i]), 0);
        CHECK_EQ(sem_destroy(objects[i]), 0);
        memset(objects[i], 0xff, sizeof(sem_t));
        free(objects[i]);
    }
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(wrong, 0);
}

/* covers: sem_close sem_open sem_unlink */
TEST(semaphore_names_are_known_to_all)
{
    sem_t *one, *two, *three;
    char name[300];
    int value;

    CHECK(sem_open("/a", 0) == SEM_FAILED && errno == ENOENT);
    CHECK(sem_open("a", O_CREAT, 0600, 1) == SEM_FAILED && errno == EINVAL);
    CHECK(sem_open("/", O_CREAT, 0600, 1) == SEM_FAILED && errno == EINVAL);
    CHECK(sem_open("/a", O_CREAT, 0600, SEM_VALUE_MAX + 1u) == SEM_FAILED &&
          errno == EINVAL);
    memset(name, 'n', sizeof(name));
    name[0] = '/';
    name[299] = '\0';
    CHECK(sem_open(name, O_CREAT, 0600, 1) == SEM_FAILED &&
          errno == ENAMETOOLONG);
    one = sem_open("/a", O_CREAT | O_EXCL, 0600, 2);
    CHECK(one != SEM_FAILED);
    CHECK(sem_open("/a", O_CREAT | O_EXCL, 0600, 2) == SEM_FAILED &&
          errno == EEXIST);
    two = sem_open("/a", O_CREAT, 0600, 7);
    CHECK(two == one);
    CHECK_EQ(sem_wait(two), 0);
    CHECK_EQ(sem_getvalue(one, &value), 0);
    CHECK_EQ(value, 1);
    CHECK_EQ(sem_unlink("/a"), 0);
    CHECK_ERRNO(sem_unlink("/a"), ENOENT);
    three = sem_open("/a", O_CREAT, 0600, 5);
    CHECK(three != SEM_FAILED && three != one);
    CHECK_EQ(sem_post(one), 0);
    CHECK_EQ(sem_close(one), 0);
    CHECK_EQ(sem_close(two), 0);
    CHECK_ERRNO(sem_close(one), EINVAL);
    CHECK_EQ(sem_close(three), 0);
    CHECK_EQ(sem_unlink("/a"), 0);
}

/* --- C11 --- */

static mtx_t mtx;
static cnd_t cnd;
static tss_t tss;
static once_flag flag = ONCE_FLAG_INIT;
static int c11_turn, c11_once;
static thread_local int c11_local = 3;

static void c11_init(void)
{
    c11_once++;
}

static int c11_play(void *arg)
{
    int me = *(int *)arg;

    call_once(&flag, c11_init);
    EXPECT(c11_local++ == 3);
    EXPECT(tss_get(tss) == NULL);
    EXPECT(tss_set(tss, arg) == thrd_success);
    for (int i = 0; i < 200; i++) {
        EXPECT(mtx_lock(&mtx) == thrd_success);
        while (c11_turn != me)
            EXPECT(cnd_wait(&cnd, &mtx) == thrd_success);
        c11_turn = !me;
        EXPECT(cnd_signal(&cnd) == thrd_success);
        EXPECT(mtx_unlock(&mtx) == thrd_success);
    }
    if (me)
        thrd_exit(-7);
    return 7;
}

static void c11_destroy(void *value)
{
    __atomic_fetch_add(&destroyed, *(int *)value + 1, __ATOMIC_SEQ_CST);
}

/* covers: thrd_create thrd_current thrd_equal thrd_join tss_create tss_set */
TEST(c11_threads_play)
{
    int numbers[2] = {0, 1}, result;
    thrd_t threads[2];

    wrong = destroyed = 0;
    CHECK_EQ(mtx_init(&mtx, mtx_plain | mtx_timed), thrd_success);
    CHECK_EQ(cnd_init(&cnd), thrd_success);
    CHECK_EQ(tss_create(&tss, c11_destroy), thrd_success);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(thrd_create(&threads[i], c11_play, &numbers[i]), thrd_success);
    CHECK(!thrd_equal(threads[0], threads[1]));
    CHECK(thrd_equal(thrd_current(), thrd_current()));
    CHECK_EQ(thrd_join(threads[0], &result), thrd_success);
    CHECK_EQ(result, 7);
    CHECK_EQ(thrd_join(threads[1], &result), thrd_success);
    CHECK_EQ(result, -7);
    CHECK_EQ(thrd_join(thrd_current(), &result), thrd_error);
    CHECK_EQ(wrong, 0);
    CHECK_EQ(c11_once, 1);
    CHECK_EQ(destroyed, 1 + 2);
    tss_delete(tss);
    CHECK_EQ(tss_set(tss, NULL), thrd_error);
    cnd_destroy(&cnd);
    mtx_destroy(&mtx);
}

static int c11_try(void *arg)
{
    struct timespec soon = from_now(CLOCK_REALTIME, 20);

    EXPECT(mtx_trylock(&mtx) == thrd_busy);
    EXPECT(mtx_timedlock(&mtx, &soon) == thrd_timedout);
    (void)arg;
    return 0;
}

/* covers: cnd_broadcast cnd_init cnd_timedwait mtx_init mtx_lock mtx_trylock
 * mtx_unlock thrd_create thrd_detach thrd_join thrd_sleep */
TEST(c11_says_what_is_wrong)
{
    struct timespec little = {.tv_nsec = 1000000}, soon;
    thrd_t thread;

    wrong = 0;
    CHECK_EQ(mtx_init(&mtx, 99), thrd_error);
    CHECK_EQ(mtx_init(&mtx, mtx_recursive), thrd_success);
    CHECK_EQ(mtx_unlock(&mtx), thrd_error);
    CHECK_EQ(mtx_lock(&mtx), thrd_success);
    CHECK_EQ(mtx_trylock(&mtx), thrd_success);
    CHECK_EQ(mtx_unlock(&mtx), thrd_success);
    CHECK_EQ(thrd_create(&thread, c11_try, NULL), thrd_success);
    CHECK_EQ(thrd_join(thread, NULL), thrd_success);
    CHECK_EQ(wrong, 0);
    CHECK_EQ(cnd_init(&cnd), thrd_success);
    soon = from_now(CLOCK_REALTIME, 20);
    CHECK_EQ(cnd_timedwait(&cnd, &mtx, &soon), thrd_timedout);
    CHECK_EQ(cnd_broadcast(&cnd), thrd_success);
    CHECK_EQ(mtx_unlock(&mtx), thrd_success);
    CHECK_EQ(thrd_sleep(&little, NULL), 0);
    CHECK(thrd_sleep(&bad_time, NULL) < -1);
    thrd_yield();
    pthread_barrier_init(&gate, NULL, 2);
    CHECK_EQ(thrd_create(&thread, (thrd_start_t)(void *)wait_at_gate, NULL),
             thrd_success);
    CHECK_EQ(thrd_detach(thread), thrd_success);
    CHECK_EQ(thrd_join(thread, NULL), thrd_error);
    pthread_barrier_wait(&gate);
    CHECK_EQ(pthread_barrier_destroy(&gate), 0);
}
