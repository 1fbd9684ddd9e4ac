/* SPDX-License-Identifier: BSD-2-Clause */

#include "parts.h"

/* Condition variables; streams shared by threads. */

pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static int turn, tokens;

static void *play(void *arg)
{
    int me = (int)(long)arg;

    for (int i = 0; i < 200; i++) {
        EXPECT(!pthread_mutex_lock(&mutex));
        while (turn != me)
            EXPECT(!pthread_cond_wait(&cond, &mutex));
        turn = (me + 1) % 3;
        EXPECT(!pthread_cond_broadcast(&cond));
        EXPECT(!pthread_mutex_unlock(&mutex));
    }
    return NULL;
}

static void *take_tokens(void *arg)
{
    for (int i = 0; i < 200; i++) {
        EXPECT(!pthread_mutex_lock(&mutex));
        while (!tokens)
            EXPECT(!pthread_cond_wait(&cond, &mutex));
        tokens--;
        EXPECT(!pthread_mutex_unlock(&mutex));
    }
    return arg;
}

/* Half of the signals without the mutex. */
static void *use_tokens(void *arg)
{
    if ((long)arg % 2)
        return take_tokens(arg);
    for (int i = 0; i < 200; i++) {
        EXPECT(!pthread_mutex_lock(&mutex));
        tokens++;
        if (i % 2)
            EXPECT(!pthread_cond_signal(&cond));
        EXPECT(!pthread_mutex_unlock(&mutex));
        if (i % 2 == 0)
            EXPECT(!pthread_cond_signal(&cond));
    }
    return NULL;
}

/* covers: pthread_cond_signal pthread_cond_wait */
TEST(cond_loses_no_signal)
{
    turn = 0;
    CHECK_EQ(run(3, play), 0);
    tokens = 0;
    CHECK_EQ(run(THREADS, use_tokens), 0);
    CHECK_EQ(tokens, 0);
}

/* covers: pthread_cond_clockwait pthread_cond_destroy pthread_cond_init
 * pthread_cond_timedwait pthread_cond_wait pthread_condattr_destroy
 * pthread_condattr_getclock pthread_condattr_init pthread_condattr_setclock */
TEST(cond_deadlines_and_errors)
{
    pthread_mutex_t checked = make(PTHREAD_MUTEX_ERRORCHECK, 0);
    pthread_condattr_t attr;
    pthread_cond_t monotonic;
    struct timespec soon;
    clockid_t clock;

    CHECK_EQ(pthread_condattr_init(&attr), 0);
    CHECK_EQ(pthread_condattr_getclock(&attr, &clock), 0);
    CHECK_EQ(clock, CLOCK_REALTIME);
    CHECK_EQ(pthread_condattr_setclock(&attr, 77), EINVAL);
    CHECK_EQ(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC), 0);
    CHECK_EQ(pthread_cond_init(&monotonic, &attr), 0);
    CHECK_EQ(pthread_condattr_destroy(&attr), 0);
    CHECK_EQ(pthread_cond_wait(&monotonic, &checked), EPERM);
    CHECK_EQ(pthread_mutex_lock(&checked), 0);
    soon = from_now(CLOCK_MONOTONIC, 20);
    CHECK_EQ(pthread_cond_timedwait(&monotonic, &checked, &soon), ETIMEDOUT);
    CHECK_EQ(pthread_mutex_lock(&checked), EDEADLK); /* it is ours again */
    CHECK_EQ(pthread_cond_timedwait(&monotonic, &checked, &bad_time), EINVAL);
    CHECK_EQ(pthread_cond_clockwait(&monotonic, &checked, 77, &soon), EINVAL);
    CHECK_EQ(
        pthread_cond_clockwait(&monotonic, &checked, CLOCK_REALTIME, &long_ago),
        ETIMEDOUT);
    soon = from_now(CLOCK_REALTIME, 20);
    CHECK_EQ(pthread_cond_timedwait(&cond, &checked, &soon), ETIMEDOUT);
    CHECK_EQ(pthread_mutex_unlock(&checked), 0);
    CHECK_EQ(pthread_cond_destroy(&monotonic), 0);
}

/* --- destroyed right after the broadcast --- */

struct event {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    int waiting, set;
};

