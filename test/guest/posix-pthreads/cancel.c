/* SPDX-License-Identifier: BSD-2-Clause */

#include "parts.h"

/* Cancellation, while a thread waits and before it does. */

#include <poll.h>

static sem_t started, never;
static int silent[2];
static char order[64];

static void note(void *text)
{
    strcat(order, text);
}

static void unlock_and_note(void *arg)
{
    /* It is ours, or this fails: the mutex checks. */
    EXPECT(pthread_mutex_unlock(arg) == 0);
    note("m");
}

static pthread_mutex_t checked_mutex;

static void *wait_on_cond(void *arg)
{
    pthread_mutex_lock(&checked_mutex);
    pthread_cleanup_push(unlock_and_note, &checked_mutex);
    sem_post(&started);
    for (;;)
        pthread_cond_wait(&cond, &checked_mutex);
    pthread_cleanup_pop(1);
    return arg;
}

static void *wait_in_sleep(void *arg)
{
    sem_post(&started);
    pause_for_ever();
    return arg;
}

static void *wait_for_sem(void *arg)
{
    sem_post(&started);
    while (!sem_wait(&never))
        ;
    return arg;
}

static void *wait_in_poll(void *arg)
{
    sem_post(&started);
    poll(NULL, 0, -1);
    return arg;
}

static pthread_t other;

static void *wait_for_other(void *arg)
{
    sem_post(&started);
    pthread_join(other, NULL);
    return arg;
}

static void *test_only(void *arg)
{
    sem_post(&started);
    for (;;)
        pthread_testcancel();
    return arg;
}

static void *print_only(void *arg)
{
    FILE *null = fopen("/dev/null", "w");

    sem_post(&started);
    for (;;)
        fprintf(null, "%d %s %f\n", 1, "text", 2.5), fflush(null);
    return arg;
}

/* In a stream that nobody writes to. */
static void *read_only(void *arg)
{
    FILE *in = arg ? NULL : fdopen(dup(silent[0]), "r");

    sem_post(&started);
    for (;;)
        fgetc(in);
    return arg;
}

static void *read_plainly(void *arg)
{
    char byte;

    sem_post(&started);
    while (read(silent[0], &byte, 1) < 0)
        ;
    return arg;
}

static void *run_all_handlers(void *fn)
{
    void *result;

    pthread_cleanup_push(note, "1");
    pthread_cleanup_push(note, "x");
    pthread_cleanup_pop(0);
    pthread_cleanup_push(note, "2");
    result = ((void *(*)(void *))fn)(NULL);
    pthread_cleanup_pop(1);
    pthread_cleanup_pop(1);
    return result;
}

/* Cancels a thread that runs fn, at once or when it waits already. */
static const char *cancelled(void *(*fn)(void *arg), int late)
{
    pthread_t thread;
    void *result;

    order[0] = '\0';
    if (pthread_create(&thread, NULL, run_all_handlers, (void *)fn))
        return "no thread";
    while (sem_wait(&started))
        ;
    if (late)
        usleep(2000);
    if (pthread_cancel(thread))
        return "not cancelled";
    if (pthread_join(thread, &result))
        return "not joined";
    return result == PTHREAD_CANCELED ? order : "ended by itself";
}

/* covers: pthread_cancel */
TEST(cancellation_ends_waits)
{
    checked_mutex = make(PTHREAD_MUTEX_ERRORCHECK, 0);
    CHECK_EQ(pipe(silent), 0);
    sem_init(&started, 0, 0);
    sem_init(&never, 0, 0);
    pthread_barrier_init(&gate, NULL, 2);
    CHECK_EQ(pthread_create(&other, NULL, wait_at_gate, NULL), 0);
    wrong = 0;
    for (int i = 0; i < 4; i++) {
        CHECK_STR(cancelled(wait_on_cond, i % 2), "m21");
        CHECK_STR(cancelled(wait_in_sleep, i % 2), "21");
        CHECK_STR(cancelled(wait_for_sem, i % 2), "21");
        CHECK_STR(cancelled(wait_in_poll, i % 2), "21");
        CHECK_STR(cancelled(wait_for_other, i % 2), "21");
        CHECK_STR(cancelled(test_only, i % 2), "21");
        CHECK_STR(cancelled(read_plainly, i % 2), "21");
    }
    CHECK_EQ(wrong, 0);
    pthread_barrier_wait(&gate);
    CHECK_EQ(pthread_join(other, NULL), 0); /* who was to join it could not */
    CHECK_EQ(pthread_barrier_destroy(&gate), 0);
    CHECK_EQ(pthread_mutex_trylock(&checked_mutex), 0);
    CHECK_EQ(pthread_mutex_unlock(&checked_mutex), 0);
    CHECK_EQ(sem_destroy(&never), 0); /* nobody waits for it */
}

