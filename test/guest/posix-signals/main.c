/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals within the program: actions, masks, queues, delivery to a thread that
 * waits, computes or faults. On one vCPU and on four.
 */
/* cmdline: -- one */
/*   xl: vcpus=1 */
/* cmdline: -- four */
/*   xl: vcpus=4 */
/* cc: --checks */

#define _GNU_SOURCE
#include <pith/clock.h>
#include <pith/thread.h>

#include "guest_test.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <ucontext.h>
#include <unistd.h>

/* --- helpers --- */

static volatile int seen[NSIG], last_code, last_value;
static volatile sigset_t mask_seen;

static void note(int sig)
{
    seen[sig]++;
    pthread_sigmask(SIG_BLOCK, NULL, (sigset_t *)&mask_seen);
}

static void note_info(int sig, siginfo_t *info, void *context)
{
    note(sig);
    last_code = info->si_code;
    last_value = info->si_value.sival_int;
    if (info->si_signo != sig || !context)
        last_code = -99;
}

static sigset_t set_of(int sig)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, sig);
    return set;
}

/* handler with flags; nothing seen yet, nothing blocked. */
static void begin(int sig, void (*handler)(int), int flags)
{
    struct sigaction act = {.sa_flags = flags};
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    memset((void *)seen, 0, sizeof(seen));
    act.sa_handler = handler;
    if (sig)
        sigaction(sig, &act, NULL);
}

static void begin_info(int sig, int flags)
{
    struct sigaction act = {.sa_flags = flags | SA_SIGINFO};

    begin(0, NULL, 0);
    act.sa_sigaction = note_info;
    sigaction(sig, &act, NULL);
}

static uint64_t after_ms(unsigned ms)
{
    return clock_monotonic_ns() + ms * NS_PER_MS;
}

/* A thread beside the program's sends it SIGUSR1 once main has had time to
 * wait; if it comes sooner, it is pending, which the wait sees as well. */
static void send_soon(void *arg)
{
    thread_sleep_until(after_ms(20));
    kill(getpid(), (int)(intptr_t)arg);
}

static void soon(int sig)
{
    thread_start("sender", THREAD_STACK_BYTES, send_soon,
                 (void *)(intptr_t)sig);
}

/* --- actions --- */

TEST(raise_calls_the_handler_before_it_returns)
{
    begin(SIGUSR1, note, 0);
    errno = 77;
    CHECK_EQ(raise(SIGUSR1), 0);
    CHECK_EQ(seen[SIGUSR1], 1);
    CHECK(mask_seen == set_of(SIGUSR1));
    CHECK_EQ(kill(getpid(), SIGUSR1), 0);
    CHECK_EQ(kill(0, SIGUSR1), 0);
    CHECK_EQ(kill(-1, SIGUSR1), 0);
    CHECK_EQ(killpg(0, SIGUSR1), 0);
    CHECK_EQ(pthread_kill(pthread_self(), SIGUSR1), 0);
    CHECK_EQ(seen[SIGUSR1], 6);
    CHECK_EQ(errno, 77);
}

TEST(sending_checks_number_and_process)
{
    CHECK(raise(0) == -1 && errno == EINVAL);
    CHECK(raise(NSIG) == -1 && errno == EINVAL);
    CHECK(raise(-1) == -1 && errno == EINVAL);
    CHECK(kill(getpid(), NSIG) == -1 && errno == EINVAL);
    CHECK(kill(getpid() + 1, SIGUSR1) == -1 && errno == ESRCH);
    CHECK(kill(-getpid() - 1, 0) == -1 && errno == ESRCH);
    CHECK(killpg(-5, 0) == -1 && errno == EINVAL);
    CHECK_EQ(kill(getpid(), 0), 0);
    CHECK_EQ(pthread_kill(pthread_self(), NSIG), EINVAL);
    CHECK_EQ(pthread_kill(pthread_self(), 0), 0);
    CHECK_EQ(pthread_kill((pthread_t)&errno, 0), ESRCH);
    CHECK(sigqueue(getpid() + 1, SIGUSR1, (union sigval){0}) == -1 &&
          errno == ESRCH);
}

