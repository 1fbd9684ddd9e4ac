/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers that send signals or start threads: alarm, setitimer, timer_create and
 * their kin. On one vCPU and on four.
 */
/* cmdline: -- one */
/*   xl: vcpus=1 */
/* cmdline: -- four */
/*   xl: vcpus=4 */
/* cc: --checks */

#define _GNU_SOURCE
#include "guest_threads.h"

#include "guest_test.h"
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#define MS 1000000l

static volatile int seen[NSIG];

static void note(int sig)
{
    seen[sig]++;
}

static sigset_t set_of(int sig)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, sig);
    return set;
}

/* sig has a handler and is blocked; nothing seen yet. */
static void begin(int sig)
{
    struct sigaction act = {.sa_flags = 0};
    sigset_t set = set_of(sig);

    act.sa_handler = note;
    sigaction(sig, &act, NULL);
    sigprocmask(SIG_SETMASK, &set, NULL);
    seen[sig] = 0;
}

/* Until sig has been seen that often. */
static void await(int sig, int times)
{
    sigset_t none;

    sigemptyset(&none);
    while (seen[sig] < times)
        sigsuspend(&none);
}

static struct itimerspec spec(long value_ns, long interval_ns)
{
    return (struct itimerspec){
        {interval_ns / 1000000000, interval_ns % 1000000000},
        {value_ns / 1000000000, value_ns % 1000000000}};
}

static struct itimerval micros(long value, long interval)
{
    return (struct itimerval){{interval / 1000000, interval % 1000000},
                              {value / 1000000, value % 1000000}};
}

/* --- of the process --- */

/* covers: alarm */
TEST(alarm_comes_once_and_says_what_was_left)
{
    begin(SIGALRM);
    CHECK_EQ(alarm(0), 0);
    CHECK_EQ(alarm(1000), 0);
    CHECK_EQ(alarm(UINT_MAX), 1000);
    CHECK_EQ(alarm(1), UINT_MAX);
    await(SIGALRM, 1);
    CHECK_EQ(seen[SIGALRM], 1);
    CHECK_EQ(alarm(0), 0);
}

/* covers: ualarm */
TEST(ualarm_repeats_until_it_is_stopped)
{
    begin(SIGALRM);
    CHECK_EQ(ualarm(2000, 3000), 0);
    await(SIGALRM, 3);
    CHECK(ualarm(900000, 0) <= 3000);
    CHECK_EQ(alarm(0), 1);
}

TEST(alarm_ends_a_call_that_waits)
{
    int fds[2];
    char byte;

    begin(SIGALRM);
    sigprocmask(SIG_UNBLOCK, &(sigset_t){set_of(SIGALRM)}, NULL);
    CHECK_EQ(pipe(fds), 0);
    /* Again and again: the first may come before the wait. */
    ualarm(10000, 10000);
    FAILS(read(fds[0], &byte, 1), EINTR);
    ualarm(0, 0);
    CHECK(seen[SIGALRM] > 0);
    close(fds[0]);
    close(fds[1]);
}

static void try_itimer(int which, int sig)
{
    struct itimerval value = micros(1000, 2000), old;

    begin(sig);
    CHECK_EQ(setitimer(which, &value, NULL), 0);
    await(sig, 3);
    CHECK_EQ(getitimer(which, &old), 0);
    CHECK_EQ(old.it_interval.tv_sec, 0);
    CHECK_EQ(old.it_interval.tv_usec, 2000);
    CHECK(old.it_value.tv_sec == 0 && old.it_value.tv_usec > 0 &&
          old.it_value.tv_usec <= 2000);
    value = micros(7000000, 0);
    CHECK_EQ(setitimer(which, &value, &old), 0);
    CHECK_EQ(old.it_interval.tv_usec, 2000);
    value = micros(0, 0);
    CHECK_EQ(setitimer(which, &value, &old), 0);
    CHECK(old.it_value.tv_sec == 6 ||
          (old.it_value.tv_sec == 7 && !old.it_value.tv_usec));
    CHECK_EQ(old.it_interval.tv_usec, 0);
    CHECK_EQ(getitimer(which, &old), 0);
    CHECK(!old.it_value.tv_sec && !old.it_value.tv_usec);
}

/* covers: setitimer getitimer */
TEST(each_itimer_sends_its_signal)
{
    try_itimer(ITIMER_REAL, SIGALRM);
    if (test_message[0])
        return;
    try_itimer(ITIMER_VIRTUAL, SIGVTALRM);
    if (test_message[0])
        return;
    try_itimer(ITIMER_PROF, SIGPROF);
}

