/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals within the program: actions, masks, queues, delivery to a thread that
 * waits, computes or faults. On one vCPU and on four.
 */
/* cmdline: -- one */
/*   xl: vcpus=1 */
/* cmdline: -- four */
/*   xl: vcpus=4 */
/*   expect: reason=3 */
/*   console: ^the handler of SIGABRT returns$ */
/*   console: ^pith: panic: abort\(\) called */
/* cc: --checks */

#include "shared.h"

/* --- helpers --- */

volatile int seen[NSIG], last_code, last_value;
volatile sigset_t mask_seen;
sigjmp_buf jump;

void note(int sig)
{
    seen[sig]++;
    pthread_sigmask(SIG_BLOCK, NULL, (sigset_t *)&mask_seen);
}

void note_info(int sig, siginfo_t *info, void *context)
{
    note(sig);
    last_code = info->si_code;
    last_value = info->si_value.sival_int;
    if (info->si_signo != sig || !context)
        last_code = -99;
}

sigset_t set_of(int sig)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, sig);
    return set;
}

void begin(int sig, void (*handler)(int), int flags)
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

void begin_info(int sig, int flags)
{
    struct sigaction act = {.sa_flags = flags | SA_SIGINFO};

    begin(0, NULL, 0);
    act.sa_sigaction = note_info;
    sigaction(sig, &act, NULL);
}

uint64_t after_ms(unsigned ms)
{
    return clock_monotonic_ns() + ms * NS_PER_MS;
}

static void send_soon(void *arg)
{
    thread_sleep_until(after_ms(20));
    kill(getpid(), (int)(intptr_t)arg);
}

void soon(int sig)
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

/* covers: kill killpg pthread_kill raise sigqueue */
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

/* covers: sigaction signal */
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

/* covers: sigaddset sigandset sigdelset sigemptyset sigfillset sigisemptyset
 * sigismember sigorset */
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

/* covers: pthread_sigmask sigpending sigprocmask */
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

/* covers: sigwaitinfo */
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

/* covers: sighold sigignore sigpause sigrelse sigset */
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

/* covers: strsignal */
TEST(names_are_told)
{
    CHECK_STR(strsignal(SIGSEGV), "Segmentation fault");
    CHECK_STR(strsignal(SIGRTMIN + 3), "Real-time signal 3");
    CHECK_STR(strsignal(1000), "Unknown signal 1000");
}

static void return_from_abort(int sig)
{
    (void)sig;
    puts("the handler of SIGABRT returns");
    fflush(stdout);
}

/* The second boot ends with abort(), whose handler does not help. */
int main(int argc, char **argv)
{
    int failed = test_run_all();

    if (failed || argc < 2 || strcmp(argv[1], "four"))
        return failed;
    signal(SIGABRT, return_from_abort);
    abort();
}