TEST(sigaction_says_what_was_and_checks)
{
    struct sigaction act = {.sa_flags = SA_RESTART}, old;

    begin(SIGUSR1, note, SA_NODEFER);
    act.sa_handler = SIG_IGN;
    act.sa_mask = set_of(SIGUSR2);
    CHECK_EQ(sigaction(SIGUSR1, &act, &old), 0);
    CHECK(old.sa_handler == note && old.sa_flags == SA_NODEFER);
    CHECK_EQ(sigaction(SIGUSR1, NULL, &old), 0);
    CHECK(old.sa_handler == SIG_IGN && old.sa_mask == set_of(SIGUSR2));
    CHECK_EQ(raise(SIGUSR1), 0);
    CHECK(sigaction(SIGKILL, &act, NULL) == -1 && errno == EINVAL);
    CHECK(sigaction(SIGSTOP, &act, NULL) == -1 && errno == EINVAL);
    CHECK(sigaction(0, NULL, &old) == -1 && errno == EINVAL);
    CHECK(sigaction(NSIG, NULL, &old) == -1 && errno == EINVAL);
    CHECK_EQ(sigaction(SIGKILL, NULL, &old), 0);
    CHECK(signal(SIGKILL, note) == SIG_ERR && errno == EINVAL);
    CHECK(signal(SIGUSR1, note) == SIG_IGN);
    CHECK(signal(SIGUSR1, SIG_DFL) == note);
}

TEST(ignored_by_default_does_nothing)
{
    begin(0, NULL, 0);
    CHECK_EQ(raise(SIGCHLD), 0);
    CHECK_EQ(raise(SIGURG), 0);
    CHECK_EQ(raise(SIGWINCH), 0);
    CHECK_EQ(raise(SIGCONT), 0);
}

TEST(handler_with_resethand_runs_once_and_with_nodefer_nests)
{
    struct sigaction now;

    begin(SIGUSR1, note, SA_RESETHAND | SA_NODEFER);
    CHECK_EQ(raise(SIGUSR1), 0);
    CHECK(mask_seen == 0);
    sigaction(SIGUSR1, NULL, &now);
    CHECK(now.sa_handler == SIG_DFL);
    signal(SIGUSR1, SIG_IGN);
    raise(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1], 1);
}

TEST(handler_gets_siginfo_and_value)
{
    begin_info(SIGUSR1, 0);
    kill(getpid(), SIGUSR1);
    CHECK_EQ(last_code, SI_USER);
    raise(SIGUSR1);
    CHECK_EQ(last_code, SI_TKILL);
    CHECK_EQ(sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 42}), 0);
    CHECK_EQ(last_code, SI_QUEUE);
    CHECK_EQ(last_value, 42);
    CHECK_EQ(seen[SIGUSR1], 3);
}

/* --- masks and sets --- */

TEST(sets_hold_what_is_put_in)
{
    sigset_t set, other, out;

    CHECK_EQ(sigemptyset(&set), 0);
    CHECK(sigisemptyset(&set));
    CHECK_EQ(sigaddset(&set, SIGRTMAX), 0);
    CHECK_EQ(sigismember(&set, SIGRTMAX), 1);
    CHECK_EQ(sigismember(&set, SIGHUP), 0);
    CHECK_EQ(sigfillset(&other), 0);
    CHECK_EQ(sigdelset(&other, SIGRTMAX), 0);
    sigandset(&out, &set, &other);
    CHECK(sigisemptyset(&out));
    sigorset(&out, &set, &other);
    sigfillset(&other);
    CHECK(out == other);
    CHECK(sigaddset(&set, 0) == -1 && errno == EINVAL);
    CHECK(sigaddset(&set, NSIG) == -1 && errno == EINVAL);
    CHECK(sigdelset(&set, -1) == -1 && errno == EINVAL);
    CHECK(sigismember(&set, NSIG) == -1 && errno == EINVAL);
}

