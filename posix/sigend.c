/* SPDX-License-Identifier: BSD-2-Clause */
/* What `xl shutdown` is to a program that knows signals: SIGTERM. */

#include "private.h"
#include "signals.h"

/* One that blocks it has it in mind: for sigwait, or for later. */
static bool is_blocked(int sig)
{
    struct posix_thread *thread;
    bool blocked = false;

    spin_lock_raw(&posix_threads.lock);
    list_for_each (thread, &posix_threads.all, link) {
        const struct signal_thread *t = signal_thread_of(thread);

        blocked |= thread->kernel && signal_bit(sig) & (t->mask | t->waiting);
    }
    spin_unlock_raw(&posix_threads.lock);
    return blocked;
}

bool signals_ask_end(void)
{
    unsigned long flags = spin_lock_irqsave(&signals.lock);
    _sig_func_ptr handler = signals.actions[SIGTERM].sa_handler;
    bool wanted = handler != SIG_IGN &&
                  (handler != SIG_DFL || is_blocked(SIGTERM));

    spin_unlock_irqrestore(&signals.lock, flags);
    if (wanted)
        signal_post(SIGTERM);
    return wanted;
}
