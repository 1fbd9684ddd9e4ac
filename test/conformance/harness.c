/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the programs of a test suite one after another in one image: each one's
 * main in a thread of its own, its exit a message to the first thread. Says
 * "BEGIN n name" and "END n result"; ends with status 3 where what follows
 * needs a new guest, since a program did not end or left threads behind.
 */

#define _GNU_SOURCE
#include <pith/thread.h>

#include "harness.h"
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_SECONDS 45
#define STACK_BYTES (1 << 20)

static sem_t ended;
static pthread_key_t first_thread;
static int result;

static volatile int has_ended;

static void end(int status)
{
    if (__atomic_exchange_n(&has_ended, 1, __ATOMIC_SEQ_CST))
        return; /* of several the first counts */
    result = status & 0xff;
    sem_post(&ended);
}

/* What the programs' exit() is. */
void suite_exit(int status)
{
    end(status);
    pthread_exit(NULL);
}

/* The first thread of a program called pthread_exit. */
static void left(void *value)
{
    (void)value;
    end(0);
}

static void *run(void *arg)
{
    const struct suite_test *test = arg;
    static char *argv[] = {"test", NULL};
    int (*fn)(int argc, char **args) = test->fn;

    pthread_setspecific(first_thread, argv);
    suite_exit(fn(1, argv));
    return NULL;
}

/* As a program finds it. The first thread takes no signals. */
static void begin(void)
{
    struct itimerval none = {{0, 0}, {0, 0}};
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_IGN); /* forgets what is pending */
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    setitimer(ITIMER_REAL, &none, NULL);
    for (long id = 1; id <= sysconf(_SC_TIMER_MAX); id++)
        timer_delete((timer_t)id);
    umask(022);
    has_ended = 0;
    sem_init(&ended, 0, 0);
}

static int start(const struct suite_test *test)
{
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t none, before;
    int err;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    /* A new thread has the mask of who makes it. */
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, &before);
    err = pthread_create(&thread, &attr, run, (void *)test);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return err;
}

/* False: another guest has to go on. */
static int run_one(long n)
{
    size_t threads = thread_list(NULL, 0);
    struct timespec until;

    begin();
    printf("BEGIN %ld %s\n", n, suite_tests[n].name);
    fflush(stdout);
    if (start(&suite_tests[n]))
        return 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LIMIT_SECONDS;
    if (sem_timedwait(&ended, &until)) {
        printf("\nEND %ld hangs\n", n);
        return 0;
    }
    printf("\nEND %ld %d\n", n, result);
    fflush(stdout);
    for (int i = 0; i < 50 && thread_list(NULL, 0) > threads; i++) {
        thread_reap();
        usleep(1000);
    }
    return thread_list(NULL, 0) <= threads;
}

int main(int argc, char **argv)
{
    long n = argc == 3 ? atol(argv[1]) : 0,
         last = argc == 3 ? atol(argv[2]) : 0;

    pthread_key_create(&first_thread, left);
    for (; n < last; n++)
        if (!run_one(n)) {
            fflush(stdout);
            _exit(3);
        }
    puts("ALL DONE");
    return 0;
}