static void wait_for_event(struct event *event)
{
    EXPECT(!pthread_mutex_lock(&event->mutex));
    event->waiting++;
    while (!event->set)
        EXPECT(!pthread_cond_wait(&event->cond, &event->mutex));
    event->waiting--;
    EXPECT(!pthread_mutex_unlock(&event->mutex));
}

/* As soon as all wait. */
static void set_event(struct event *event)
{
    for (int waiting = 0; waiting < 3; sched_yield()) {
        EXPECT(!pthread_mutex_lock(&event->mutex));
        waiting = event->waiting;
        if (waiting == 3) {
            event->set = 1;
            EXPECT(!pthread_cond_broadcast(&event->cond));
            EXPECT(!pthread_cond_destroy(&event->cond));
            memset(&event->cond, 0xff, sizeof(event->cond));
        }
        EXPECT(!pthread_mutex_unlock(&event->mutex));
    }
}

static void *go_through_events(void *arg)
{
    for (int i = 0; i < ROUNDS; i++)
        if (arg)
            wait_for_event(objects[i]);
        else
            set_event(objects[i]);
    return arg;
}

/* covers: pthread_cond_broadcast */
TEST(cond_may_be_destroyed_right_after_broadcast)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct event *event = calloc(1, sizeof(*event));

        if (i % 2)
            event->mutex = make(PTHREAD_MUTEX_RECURSIVE, 0);
        objects[i] = event;
    }
    CHECK_EQ(run(4, go_through_events), 0);
    for (int i = 0; i < ROUNDS; i++)
        free(objects[i]);
}

static void *signal_soon(void *arg)
{
    struct event *event = arg;

    EXPECT(!pthread_mutex_lock(&event->mutex));
    event->set = 1;
    EXPECT(!pthread_cond_signal(&event->cond));
    EXPECT(!pthread_mutex_unlock(&event->mutex));
    return NULL;
}

TEST(cond_gives_a_recursive_mutex_back_altogether)
{
    struct event event = {.mutex = make(PTHREAD_MUTEX_RECURSIVE, 0)};
    pthread_t thread;

    CHECK_EQ(pthread_mutex_lock(&event.mutex), 0);
    CHECK_EQ(pthread_mutex_lock(&event.mutex), 0);
    CHECK_EQ(pthread_create(&thread, NULL, signal_soon, &event), 0);
    while (!event.set)
        CHECK_EQ(pthread_cond_wait(&event.cond, &event.mutex), 0);
    CHECK_EQ(pthread_mutex_unlock(&event.mutex), 0);
    CHECK_EQ(pthread_mutex_unlock(&event.mutex), 0);
    CHECK_EQ(pthread_mutex_unlock(&event.mutex), EPERM);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

/* --- streams --- */

static FILE *stream;

static void *write_lines(void *arg)
{
    for (int i = 0; i < 100; i++) {
        flockfile(stream);
        for (int n = 0; n < 20; n++) {
            putc_unlocked('a' + (int)(long)arg, stream);
            if (n == 10 && i % 8 == 0)
                sched_yield();
        }
        fputs("\n", stream); /* takes the lock once more */
        funlockfile(stream);
        fprintf(stream, "%d\n", (int)(long)arg);
    }
    return NULL;
}

static void *try_stream(void *arg)
{
    EXPECT(ftrylockfile(stream) != 0);
    return arg;
}

/* covers: flockfile ftrylockfile funlockfile */
TEST(stream_locks_keep_lines_whole)
{
    char line[64];
    int lines = 0;

    stream = fopen("/stream", "w+");
    CHECK(stream);
    flockfile(stream);
    CHECK_EQ(ftrylockfile(stream), 0);
    CHECK_EQ(run(1, try_stream), 0);
    funlockfile(stream);
    funlockfile(stream);
    CHECK_EQ(run(4, write_lines), 0);
    rewind(stream);
    for (; fgets(line, sizeof(line), stream); lines++) {
        size_t length = strlen(line);

        CHECK(length == 2 || length == 21);
        for (size_t i = 0; i < length - 1; i++)
            CHECK_EQ(line[i], line[0]);
    }
    CHECK_EQ(lines, 800);
    fclose(stream);
}
