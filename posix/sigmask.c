/* SPDX-License-Identifier: BSD-2-Clause */
/* What the running thread blocks, and waiting for whatever it does not. */

#include "interrupt.h"
#include "private.h"
#include "signals.h"
#include <errno.h>
#include <pith/interrupt.h>
#include <pith/timer.h>
#include <poll.h>
#include <sys/select.h>
#include <unistd.h>

int pthread_sigmask(int how, const sigset_t *restrict set,
                    sigset_t *restrict old)
{
    sigset_t before = signal_self.mask, mask;

    if (set) {
        if (how == SIG_BLOCK)
            mask = before | *set;
        else if (how == SIG_UNBLOCK)
            mask = before & ~*set;
        else if (how == SIG_SETMASK)
            mask = *set;
        else
            return EINVAL;
        signals_start();
        signals_set_mask(mask);
        if (before & ~mask)
            signals_run(true);
    }
    if (old)
        *old = before;
    return 0;
}

int sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
    int err = pthread_sigmask(how, set, old);

    return err ? posix_fail(err) : 0;
}

int sigpending(sigset_t *set)
{
    unsigned long flags = spin_lock_irqsave(&signals.lock);

    *set = signals_pending_locked(&signal_self) & signal_self.mask;
    spin_unlock_irqrestore(&signals.lock, flags);
    return 0;
}

int sigsuspend(const sigset_t *mask)
{
    sigset_t before;
    bool goes_on;

    signals_start();
    posix_cancel_point();
    before = signals_set_mask(*mask);
    for (goes_on = signals_run(false); goes_on; goes_on = posix_goes_on(false))
        thread_sleep_interruptible(DEADLINE_NEVER);
    signals_set_mask(before);
    signals_run(true);
    return posix_fail(EINTR);
}

int pause(void)
{
    sigset_t mask = signal_self.mask;

    return sigsuspend(&mask);
}

static int change_one(int how, int sig)
{
    sigset_t set;

    if (!signal_valid(sig) || signal_bit(sig) & SIGNALS_FIRM)
        return posix_fail(EINVAL);
    set = signal_bit(sig);
    return sigprocmask(how, &set, NULL);
}

int sighold(int sig)
{
    return change_one(SIG_BLOCK, sig);
}

int sigrelse(int sig)
{
    return change_one(SIG_UNBLOCK, sig);
}

/* System V's. */
int sigpause(int sig)
{
    sigset_t mask = signal_self.mask;

    if (!signal_valid(sig))
        return posix_fail(EINVAL);
    mask &= ~signal_bit(sig);
    return sigsuspend(&mask);
}