TEST(itimers_check_their_arguments)
{
    struct itimerval value = micros(0, 0);

    FAILS(getitimer(-1, &value), EINVAL);
    FAILS(getitimer(3, &value), EINVAL);
    FAILS(setitimer(3, &value, NULL), EINVAL);
    value.it_value.tv_usec = 1000000;
    FAILS(setitimer(ITIMER_REAL, &value, NULL), EINVAL);
    value.it_value.tv_usec = -1;
    FAILS(setitimer(ITIMER_REAL, &value, NULL), EINVAL);
    value = micros(0, 0);
    value.it_interval.tv_sec = -1;
    FAILS(setitimer(ITIMER_REAL, &value, NULL), EINVAL);
}

/* --- timer_create --- */

static timer_t create(clockid_t clock, int sig, int value)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = sig,
                             .sigev_value.sival_int = value};
    timer_t id = 0;

    timer_create(clock, &event, &id);
    return id;
}

/* covers: timer_create timer_settime timer_gettime timer_delete */
TEST(timer_sends_its_signal_with_its_value)
{
    sigset_t set = set_of(SIGRTMIN);
    struct itimerspec value = spec(2 * MS, 0), now;
    siginfo_t info = {0};
    timer_t id;

    begin(SIGRTMIN);
    id = create(CLOCK_MONOTONIC, SIGRTMIN, 4711);
    CHECK(id);
    CHECK_EQ(timer_gettime(id, &now), 0);
    CHECK(!now.it_value.tv_sec && !now.it_value.tv_nsec);
    CHECK_EQ(timer_settime(id, 0, &value, NULL), 0);
    CHECK_EQ(sigwaitinfo(&set, &info), SIGRTMIN);
    CHECK_EQ(info.si_code, SI_TIMER);
    CHECK_EQ(info.si_value.sival_int, 4711);
    CHECK_EQ(info.si_overrun, 0);
    CHECK_EQ(timer_gettime(id, &now), 0);
    CHECK(!now.it_value.tv_sec && !now.it_value.tv_nsec);
    value = spec(100000 * MS, 5 * MS);
    CHECK_EQ(timer_settime(id, 0, &value, &now), 0);
    value = spec(0, 5 * MS);
    CHECK_EQ(timer_settime(id, 0, &value, &now), 0);
    CHECK(now.it_value.tv_sec == 99);
    CHECK_EQ(now.it_interval.tv_nsec, 5 * MS);
    CHECK_EQ(timer_delete(id), 0);
}

TEST(timer_without_event_sends_sigalrm_with_its_number)
{
    sigset_t set = set_of(SIGALRM);
    struct itimerspec value = spec(1, 0);
    siginfo_t info = {0};
    timer_t id;

    begin(SIGALRM);
    CHECK_EQ(timer_create(CLOCK_REALTIME, NULL, &id), 0);
    CHECK_EQ(timer_settime(id, 0, &value, NULL), 0);
    CHECK_EQ(sigwaitinfo(&set, &info), SIGALRM);
    CHECK_EQ(info.si_value.sival_int, (int)id);
    CHECK_EQ(info.si_timerid, (int)id);
    CHECK_EQ(timer_delete(id), 0);
}

static void sleep_ns(long ns)
{
    struct timespec ts = {0, ns};

    nanosleep(&ts, NULL);
}

/* covers: timer_getoverrun */
TEST(expirations_while_the_signal_waits_are_overruns)
{
    sigset_t set = set_of(SIGRTMIN + 1);
    struct itimerspec value = spec(MS, MS);
    struct timespec none = {0, 0};
    siginfo_t info = {0};
    timer_t id;
    int sum;

    begin(SIGRTMIN + 1);
    id = create(CLOCK_MONOTONIC, SIGRTMIN + 1, 0);
    CHECK_EQ(timer_settime(id, 0, &value, NULL), 0);
    sleep_ns(30 * MS);
    CHECK_EQ(sigwaitinfo(&set, &info), SIGRTMIN + 1);
    sum = info.si_overrun;
    CHECK(sum >= 20);
    CHECK_EQ(timer_getoverrun(id), sum);
    value = spec(0, 0);
    CHECK_EQ(timer_settime(id, 0, &value, NULL), 0);
    while (sigtimedwait(&set, &info, &none) > 0)
        sum += info.si_overrun;
    FAILS(sigtimedwait(&set, &info, &none), EAGAIN);
    CHECK_EQ(timer_delete(id), 0);
}