/* The C library's locks are free afterwards. */
TEST(cancellation_leaves_streams_usable)
{
    FILE *stream_after;

    for (int i = 0; i < 4; i++) {
        CHECK_STR(cancelled(print_only, i % 2), "21");
        CHECK_STR(cancelled(read_only, i % 2), "21");
    }
    stream_after = fopen("/dev/null", "w");
    CHECK(stream_after);
    CHECK(fprintf(stream_after, "%f\n", 1.5) > 0);
    fclose(stream_after);
    fflush(NULL);
}

static void *disabled_for_a_while(void *arg)
{
    int old;

    EXPECT(!pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old));
    EXPECT(old == PTHREAD_CANCEL_ENABLE);
    sem_post(&started);
    pthread_barrier_wait(&gate);
    pthread_testcancel();
    usleep(1000);
    note("d");
    EXPECT(!pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old));
    EXPECT(old == PTHREAD_CANCEL_DISABLE);
    note("e");
    if (arg)
        pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    else
        usleep(1);
    note("!");
    return NULL;
}

/* covers: pthread_cancel pthread_setcancelstate pthread_setcanceltype
 * pthread_testcancel */
TEST(cancellation_can_be_put_off)
{
    pthread_t thread;
    void *result;
    int old;

    for (long i = 0; i < 2; i++) {
        order[0] = '\0';
        wrong = 0;
        pthread_barrier_init(&gate, NULL, 2);
        CHECK_EQ(pthread_create(&thread, NULL, disabled_for_a_while, (void *)i),
                 0);
        CHECK_EQ(sem_wait(&started), 0);
        CHECK_EQ(pthread_cancel(thread), 0);
        pthread_barrier_wait(&gate);
        CHECK_EQ(pthread_join(thread, &result), 0);
        CHECK(result == PTHREAD_CANCELED);
        CHECK_STR(order, "de");
        CHECK_EQ(wrong, 0);
        CHECK_EQ(pthread_barrier_destroy(&gate), 0);
    }
    CHECK_EQ(pthread_cancel(12345), ESRCH);
    CHECK_EQ(pthread_setcancelstate(7, &old), EINVAL);
    CHECK_EQ(pthread_setcanceltype(7, &old), EINVAL);
    CHECK_EQ(pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &old), 0);
    CHECK_EQ(old, PTHREAD_CANCEL_DEFERRED);
    CHECK_EQ(pthread_create(&thread, NULL, give_back, NULL), 0);
    while (pthread_tryjoin_np(thread, &result) == EBUSY)
        CHECK_EQ(pthread_cancel(thread), 0); /* ended or not */
}

static pthread_once_t cancelled_once = PTHREAD_ONCE_INIT;
static int inits;

static void slow_init(void)
{
    if (inits++ == 0) {
        sem_post(&started);
        pause_for_ever();
    }
}

static void *call_slow_init(void *arg)
{
    EXPECT(!pthread_once(&cancelled_once, slow_init));
    return arg;
}

/* covers: pthread_once */
TEST(once_begins_anew_when_it_was_cancelled)
{
    pthread_t first, second;
    void *result;

    wrong = 0;
    CHECK_EQ(pthread_create(&first, NULL, call_slow_init, NULL), 0);
    CHECK_EQ(sem_wait(&started), 0);
    CHECK_EQ(pthread_create(&second, NULL, call_slow_init, NULL), 0);
    usleep(2000);
    CHECK_EQ(pthread_cancel(first), 0);
    CHECK_EQ(pthread_join(first, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
    CHECK_EQ(pthread_join(second, &result), 0);
    CHECK(!result);
    CHECK_EQ(inits, 2);
    CHECK_EQ(wrong, 0);
}
