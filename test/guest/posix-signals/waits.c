/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls that wait for a signal, or that one interrupts. */

#include "shared.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>

/* --- waiting --- */

/* covers: pause sigsuspend */
TEST(sigsuspend_and_pause_end_with_a_handler)
{
    sigset_t all, before, set = set_of(SIGUSR1);

    begin(SIGUSR1, note, SA_RESTART);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    sigfillset(&all);
    sigdelset(&all, SIGUSR1);
    CHECK(sigsuspend(&all) == -1 && errno == EINTR);
    CHECK_EQ(seen[SIGUSR1], 1);
    sigprocmask(SIG_BLOCK, NULL, &before);
    CHECK(before == set);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    soon(SIGUSR1);
    CHECK(pause() == -1 && errno == EINTR);
    CHECK_EQ(seen[SIGUSR1], 2);
}

/* covers: sigtimedwait sigwait sigwaitinfo */
TEST(sigwait_takes_what_is_blocked)
{
    sigset_t set = set_of(SIGUSR1);
    struct timespec none = {0}, bad = {.tv_nsec = -1},
                    ms = {.tv_nsec = 1000000};
    siginfo_t info;
    int sig = 0;

    begin(SIGUSR1, note, 0);
    sigprocmask(SIG_BLOCK, &set, NULL);
    CHECK(sigtimedwait(&set, &info, &none) == -1 && errno == EAGAIN);
    CHECK(sigtimedwait(&set, &info, &ms) == -1 && errno == EAGAIN);
    CHECK(sigtimedwait(&set, &info, &bad) == -1 && errno == EINVAL);
    soon(SIGUSR1);
    CHECK_EQ(sigwait(&set, &sig), 0);
    CHECK_EQ(sig, SIGUSR1);
    sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 9});
    CHECK_EQ(sigtimedwait(&set, &info, &none), SIGUSR1);
    CHECK_EQ(info.si_value.sival_int, 9);
    signal(SIGUSR2, note);
    soon(SIGUSR2);
    CHECK(sigwaitinfo(&set, NULL) == -1 && errno == EINTR);
    CHECK_EQ(seen[SIGUSR1], 0);
    CHECK_EQ(seen[SIGUSR2], 1);
}

/* --- EINTR --- */

static int pair[2];

static void connect_pair(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons(7007),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

    if (pair[0])
        return;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    bind(listener, (struct sockaddr *)&addr, sizeof(addr));
    listen(listener, 1);
    pair[0] = socket(AF_INET, SOCK_STREAM, 0);
    connect(pair[0], (struct sockaddr *)&addr, sizeof(addr));
    pair[1] = accept(listener, NULL, NULL);
    close(listener);
}

static long wait_sleep(void)
{
    struct timespec ts = {100, 0}, left = {0};

    if (!nanosleep(&ts, &left))
        return 0;
    return left.tv_sec >= 98 && left.tv_sec < 100 ? -1 : -2;
}

static long wait_sleep_until(void)
{
    struct timespec ts;
    int err;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    ts.tv_sec += 100;
    err = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
    errno = err;
    return err ? -1 : 0;
}

static long wait_read(void)
{
    char byte;

    return read(pair[0], &byte, 1);
}

static long wait_recv(void)
{
    char byte;

    return recv(pair[0], &byte, 1, 0);
}

static long wait_poll(void)
{
    struct pollfd p = {pair[0], POLLIN, 0};

    return poll(&p, 1, -1);
}

static long wait_select(void)
{
    struct timeval tv = {100, 0};
    fd_set set;

    FD_ZERO(&set);
    FD_SET(pair[0], &set);
    return select(pair[0] + 1, &set, NULL, NULL, &tv);
}

static long wait_accept(void)
{
    static int listener = -1;
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(7008)};

    if (listener < 0) {
        listener = socket(AF_INET, SOCK_STREAM, 0);
        bind(listener, (struct sockaddr *)&addr, sizeof(addr));
        listen(listener, 1);
    }
    return accept(listener, NULL, NULL);
}