TEST(absolute_time_that_is_past_expires_at_once)
{
    static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC,
                                       CLOCK_BOOTTIME,
                                       CLOCK_PROCESS_CPUTIME_ID};
    struct itimerspec value;
    sigset_t set = set_of(SIGUSR1);
    siginfo_t info;
    timer_t id;

    begin(SIGUSR1);
    for (unsigned i = 0; i < 4; i++) {
        id = create(clocks[i], SIGUSR1, 0);
        CHECK(id);
        value = spec(1, 0);
        CHECK_EQ(timer_settime(id, TIMER_ABSTIME, &value, NULL), 0);
        CHECK_EQ(sigwaitinfo(&set, &info), SIGUSR1);
        value = spec(0, 0);
        CHECK_EQ(clock_gettime(clocks[i], &value.it_value), 0);
        value.it_value.tv_sec += 50;
        CHECK_EQ(timer_settime(id, TIMER_ABSTIME, &value, NULL), 0);
        CHECK_EQ(timer_gettime(id, &value), 0);
        CHECK(value.it_value.tv_sec == 49);
        CHECK_EQ(timer_delete(id), 0);
    }
}

TEST(timer_that_tells_nobody_runs_out)
{
    struct sigevent event = {.sigev_notify = SIGEV_NONE};
    struct itimerspec value = spec(3 * MS, 0);
    timer_t id;

    CHECK_EQ(timer_create(CLOCK_MONOTONIC, &event, &id), 0);
    CHECK_EQ(timer_settime(id, 0, &value, NULL), 0);
    do
        CHECK_EQ(timer_gettime(id, &value), 0);
    while (value.it_value.tv_nsec);
    CHECK_EQ(timer_getoverrun(id), 0);
    CHECK_EQ(timer_delete(id), 0);
}

TEST(deleted_timer_leaves_no_signal)
{
    struct itimerspec value = spec(1, MS);
    sigset_t pending;
    timer_t id, other;

    begin(SIGUSR2);
    id = create(CLOCK_MONOTONIC, SIGUSR2, 0);
    other = create(CLOCK_MONOTONIC, SIGUSR2, 0);
    CHECK_EQ(timer_settime(id, 0, &value, NULL), 0);
    CHECK_EQ(timer_settime(other, 0, &value, NULL), 0);
    do
        sigpending(&pending);
    while (!sigismember(&pending, SIGUSR2));
    sleep_ns(5 * MS); /* both, most likely */
    CHECK_EQ(timer_delete(other), 0);
    CHECK_EQ(timer_delete(id), 0);
    sigpending(&pending);
    CHECK(!sigismember(&pending, SIGUSR2));
    CHECK_EQ(seen[SIGUSR2], 0);
}

TEST(timers_check_their_arguments)
{
    struct itimerspec value = spec(0, 0);
    struct sigevent event = {.sigev_notify = 77};
    timer_t id = create(CLOCK_MONOTONIC, SIGUSR1, 0), other;

    FAILS(timer_create(CLOCK_MONOTONIC, &event, &other), EINVAL);
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = NSIG;
    FAILS(timer_create(CLOCK_MONOTONIC, &event, &other), EINVAL);
    event.sigev_notify = SIGEV_THREAD;
    FAILS(timer_create(CLOCK_MONOTONIC, &event, &other), EINVAL);
    FAILS(timer_create(1234, NULL, &other), EINVAL);
    FAILS(timer_create(CLOCK_THREAD_CPUTIME_ID, NULL, &other), ENOTSUP);
    value.it_value.tv_nsec = 1000000000;
    FAILS(timer_settime(id, 0, &value, NULL), EINVAL);
    value.it_value.tv_nsec = -1;
    FAILS(timer_settime(id, 0, &value, NULL), EINVAL);
    value = spec(0, 0);
    CHECK_EQ(timer_delete(id), 0);
    FAILS(timer_delete(id), EINVAL);
    FAILS(timer_settime(id, 0, &value, NULL), EINVAL);
    FAILS(timer_gettime(id, &value), EINVAL);
    FAILS(timer_getoverrun(id), EINVAL);
    FAILS(timer_delete((timer_t)0), EINVAL);
}

