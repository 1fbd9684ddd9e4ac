/* SPDX-License-Identifier: BSD-2-Clause */
/* Sending signals: to the program, which is all the processes there are, and to
 * its threads. */

#include "private.h"
#include "signals.h"
#include <errno.h>
#include <reent.h>
#include <unistd.h>

/* The whole of sending in thread context: what it means for this thread is done
 * when it returns. */
static int send(struct posix_thread *target, int sig, int code,
                const union sigval *value)
{
    int err = signals_send(target, sig, code, value);

    if (!err)
        signals_run(true);
    return err;
}

static int check_process(pid_t pid, int sig)
{
    if (sig < 0 || sig >= NSIG)
        return EINVAL;
    /* 0 and -1 and the own group are the program, too. */
    if (pid > 0 && pid != getpid())
        return ESRCH;
    return pid < -1 && pid != -getpid() ? ESRCH : 0;
}

int kill(pid_t pid, int sig)
{
    int err = check_process(pid, sig);

    signals_start();
    if (!err && sig)
        err = send(NULL, sig, SI_USER, NULL);
    return err ? posix_fail(err) : 0;
}

int killpg(pid_t group, int sig)
{
    if (group < 0)
        return posix_fail(EINVAL);
    return kill(group ? -group : 0, sig);
}

int sigqueue(pid_t pid, int sig, const union sigval value)
{
    int err = check_process(pid, sig);

    signals_start();
    if (!err && sig)
        err = send(NULL, sig, SI_QUEUE, &value);
    return err ? posix_fail(err) : 0;
}

int raise(int sig)
{
    int err = EINVAL;

    signals_start();
    if (signal_valid(sig))
        err = send(posix_self(), sig, SI_TKILL, NULL);
    return err ? posix_fail(err) : 0;
}

/* To a thread that may end meanwhile: it is kept from that by the list's lock,
 * which the post takes itself, so a reference has to do. */
static int send_to(pthread_t id, int sig, int code, const union sigval *value)
{
    struct posix_thread *thread;
    unsigned long flags;
    bool alive;

    if (sig < 0 || sig >= NSIG)
        return EINVAL;
    signals_start();
    flags = spin_lock_irqsave(&posix_threads.lock);
    thread = posix_thread_find_locked(id);
    alive = thread && thread->kernel;
    spin_unlock_irqrestore(&posix_threads.lock, flags);
    if (!alive)
        return ESRCH;
    return sig ? send(thread, sig, code, value) : 0;
}

int pthread_kill(pthread_t id, int sig)
{
    return send_to(id, sig, SI_TKILL, NULL);
}

int pthread_sigqueue(pthread_t id, int sig, const union sigval value)
{
    return send_to(id, sig, SI_QUEUE, &value);
}

void signal_post(int sig)
{
    signals_post(NULL, NULL, sig, SI_KERNEL, NULL);
}

void signal_broken_pipe(void)
{
    raise(SIGPIPE);
}

void signal_abort(void)
{
    sigset_t set = signal_bit(SIGABRT);
    _sig_func_ptr handler = READ_ONCE(signals.actions[SIGABRT].sa_handler);

    if (handler == SIG_DFL || handler == SIG_IGN)
        return;
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    raise(SIGABRT);
}

int _kill_r(struct _reent *reent, int pid, int sig)
{
    return kill(pid, sig);
}
