/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals as far as a program sends them to itself: raise and kill call the
 * handler before they return. Nothing is delivered from outside yet. SIGPIPE
 * is never raised: writes return EPIPE.
 */

#include "private.h"
#include <errno.h>
#include <pith/panic.h>
#include <reent.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Of the program, which has one thread; so there is no lock. */
static struct {
    _sig_func_ptr handlers[NSIG]; /* SIG_DFL is NULL */
    sigset_t blocked;             /* remembered only */
} signals;

/* Can it have a handler? */
static bool settable(int sig)
{
    return sig > 0 && sig < NSIG && sig != SIGKILL && sig != SIGSTOP;
}

_sig_func_ptr signal(int sig, _sig_func_ptr handler)
{
    _sig_func_ptr before;

    if (!settable(sig)) {
        errno = EINVAL;
        return SIG_ERR;
    }
    before = signals.handlers[sig];
    signals.handlers[sig] = handler;
    return before;
}

int sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
    if (!settable(sig))
        return posix_fail(EINVAL);
    if (old) {
        memset(old, 0, sizeof(*old));
        old->sa_handler = signals.handlers[sig];
    }
    if (act)
        signals.handlers[sig] = act->sa_handler;
    return 0;
}

/* What a signal does that has no handler. */
static int default_action(int sig)
{
    switch (sig) {
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
        return 0;
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGQUIT:
    case SIGSEGV:
    case SIGSYS:
    case SIGTRAP:
        panic("the program ended itself: %s", strsignal(sig));
    default:
        _exit(128 + sig); /* as a shell reports it */
    }
}

int raise(int sig)
{
    _sig_func_ptr handler;

    if (sig <= 0 || sig >= NSIG)
        return posix_fail(EINVAL);
    handler = signals.handlers[sig];
    if (handler == SIG_DFL)
        return default_action(sig);
    if (handler != SIG_IGN)
        handler(sig);
    return 0;
}

int kill(pid_t pid, int sig)
{
    if (sig < 0 || sig >= NSIG)
        return posix_fail(EINVAL);
    if (pid > 0 && pid != getpid())
        return posix_fail(ESRCH);
    return sig ? raise(sig) : 0;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    sigset_t before = signals.blocked;

    if (set && how == SIG_SETMASK)
        signals.blocked = *set;
    else if (set && how == SIG_BLOCK)
        signals.blocked |= *set;
    else if (set && how == SIG_UNBLOCK)
        signals.blocked &= ~*set;
    else if (set)
        return posix_fail(EINVAL);
    if (old)
        *old = before;
    return 0;
}

int _kill_r(struct _reent *reent, int pid, int sig)
{
    return kill(pid, sig);
}
