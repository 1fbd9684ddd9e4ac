/* SPDX-License-Identifier: BSD-2-Clause */
/* What a signal does: setting it. */

#include "private.h"
#include "signals.h"
#include <errno.h>
#include <pith/deadlock.h>
#include <pith/divert.h>
#include <string.h>

/* What somebody outside could send: the console's line discipline. */
#define FROM_OUTSIDE \
    (signal_bit(SIGHUP) | signal_bit(SIGINT) | signal_bit(SIGQUIT) | \
     signal_bit(SIGTERM) | signal_bit(SIGTSTP) | signal_bit(SIGWINCH))

static bool settable(int sig)
{
    return signal_valid(sig) && !(signal_bit(sig) & SIGNALS_FIRM);
}

static bool has_handler(int sig)
{
    _sig_func_ptr handler = signals.actions[sig].sa_handler;

    return handler != SIG_DFL && handler != SIG_IGN;
}

/* Which exceptions kernel/ is to divert. The lock is held. */
static void want_faults(void)
{
    static const struct {
        unsigned char sig, kinds;
    } faults[] = {
        {SIGSEGV, 1 << FAULT_MEMORY | 1 << FAULT_ADDRESS},
        {SIGBUS, 1 << FAULT_MEMORY},
        {SIGILL, 1 << FAULT_INSTRUCTION},
        {SIGFPE, 1 << FAULT_DIVIDE | 1 << FAULT_FLOAT},
        {SIGTRAP, 1 << FAULT_TRAP},
    };
    uint32_t wanted = 0, on_stack = 0;

    for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
        if (!has_handler(faults[i].sig))
            continue;
        wanted |= faults[i].kinds;
        if (signals.actions[faults[i].sig].sa_flags & SA_ONSTACK)
            on_stack |= faults[i].kinds;
    }
    divert_want(wanted, on_stack);
}

int sigaction(int sig, const struct sigaction *restrict act,
              struct sigaction *restrict old)
{
    struct signal_entry *freed = NULL;
    struct sigaction before;
    unsigned long flags;
    int outside = 0;

    if (!signal_valid(sig) || (act && !settable(sig)))
        return posix_fail(EINVAL);
    signals_start();
    flags = spin_lock_irqsave(&signals.lock);
    before = signals.actions[sig];
    if (act) {
        outside = -has_handler(sig);
        signals.actions[sig] = *act;
        outside += has_handler(sig);
        if (signals_ignored_locked(sig))
            freed = signals_forget_locked(sig);
        want_faults();
    }
    spin_unlock_irqrestore(&signals.lock, flags);
    signals_free(freed);
    if (outside && signal_bit(sig) & FROM_OUTSIDE)
        deadlock_source(outside);
    if (old)
        *old = before;
    return 0;
}

/* As BSD's: the handler stays, and calls restart. */
_sig_func_ptr signal(int sig, _sig_func_ptr handler)
{
    struct sigaction act = {.sa_flags = SA_RESTART}, old;

    act.sa_handler = handler;
    if (handler == SIG_ERR || sigaction(sig, &act, &old)) {
        errno = EINVAL;
        return SIG_ERR;
    }
    return old.sa_handler;
}

int siginterrupt(int sig, int flag)
{
    struct sigaction act;

    if (!settable(sig))
        return posix_fail(EINVAL);
    sigaction(sig, NULL, &act);
    act.sa_flags = flag ? act.sa_flags & ~SA_RESTART
                        : act.sa_flags | SA_RESTART;
    return sigaction(sig, &act, NULL);
}

int sigaltstack(const stack_t *restrict stack, stack_t *restrict old)
{
    struct signal_thread *self = &signal_self;
    bool on = signals_on_stack(self);
    stack_t before = {
        .ss_sp = self->stack,
        .ss_size = self->stack_bytes,
        .ss_flags = on                  ? SS_ONSTACK
                    : self->stack_bytes ? 0
                                        : SS_DISABLE,
    };

    if (stack && on)
        return posix_fail(EPERM);
    if (stack && stack->ss_flags & ~SS_DISABLE)
        return posix_fail(EINVAL);
    if (stack && !(stack->ss_flags & SS_DISABLE) &&
        stack->ss_size < MINSIGSTKSZ)
        return posix_fail(ENOMEM);
    if (stack) {
        bool none = stack->ss_flags & SS_DISABLE;

        self->stack = none ? NULL : stack->ss_sp;
        self->stack_bytes = none ? 0 : stack->ss_size;
        divert_set_stack(self->stack, self->stack_bytes);
    }
    if (old)
        *old = before;
    return 0;
}

_sig_func_ptr sigset(int sig, _sig_func_ptr action)
{
    struct sigaction act, old;
    bool held;

    if (!settable(sig) || action == SIG_ERR) {
        errno = EINVAL;
        return SIG_ERR;
    }
    held = signal_self.mask & signal_bit(sig);
    sigaction(sig, NULL, &old);
    if (action == SIG_HOLD) {
        sighold(sig);
    } else {
        memset(&act, 0, sizeof(act));
        act.sa_handler = action;
        sigaction(sig, &act, NULL);
        sigrelse(sig);
    }
    return held ? SIG_HOLD : old.sa_handler;
}

int sigignore(int sig)
{
    return signal(sig, SIG_IGN) == SIG_ERR ? -1 : 0;
}
