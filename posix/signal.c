/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals as far as a program sends them to itself: newlib's signal() and
 * raise() keep the handlers and call them; here is what happens without one.
 * Nothing is delivered from outside yet. SIGPIPE is never raised: writes
 * return EPIPE.
 */

#include "private.h"
#include <errno.h>
#include <pith/panic.h>
#include <reent.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static sigset_t blocked; /* remembered only */

/* newlib's raise() comes here for a signal that has no handler. */
int _kill_r(struct _reent *reent, int pid, int sig)
{
    switch (sig) {
    case 0:
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

int kill(pid_t pid, int sig)
{
    if (sig < 0 || sig >= NSIG)
        return posix_fail(EINVAL);
    if (pid > 0 && pid != getpid())
        return posix_fail(ESRCH);
    return sig ? raise(sig) : 0;
}

int sigaction(int sig, const struct sigaction *act, struct sigaction *old)
{
    _sig_func_ptr before;

    if (sig <= 0 || sig >= NSIG || sig == SIGKILL || sig == SIGSTOP)
        return posix_fail(EINVAL);
    before = signal(sig, act ? act->sa_handler : SIG_DFL);
    if (!act)
        signal(sig, before);
    if (old) {
        memset(old, 0, sizeof(*old));
        old->sa_handler = before;
    }
    return 0;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    sigset_t before = blocked;

    if (set && how == SIG_SETMASK)
        blocked = *set;
    else if (set && how == SIG_BLOCK)
        blocked |= *set;
    else if (set && how == SIG_UNBLOCK)
        blocked &= ~*set;
    else if (set)
        return posix_fail(EINVAL);
    if (old)
        *old = before;
    return 0;
}