TEST(timers_are_as_many_as_sysconf_says)
{
    long max = sysconf(_SC_TIMER_MAX), n = 0;
    timer_t ids[1024], one;

    CHECK(max >= 32 && max <= 1024);
    while (n < max && !timer_create(CLOCK_MONOTONIC, NULL, &ids[n]))
        n++;
    CHECK_EQ(n, max);
    FAILS(timer_create(CLOCK_MONOTONIC, NULL, &one), EAGAIN);
    while (n > 0)
        CHECK_EQ(timer_delete(ids[--n]), 0);
}

/* --- SIGEV_THREAD --- */

static sem_t called;
static volatile int calls, call_value;
static volatile size_t call_stack;
static pthread_t call_thread;

static void count_call(union sigval value)
{
    pthread_attr_t attr;
    size_t bytes = 0;

    pthread_getattr_np(pthread_self(), &attr);
    pthread_attr_getstacksize(&attr, &bytes);
    call_stack = bytes;
    call_value = value.sival_int;
    call_thread = pthread_self();
    if (__atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST) <= 3)
        sem_post(&called);
    pthread_exit(NULL); /* of this call alone */
}

TEST(timer_calls_its_function_in_threads)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD,
                             .sigev_notify_function = count_call,
                             .sigev_value.sival_int = 99};
    struct itimerspec value = spec(MS, 3 * MS);
    size_t before = thread_list(NULL, 0);
    pthread_attr_t attr;
    timer_t id;

    sem_init(&called, 0, 0);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 98304);
    event.sigev_notify_attributes = &attr;
    CHECK_EQ(timer_create(CLOCK_MONOTONIC, &event, &id), 0);
    CHECK_EQ(timer_settime(id, 0, &value, NULL), 0);
    for (int i = 0; i < 3; i++)
        while (sem_wait(&called))
            ;
    CHECK_EQ(timer_delete(id), 0);
    CHECK_EQ(call_value, 99);
    CHECK_EQ(call_stack, 98304);
    CHECK(!pthread_equal(call_thread, pthread_self()));
    test_threads_settle(before);
}

/* --- clocks --- */

/* covers: clock_getcpuclockid clock_getres clock_gettime clock_settime */
TEST(cpu_clock_of_the_process_is_told)
{
    struct timespec first, second;
    clockid_t id;

    CHECK_EQ(clock_getcpuclockid(0, &id), 0);
    CHECK_EQ(clock_getcpuclockid(getpid(), &id), 0);
    CHECK_EQ(clock_gettime(id, &first), 0);
    do
        CHECK_EQ(clock_gettime(id, &second), 0);
    while (second.tv_sec == first.tv_sec && second.tv_nsec == first.tv_nsec);
    CHECK_EQ(clock_getres(id, &first), 0);
    CHECK_EQ(clock_getcpuclockid(getpid() + 1, &id), ESRCH);
    FAILS(clock_settime(CLOCK_REALTIME, &first), EPERM);
}

/* --- many at once --- */

#define STORM_THREADS 4
#define STORM_ROUNDS 30

static volatile int storm_signals;

static void note_storm(int sig)
{
    (void)sig;
    __atomic_add_fetch(&storm_signals, 1, __ATOMIC_SEQ_CST);
}

static void *storm(void *arg)
{
    uintptr_t failed = 0;

    (void)arg;
    for (int i = 0; i < STORM_ROUNDS; i++) {
        struct itimerspec value = spec(1 + i * 10000, 50000), now;
        timer_t id = create(CLOCK_MONOTONIC, SIGRTMIN + 2, i);

        failed += !id;
        failed += timer_settime(id, 0, &value, NULL) != 0;
        failed += timer_gettime(id, &now) != 0;
        if (i % 3)
            sched_yield();
        failed += timer_delete(id) != 0;
    }
    return (void *)failed;
}

TEST(timers_of_many_threads_come_and_go)
{
    struct sigaction act = {.sa_flags = SA_RESTART};
    pthread_t threads[STORM_THREADS];
    void *failed;
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    act.sa_handler = note_storm;
    sigaction(SIGRTMIN + 2, &act, NULL);
    for (int i = 0; i < STORM_THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, storm, NULL), 0);
    for (int i = 0; i < STORM_THREADS; i++) {
        CHECK_EQ(pthread_join(threads[i], &failed), 0);
        CHECK_EQ((uintptr_t)failed, 0);
    }
    CHECK(storm_signals > 0);
}

int main(void)
{
    return test_run_all();
}
