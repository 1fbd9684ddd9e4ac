/* SPDX-License-Identifier: BSD-2-Clause */
/* Handlers of threads that wait for a lock; many threads that signal each
 * other; SIGPIPE and SIGABRT. */

#include "shared.h"
#include <fcntl.h>
#include <semaphore.h>
#include <sys/socket.h>

/* --- waits that go on after a handler --- */

static pthread_mutex_t mutex, checked;
static pthread_rwlock_t rwlock;
static pthread_barrier_t barrier;
static pthread_once_t once;
static sem_t sem;
static volatile int waiting, got;

static void hold_once(void)
{
    waiting = 2;
    while (seen[SIGUSR2] == 0)
        usleep(1000);
}

static int take_mutex(void)
{
    return pthread_mutex_lock(&mutex);
}

static int take_mutex_until(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    ts.tv_sec += 1000;
    return pthread_mutex_timedlock(&checked, &ts);
}

static int take_to_read(void)
{
    return pthread_rwlock_rdlock(&rwlock);
}

static int take_to_write(void)
{
    return pthread_rwlock_wrlock(&rwlock);
}

static int arrive(void)
{
    return pthread_barrier_wait(&barrier);
}

static int run_once(void)
{
    return pthread_once(&once, hold_once);
}

static int take_sem(void)
{
    return sem_wait(&sem);
}

/* Main holds it before, and gives it by free. */
static const struct wait {
    const char *name;
    int (*take)(void);
    int (*give)(void);
    void *lock;
} lock_waits[] = {
    {"mutex", take_mutex, NULL, &mutex},
    {"timed mutex", take_mutex_until, NULL, &checked},
    {"rwlock, reading", take_to_read, NULL, &rwlock},
    {"rwlock, writing", take_to_write, NULL, &rwlock},
    {"barrier", arrive, arrive, NULL},
    {"semaphore", take_sem, NULL, &sem},
};

static void hold(const struct wait *w)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&mutex, NULL);
    pthread_mutex_init(&checked, &attr);
    pthread_rwlock_init(&rwlock, NULL);
    pthread_barrier_init(&barrier, NULL, 2);
    sem_init(&sem, 0, 0);
    if (w->take == take_to_write)
        pthread_rwlock_rdlock(&rwlock);
    else if (w->take == take_to_read)
        pthread_rwlock_wrlock(&rwlock);
    pthread_mutex_lock(&mutex);
    pthread_mutex_lock(&checked);
}

static void give(const struct wait *w)
{
    if (w->give)
        w->give();
    else if (w->lock == &rwlock)
        pthread_rwlock_unlock(&rwlock);
    else if (w->lock == &sem)
        sem_post(&sem);
    else
        pthread_mutex_unlock(w->lock);
}

static void *wait_for_lock(void *arg)
{
    const struct wait *w = arg;
    int err;

    waiting = 1;
    err = w->take();
    got = 1;
    return (void *)(intptr_t)(err > 0 ? err : 0);
}

/* Until SIGUSR1 has been seen that often; not for ever, if a wait lets no
 * handler run. */
static int await_seen(int times)
{
    for (int i = 0; i < 3000 && seen[SIGUSR1] < times; i++)
        usleep(1000);
    return seen[SIGUSR1] == times;
}

static const char *try_wait(const struct wait *w)
{
    const char *wrong = NULL;
    pthread_t thread;
    void *err = NULL;

    begin(SIGUSR1, note, SA_RESTART);
    waiting = got = 0;
    hold(w);
    if (pthread_create(&thread, NULL, wait_for_lock, (void *)w))
        return "no thread";
    while (!waiting)
        usleep(1000);
    for (int i = 1; i <= 3 && !wrong; i++) {
        usleep(5000); /* to be in its wait by then, most likely */
        pthread_kill(thread, SIGUSR1);
        if (!await_seen(i))
            wrong = "no handler ran";
        if (got)
            wrong = "it was let in";
    }
    give(w);
    pthread_join(thread, &err);
    return wrong ? wrong : err ? "it gave an error" : NULL;
}

/* covers: pthread_kill pthread_mutex_lock pthread_mutex_timedlock
 * pthread_rwlock_rdlock pthread_rwlock_wrlock pthread_barrier_wait sem_wait */
TEST(handlers_run_while_a_thread_waits_for_a_lock)
{
    for (size_t i = 0; i < sizeof(lock_waits) / sizeof(lock_waits[0]); i++) {
        const char *wrong = try_wait(&lock_waits[i]);

        if (wrong) {
            snprintf(test_message, sizeof(test_message), "%s: %s",
                     lock_waits[i].name, wrong);
            return;
        }
    }
}

static void *once_twice(void *arg)
{
    (void)arg;
    return (void *)(intptr_t)run_once();
}

