/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for a signal instead of having it delivered. */

#include "interrupt.h"
#include "private.h"
#include "signals.h"
#include <errno.h>
#include <pith/interrupt.h>
#include <pith/timer.h>

/* Takes one of set, or says that one is waited for, or not any more. */
static int look(sigset_t set, sigset_t waiting, siginfo_t *out)
{
    struct signal_entry *freed;
    unsigned long flags = spin_lock_irqsave(&signals.lock);
    int sig = signals_take_locked(set, out, &freed);

    signal_self.waiting = sig ? 0 : waiting;
    spin_unlock_irqrestore(&signals.lock, flags);
    signals_free(freed);
    return sig;
}

/* The signal, or -EAGAIN when the deadline passed, or -EINTR. */
static int wait_for(sigset_t set, siginfo_t *out, uint64_t deadline_ns)
{
    int rc, sig;

    signals_start();
    posix_cancel_point();
    set &= ~SIGNALS_FIRM;
    for (;;) {
        sig = look(set, set, out);
        if (sig)
            return sig;
        rc = thread_sleep_interruptible(deadline_ns);
        /* The first look takes what came; who is not waiting any more gets no
         * other one. */
        sig = look(set, 0, out);
        if (sig)
            return sig;
        if (!rc)
            return -EAGAIN;
        if (!posix_goes_on(false))
            return -EINTR;
    }
}

int sigtimedwait(const sigset_t *restrict set, siginfo_t *restrict info,
                 const struct timespec *restrict timeout)
{
    uint64_t deadline = DEADLINE_NEVER;
    siginfo_t got;
    int sig;

    if (timeout && !timespec_valid(timeout))
        return posix_fail(EINVAL);
    if (timeout)
        deadline = deadline_after_ns(timespec_to_ns(timeout));
    sig = wait_for(*set, &got, deadline);
    if (sig < 0)
        return posix_fail(-sig);
    if (info)
        *info = got;
    return sig;
}

int sigwaitinfo(const sigset_t *restrict set, siginfo_t *restrict info)
{
    return sigtimedwait(set, info, NULL);
}

int sigwait(const sigset_t *restrict set, int *restrict sig)
{
    siginfo_t got;
    int rc;

    do
        rc = wait_for(*set, &got, DEADLINE_NEVER);
    while (rc == -EINTR); /* none of its errors */
    *sig = rc;
    return 0;
}