TEST(blocked_signal_is_pending_until_unblocked)
{
    sigset_t set = set_of(SIGUSR1), pending, old;

    begin(SIGUSR1, note, 0);
    CHECK_EQ(sigprocmask(SIG_BLOCK, &set, &old), 0);
    CHECK(old == 0);
    raise(SIGUSR1);
    raise(SIGUSR1);
    kill(getpid(), SIGUSR1);
    CHECK_EQ(seen[SIGUSR1], 0);
    CHECK_EQ(sigpending(&pending), 0);
    CHECK(pending == set);
    CHECK_EQ(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);
    CHECK_EQ(seen[SIGUSR1], 2); /* once each: for the thread, for all */
    CHECK_EQ(sigpending(&pending), 0);
    CHECK(pending == 0);
    CHECK(sigprocmask(17, &set, NULL) == -1 && errno == EINVAL);
    CHECK_EQ(pthread_sigmask(17, &set, NULL), EINVAL);
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    sigprocmask(SIG_SETMASK, NULL, &old);
    CHECK(!sigismember(&old, SIGKILL) && !sigismember(&old, SIGSTOP));
    begin(0, NULL, 0);
}

TEST(queued_signals_come_in_order_each_once)
{
    static int order[6];
    static volatile int count;
    sigset_t set;
    siginfo_t info;

    begin_info(SIGRTMIN, 0);
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
    for (int i = 0; i < 3; i++) {
        sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 10 + i});
        sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i});
    }
    for (count = 0; count < 6; count++) {
        CHECK(sigwaitinfo(&set, &info) >= SIGRTMIN);
        order[count] = info.si_value.sival_int;
    }
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(order[i], i);
        CHECK_EQ(order[3 + i], 10 + i);
    }
    begin(0, NULL, 0);
}

TEST(ignoring_forgets_what_is_pending)
{
    sigset_t set = set_of(SIGUSR1), pending;

    begin(SIGUSR1, note, 0);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    sigqueue(getpid(), SIGUSR1, (union sigval){0});
    signal(SIGUSR1, SIG_IGN);
    sigpending(&pending);
    CHECK(pending == 0);
    begin(SIGUSR1, note, 0);
    CHECK_EQ(seen[SIGUSR1], 0);
}

TEST(system_v_calls_work)
{
    begin(0, NULL, 0);
    CHECK(sigset(SIGUSR1, note) != SIG_ERR);
    CHECK_EQ(sighold(SIGUSR1), 0);
    raise(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1], 0);
    CHECK(sigpause(SIGUSR1) == -1 && errno == EINTR);
    CHECK_EQ(seen[SIGUSR1], 1);
    CHECK(sigset(SIGUSR1, SIG_HOLD) == SIG_HOLD);
    CHECK_EQ(sigrelse(SIGUSR1), 0);
    CHECK_EQ(sigignore(SIGUSR1), 0);
    raise(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1], 1);
    CHECK(sighold(NSIG) == -1 && errno == EINVAL);
    CHECK(sigset(SIGKILL, note) == SIG_ERR && errno == EINVAL);
}

TEST(names_are_told)
{
    CHECK_STR(strsignal(SIGSEGV), "Segmentation fault");
    CHECK_STR(strsignal(SIGRTMIN + 3), "Real-time signal 3");
    CHECK_STR(strsignal(1000), "Unknown signal 1000");
}

/* --- waiting --- */

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

/* --- while it computes --- */

TEST(busy_thread_is_interrupted_and_keeps_its_registers)
{
    register double x = 1.5;
    volatile unsigned long rounds = 0;

    begin(SIGUSR1, note, 0);
    soon(SIGUSR1);
    while (!seen[SIGUSR1]) {
        x = x * 1.0 + 0.0;
        rounds++;
    }
    CHECK(x == 1.5);
    CHECK(rounds > 0);
    CHECK_EQ(seen[SIGUSR1], 1);
}

static void clobber(int sig)
{
    __asm__ volatile("pcmpeqb %%xmm0, %%xmm0\n\tpcmpeqb %%xmm7, %%xmm7"
                     :
                     :
                     : "xmm0", "xmm7");
    seen[sig]++;
}