TEST(handlers_run_while_a_thread_waits_for_once)
{
    pthread_t first, second;

    begin(SIGUSR1, note, SA_RESTART);
    once = (pthread_once_t)PTHREAD_ONCE_INIT;
    waiting = 0;
    CHECK_EQ(pthread_create(&first, NULL, once_twice, NULL), 0);
    while (waiting != 2)
        usleep(1000);
    CHECK_EQ(pthread_create(&second, NULL, once_twice, NULL), 0);
    usleep(5000);
    pthread_kill(second, SIGUSR1);
    CHECK(await_seen(1));
    seen[SIGUSR2] = 1; /* lets the first end */
    CHECK_EQ(pthread_join(first, NULL), 0);
    CHECK_EQ(pthread_join(second, NULL), 0);
}

static void *wait_for_sem(void *arg)
{
    (void)arg;
    waiting = 1;
    return (void *)(intptr_t)(sem_wait(&sem) ? errno : 0);
}

/* covers: sem_timedwait */
TEST(sem_wait_ends_with_eintr_unless_it_restarts)
{
    struct timespec ts;
    pthread_t thread;
    void *err;

    begin(SIGUSR1, note, 0);
    sem_init(&sem, 0, 0);
    waiting = 0;
    CHECK_EQ(pthread_create(&thread, NULL, wait_for_sem, NULL), 0);
    while (!waiting)
        usleep(1000);
    do { /* the first may come before it waits */
        pthread_kill(thread, SIGUSR1);
        usleep(2000);
    } while (pthread_tryjoin_np(thread, &err));
    CHECK_EQ((intptr_t)err, EINTR);
    CHECK_EQ(sem_destroy(&sem), 0);
    begin(SIGUSR1, note, SA_RESTART);
    sem_init(&sem, 0, 0);
    clock_gettime(CLOCK_REALTIME, &ts);
    ts.tv_sec += 1000;
    soon(SIGUSR1);
    FAILS(sem_timedwait(&sem, &ts), EINTR);
    CHECK_EQ(seen[SIGUSR1], 1);
    ts.tv_nsec = -1;
    FAILS(sem_timedwait(&sem, &ts), EINVAL);
    ts.tv_nsec = 0;
    ts.tv_sec = 1;
    FAILS(sem_timedwait(&sem, &ts), ETIMEDOUT);
}

static void leave_wait(int sig)
{
    seen[sig]++;
    siglongjmp(jump, 1);
}

static void *leave_writing(void *arg)
{
    (void)arg;
    waiting = 1;
    if (!sigsetjmp(jump, 1))
        pthread_rwlock_wrlock(&rwlock);
    return NULL;
}

/* A writer that leaves its wait for good keeps nobody out. */
TEST(siglongjmp_out_of_a_rwlock_leaves_nothing_behind)
{
    pthread_t thread;

    begin(SIGUSR1, leave_wait, 0);
    pthread_rwlock_init(&rwlock, NULL);
    CHECK_EQ(pthread_rwlock_wrlock(&rwlock), 0);
    waiting = 0;
    CHECK_EQ(pthread_create(&thread, NULL, leave_writing, NULL), 0);
    while (!waiting)
        usleep(1000);
    usleep(5000);
    pthread_kill(thread, SIGUSR1);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
    CHECK_EQ(pthread_rwlock_tryrdlock(&rwlock), 0);
    CHECK_EQ(pthread_rwlock_unlock(&rwlock), 0);
    CHECK_EQ(pthread_rwlock_destroy(&rwlock), 0);
}

static void *lock_then_look(void *arg)
{
    (void)arg;
    waiting = 1;
    pthread_mutex_lock(&mutex);
    got = 1;
    pthread_mutex_unlock(&mutex);
    pthread_testcancel();
    got = 2;
    return NULL;
}

