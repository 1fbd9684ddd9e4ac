/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads of programs: pthreads, semaphores and C11's, on four vCPUs and on
 * one; and the two ways in which a program with threads ends. */
/* clang-format off */
/* cc: --checks -D_GNU_SOURCE */
/* xl: memory=96 */
/* cmdline: pith.ip=none -- main-ends */
/*   xl: vcpus=4 */
/*   console: ^the last thread has joined main: 77$ */
/* cmdline: pith.ip=none -- thread-exits */
/*   console: ^exit handler in a thread$ */
/* clang-format on */

#include "parts.h"

static pthread_t main_thread;

static void *join_main(void *arg)
{
    void *result;
    int err = pthread_join(main_thread, &result);

    printf("the last thread has joined main: %d\n",
           err ? -err : (int)(long)result);
    return arg;
}

static pthread_t handler_thread;

static void at_exit(void)
{
    if (pthread_equal(pthread_self(), handler_thread))
        puts("exit handler in a thread");
}

static void *call_exit(void *arg)
{
    handler_thread = pthread_self();
    atexit(at_exit);
    exit((int)(long)arg);
}

int main(int argc, char **argv)
{
    pthread_t thread;
    int failed;

    pool_start();
    threads_at_start = thread_list(NULL, 0);
    failed = test_run_all();
    pool_end();
    main_thread = pthread_self();
    if (failed || argc < 2)
        return 1;
    if (!strcmp(argv[1], "main-ends")) {
        pthread_create(&thread, NULL, join_main, NULL);
        pthread_detach(thread);
        pthread_exit((void *)77);
    }
    pthread_create(&thread, NULL, call_exit, (void *)0);
    for (;;)
        pause_for_ever();
}