TEST(vector_registers_survive_an_asynchronous_handler)
{
    uint64_t in = 0x123456789abcdef0, out0 = 0, out7 = 0;

    begin(SIGUSR1, clobber, 0);
    soon(SIGUSR1);
    __asm__ volatile("movq %3, %%xmm0\n\t"
                     "movq %3, %%xmm7\n"
                     "1: cmpl $0, %2\n\t"
                     "je 1b\n\t"
                     "movq %%xmm0, %0\n\t"
                     "movq %%xmm7, %1"
                     : "=r"(out0), "=r"(out7)
                     : "m"(seen[SIGUSR1]), "r"(in)
                     : "xmm0", "xmm7", "memory");
    CHECK(out0 == in);
    CHECK(out7 == in);
}

static sigjmp_buf jump;

static void jump_out(int sig)
{
    seen[sig]++;
    siglongjmp(jump, sig);
}

TEST(siglongjmp_leaves_a_busy_loop_and_a_wait)
{
    sigset_t mask;

    begin(SIGUSR1, jump_out, 0);
    if (!sigsetjmp(jump, 1)) {
        soon(SIGUSR1);
        for (;;)
            seen[0]++;
    }
    sigprocmask(SIG_BLOCK, NULL, &mask);
    CHECK(mask == 0);
    if (!sigsetjmp(jump, 1)) {
        soon(SIGUSR1);
        sleep(1000);
    }
    CHECK_EQ(seen[SIGUSR1], 2);
    if (!sigsetjmp(jump, 0))
        raise(SIGUSR1);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    CHECK(mask == set_of(SIGUSR1));
    begin(0, NULL, 0);
}

/* --- faults --- */

static char *page;
static void *volatile fault_addr, *volatile fault_stack;
static volatile int fault_code;