TEST(mutex_is_no_cancellation_point)
{
    pthread_t thread;
    void *result;

    begin(0, NULL, 0);
    pthread_mutex_init(&mutex, NULL);
    pthread_mutex_lock(&mutex);
    waiting = got = 0;
    CHECK_EQ(pthread_create(&thread, NULL, lock_then_look, NULL), 0);
    while (!waiting)
        usleep(1000);
    usleep(5000);
    CHECK_EQ(pthread_cancel(thread), 0);
    pthread_mutex_unlock(&mutex);
    CHECK_EQ(pthread_join(thread, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
    CHECK_EQ(got, 1);
}

static void *lock_asynchronously(void *arg)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    waiting = 1;
    pthread_mutex_lock(&mutex);
    return arg;
}

TEST(asynchronous_cancellation_ends_the_wait_for_a_mutex)
{
    pthread_t thread;
    void *result;

    begin(0, NULL, 0);
    pthread_mutex_init(&mutex, NULL);
    pthread_mutex_lock(&mutex);
    waiting = 0;
    CHECK_EQ(pthread_create(&thread, NULL, lock_asynchronously, NULL), 0);
    while (!waiting)
        usleep(1000);
    usleep(5000);
    CHECK_EQ(pthread_cancel(thread), 0);
    CHECK_EQ(pthread_join(thread, &result), 0);
    CHECK(result == PTHREAD_CANCELED);
    CHECK_EQ(pthread_mutex_unlock(&mutex), 0);
    CHECK_EQ(pthread_mutex_destroy(&mutex), 0);
}

static pthread_spinlock_t spinlock;

static void *spin_for_lock(void *arg)
{
    (void)arg;
    waiting = 1;
    pthread_spin_lock(&spinlock);
    pthread_spin_unlock(&spinlock);
    return NULL;
}

TEST(handlers_run_while_a_thread_spins)
{
    pthread_t thread;

    begin(SIGUSR1, note, SA_RESTART);
    pthread_spin_init(&spinlock, 0);
    pthread_spin_lock(&spinlock);
    waiting = 0;
    CHECK_EQ(pthread_create(&thread, NULL, spin_for_lock, NULL), 0);
    while (!waiting)
        usleep(1000);
    usleep(10000);
    pthread_kill(thread, SIGUSR1);
    CHECK(await_seen(1));
    CHECK_EQ(pthread_spin_unlock(&spinlock), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

/* --- many --- */

#define STORM_THREADS 4
#define STORM_SIGNALS 150

static pthread_t stormers[STORM_THREADS];
static pthread_barrier_t storm_begins, storm_ends;
static volatile long taken;

static void take_one(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    __atomic_add_fetch(&taken, info->si_value.sival_int, __ATOMIC_SEQ_CST);
}

static void *storm(void *arg)
{
    unsigned who = (unsigned)(uintptr_t)arg;
    uintptr_t failed = 0;

    pthread_barrier_wait(&storm_begins);
    for (unsigned i = 0; i < STORM_SIGNALS; i++) {
        void *volatile block = malloc(i * 16);

        failed += pthread_sigqueue(stormers[(who + i) % STORM_THREADS],
                                   SIGRTMIN,
                                   (union sigval){.sival_int = 1}) != 0;
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
        free(block);
    }
    pthread_barrier_wait(&storm_ends);
    return (void *)failed;
}

/* covers: pthread_sigqueue */
TEST(each_of_many_queued_signals_comes_once)
{
    struct sigaction act = {.sa_flags = SA_SIGINFO | SA_RESTART};
    void *failed;

    begin(0, NULL, 0);
    act.sa_sigaction = take_one;
    sigaction(SIGRTMIN, &act, NULL);
    pthread_mutex_init(&mutex, NULL);
    pthread_barrier_init(&storm_begins, NULL, STORM_THREADS + 1);
    pthread_barrier_init(&storm_ends, NULL, STORM_THREADS + 1);
    taken = 0;
    for (uintptr_t i = 0; i < STORM_THREADS; i++)
        CHECK_EQ(pthread_create(&stormers[i], NULL, storm, (void *)i), 0);
    pthread_barrier_wait(&storm_begins);
    while (taken < STORM_THREADS * STORM_SIGNALS)
        usleep(1000);
    pthread_barrier_wait(&storm_ends);
    for (int i = 0; i < STORM_THREADS; i++) {
        CHECK_EQ(pthread_join(stormers[i], &failed), 0);
        CHECK_EQ((uintptr_t)failed, 0);
    }
    CHECK_EQ(taken, STORM_THREADS * STORM_SIGNALS);
    CHECK_EQ(pthread_sigqueue((pthread_t)&failed, SIGRTMIN,
                              (union sigval){.sival_int = 1}),
             ESRCH);
    CHECK_EQ(pthread_sigqueue(pthread_self(), -1, (union sigval){0}), EINVAL);
}

/* --- SIGPIPE --- */

static void try_broken(int fds[2], int socket)
{
    sigset_t pending;

    close(fds[0]);
    begin(SIGPIPE, note, SA_RESTART);
    FAILS(write(fds[1], "x", 1), EPIPE);
    CHECK_EQ(seen[SIGPIPE], 1);
    if (socket) {
        FAILS(send(fds[1], "x", 1, MSG_NOSIGNAL), EPIPE);
        CHECK_EQ(seen[SIGPIPE], 1);
        FAILS(send(fds[1], "x", 1, 0), EPIPE);
        CHECK_EQ(seen[SIGPIPE], 2);
    }
    sigprocmask(SIG_BLOCK, &(sigset_t){set_of(SIGPIPE)}, NULL);
    FAILS(write(fds[1], "x", 1), EPIPE);
    sigpending(&pending);
    CHECK(sigismember(&pending, SIGPIPE));
    signal(SIGPIPE, SIG_IGN);
    begin(0, NULL, 0);
    FAILS(write(fds[1], "x", 1), EPIPE);
    CHECK_EQ(seen[SIGPIPE], 0);
    signal(SIGPIPE, SIG_DFL);
    close(fds[1]);
}

TEST(broken_pipes_and_sockets_send_sigpipe)
{
    int fds[2];

    CHECK_EQ(pipe(fds), 0);
    try_broken(fds, 0);
    if (test_message[0])
        return;
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    try_broken(fds, 1);
}

/* --- SIGABRT --- */

static void leave_abort(int sig)
{
    seen[sig]++;
    siglongjmp(jump, 1);
}

TEST(abort_ends_with_a_handler_that_leaves)
{
    sigset_t set = set_of(SIGABRT);

    begin(SIGABRT, leave_abort, 0);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (!sigsetjmp(jump, 1))
        abort();
    CHECK_EQ(seen[SIGABRT], 1);
    begin(0, NULL, 0);
    signal(SIGABRT, SIG_DFL);
}