static long wait_console(void)
{
    char byte;

    return read(0, &byte, 1);
}

static long wait_pipe_read(void)
{
    static int fds[2];
    char byte;

    if (!fds[1] && pipe(fds))
        return -2;
    return read(fds[0], &byte, 1);
}

static long wait_pipe_write(void)
{
    static char much[100000];
    static int fds[2];

    if (!fds[1] && pipe(fds))
        return -2;
    if (fcntl(fds[1], F_SETFL, O_NONBLOCK))
        return -3;
    while (write(fds[1], much, sizeof(much)) > 0)
        ;
    fcntl(fds[1], F_SETFL, 0);
    return write(fds[1], much, 1);
}

static const struct {
    const char *name;
    long (*fn)(void);
    int restarts;
} waits[] = {
    {"nanosleep", wait_sleep, 0},
    {"clock_nanosleep", wait_sleep_until, 0},
    {"read of a socket", wait_read, 1},
    {"recv", wait_recv, 1},
    {"poll", wait_poll, 0},
    {"select", wait_select, 0},
    {"accept", wait_accept, 1},
    {"read of the console", wait_console, 1},
    {"read of a pipe", wait_pipe_read, 1},
    {"write to a pipe", wait_pipe_write, 1},
};

TEST(blocking_calls_end_with_eintr)
{
    connect_pair();
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        long rc;

        begin(SIGUSR1, note, 0);
        soon(SIGUSR1);
        errno = 0;
        rc = waits[i].fn();
        if (rc != -1 || errno != EINTR || seen[SIGUSR1] != 1) {
            snprintf(test_message, sizeof(test_message),
                     "%s gave %ld, errno %d, handler ran %d times",
                     waits[i].name, rc, errno, seen[SIGUSR1]);
            return;
        }
    }
}

/* One signal that restarts, then one that does not. */
static void send_both(void *arg)
{
    (void)arg;
    thread_sleep_until(after_ms(20));
    kill(getpid(), SIGUSR1);
    while (!seen[SIGUSR1])
        thread_sleep_until(after_ms(1));
    thread_sleep_until(after_ms(5));
    kill(getpid(), SIGUSR2);
}

TEST(blocking_calls_restart_where_they_do)
{
    connect_pair();
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        int want = waits[i].restarts;
        long rc;

        begin(SIGUSR2, note, 0);
        signal(SIGUSR1, note);
        thread_start("sender", THREAD_STACK_BYTES, send_both, NULL);
        rc = waits[i].fn();
        if (rc != -1 || errno != EINTR || seen[SIGUSR2] != want) {
            snprintf(test_message, sizeof(test_message),
                     "%s gave %ld, errno %d, second handler ran %d times",
                     waits[i].name, rc, errno, seen[SIGUSR2]);
            return;
        }
        while (!seen[SIGUSR2])
            usleep(1000);
    }
}

static void send_blocked_then_data(void *arg)
{
    (void)arg;
    thread_sleep_until(after_ms(20));
    kill(getpid(), SIGUSR1); /* blocked */
    kill(getpid(), SIGCHLD); /* ignored */
    thread_sleep_until(after_ms(5));
    write(pair[1], "x", 1);
}

TEST(blocked_and_ignored_signals_interrupt_nothing)
{
    sigset_t set = set_of(SIGUSR1);
    char byte = 0;

    connect_pair();
    begin(SIGUSR1, note, 0);
    sigprocmask(SIG_BLOCK, &set, NULL);
    thread_start("sender", THREAD_STACK_BYTES, send_blocked_then_data, NULL);
    CHECK_EQ(read(pair[0], &byte, 1), 1);
    CHECK_EQ(byte, 'x');
    CHECK_EQ(seen[SIGUSR1], 0);
    begin(0, NULL, 0);
    CHECK_EQ(seen[SIGUSR1], 0); /* begin clears before it unblocks nothing */
}