static void make_writable(int sig, siginfo_t *info, void *context)
{
    (void)context;
    seen[sig]++;
    fault_addr = info->si_addr;
    fault_code = info->si_code;
    fault_stack = __builtin_frame_address(0);
    mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

static int tells(void)
{
    return fault_addr != NULL; /* Xen 4.17 loses CR2 */
}

TEST(sigsegv_handler_that_mends_lets_the_access_repeat)
{
    struct sigaction act = {.sa_flags = SA_SIGINFO};

    begin(0, NULL, 0);
    page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    CHECK_EQ(*(volatile char *)page, 0);
    act.sa_sigaction = make_writable;
    sigaction(SIGSEGV, &act, NULL);
    *(volatile char *)(page + 9) = 7;
    CHECK_EQ(seen[SIGSEGV], 1);
    CHECK_EQ(page[9], 7);
    if (tells()) {
        CHECK(fault_addr == page + 9);
    }
    CHECK_EQ(fault_code, SEGV_ACCERR);
    signal(SIGSEGV, SIG_DFL);
}

static void jump_with_info(int sig, siginfo_t *info, void *context)
{
    (void)context;
    seen[sig]++;
    fault_addr = info->si_addr;
    fault_code = info->si_code;
    fault_stack = __builtin_frame_address(0);
    siglongjmp(jump, 1);
}

static void catch_fault(int sig, int flags)
{
    struct sigaction act = {.sa_flags = SA_SIGINFO | flags};

    begin(0, NULL, 0);
    act.sa_sigaction = jump_with_info;
    sigaction(sig, &act, NULL);
}

TEST(faults_have_their_signals)
{
    volatile int zero = 0;

    catch_fault(SIGSEGV, 0);
    if (!sigsetjmp(jump, 1))
        *(volatile int *)0x7000000000 = 1;
    CHECK_EQ(seen[SIGSEGV], 1);
    CHECK_EQ(fault_code, SEGV_MAPERR);
    if (!sigsetjmp(jump, 1))
        *(volatile int *)0x8000000000000000 = 1;
    CHECK_EQ(seen[SIGSEGV], 2);
    if (!sigsetjmp(jump, 1))
        ((void (*)(void))page)();
    CHECK_EQ(seen[SIGSEGV], 3);
    signal(SIGSEGV, SIG_DFL);

    catch_fault(SIGFPE, 0);
    if (!sigsetjmp(jump, 1))
        zero = 7 / zero;
    CHECK_EQ(seen[SIGFPE], 1);
    CHECK_EQ(fault_code, FPE_INTDIV);
    /* Not tried: SSE exceptions, which QEMU's TCG does not raise. */

    catch_fault(SIGILL, 0);
    if (!sigsetjmp(jump, 1))
        __asm__ volatile("ud2");
    CHECK_EQ(seen[SIGILL], 1);
    CHECK_EQ(fault_code, ILL_ILLOPN);
}

static void skip_ud2(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    (void)info;
    seen[sig]++;
    uc->uc_mcontext.gregs[REG_RIP] += 2;
    uc->uc_mcontext.gregs[REG_RAX] = 4711;
}

TEST(handler_may_change_the_context)
{
    struct sigaction act = {.sa_flags = SA_SIGINFO};
    long value = 1;

    begin(0, NULL, 0);
    act.sa_sigaction = skip_ud2;
    sigaction(SIGILL, &act, NULL);
    __asm__ volatile("ud2" : "+a"(value));
    CHECK_EQ(value, 4711);
    CHECK_EQ(seen[SIGILL], 1);
    sigaction(SIGTRAP, &act, NULL);
    act.sa_sigaction = note_info;
    sigaction(SIGTRAP, &act, NULL);
    __asm__ volatile("int3");
    CHECK_EQ(seen[SIGTRAP], 1);
    CHECK_EQ(last_code, TRAP_BRKPT);
}

/* --- the other stack --- */

static char other_stack[SIGSTKSZ];

static int on_other(void)
{
    return (char *)fault_stack >= other_stack &&
           (char *)fault_stack < other_stack + sizeof(other_stack);
}

static volatile int depth;

static int __attribute__((noinline)) endless(volatile char *above)
{
    volatile char room[1000];

    room[0] = above ? above[0] : 1;
    return ++depth < 0 ? 0 : endless(room) + room[0];
}

static void note_stack(int sig)
{
    stack_t now, wanted = {.ss_sp = other_stack, .ss_size = SIGSTKSZ};

    seen[sig]++;
    fault_stack = __builtin_frame_address(0);
    sigaltstack(NULL, &now);
    if (now.ss_flags != SS_ONSTACK)
        seen[sig] = -1;
    if (sigaltstack(&wanted, NULL) != -1 || errno != EPERM)
        seen[sig] = -2;
}

TEST(alternate_stack_is_used_where_it_is_wanted)
{
    stack_t wanted = {.ss_sp = other_stack, .ss_size = SIGSTKSZ}, old;

    CHECK_EQ(sigaltstack(NULL, &old), 0);
    CHECK_EQ(old.ss_flags, SS_DISABLE);
    wanted.ss_flags = 77;
    CHECK(sigaltstack(&wanted, NULL) == -1 && errno == EINVAL);
    wanted.ss_flags = 0;
    wanted.ss_size = MINSIGSTKSZ - 1;
    CHECK(sigaltstack(&wanted, NULL) == -1 && errno == ENOMEM);
    wanted.ss_size = SIGSTKSZ;
    CHECK_EQ(sigaltstack(&wanted, NULL), 0);
    begin(SIGUSR1, note_stack, SA_ONSTACK);
    raise(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1], 1);
    CHECK(on_other());
    soon(SIGUSR1);
    while (seen[SIGUSR1] == 1)
        ;
    CHECK_EQ(seen[SIGUSR1], 2);
    CHECK(on_other());
    CHECK_EQ(sigaltstack(NULL, &old), 0);
    CHECK(old.ss_sp == other_stack && old.ss_flags == 0);
}

TEST(stack_overflow_is_handled_on_the_alternate_stack)
{
    for (volatile int i = 1; i <= 3; i++) {
        catch_fault(SIGSEGV, SA_ONSTACK);
        if (!sigsetjmp(jump, 1))
            endless(NULL);
        CHECK_EQ(seen[SIGSEGV], 1);
        CHECK(on_other());
    }
    signal(SIGSEGV, SIG_DFL);
}

int main(void)
{
    return test_run_all();
}
