/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals that are under way: which threads they wait for, and whom they
 * interrupt.
 *
 * A thread that computes is told by an interrupt and takes the signal at its
 * end, unless it is in a call just then. So that it does not get away with it,
 * a timer tells again, after a while that doubles, until all have been taken.
 */

#include "interrupt.h"
#include "private.h"
#include "signals.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/interrupt.h>
#include <pith/timer.h>

#define AGAIN_NS (500 * NS_PER_US)
#define AGAIN_MAX_NS (32 * NS_PER_MS)

struct signals signals;
__thread struct signal_thread signal_self;

/* signals.lock. */
static struct {
    struct timer timer;
    bool armed;
    uint64_t wait_ns;
} again;

struct signal_thread *signal_thread_of(struct posix_thread *thread)
{
    return (struct signal_thread *)((char *)thread + signals.offset);
}

bool signals_ignored_locked(int sig)
{
    _sig_func_ptr handler = signals.actions[sig].sa_handler;

    if (handler != SIG_DFL)
        return handler == SIG_IGN;
    switch (sig) {
    case SIGCHLD:
    case SIGCONT:
    case SIGURG:
    case SIGWINCH:
    case SIGSTOP: /* nobody could make it go on */
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
        return true;
    default:
        return false;
    }
}

/* --- what is pending --- */

static sigset_t set_of(const struct signal_pending *p)
{
    sigset_t set = p->plain;

    for (const struct signal_entry *e = p->first; e; e = e->next)
        set |= signal_bit(e->info.si_signo);
    return set;
}

static void add_locked(struct signal_pending *p, int sig, int code,
                       struct signal_entry *entry)
{
    if (!entry) {
        p->plain |= signal_bit(sig);
        p->code[sig] = (signed char)code;
        return;
    }
    entry->queued = true;
    entry->next = NULL;
    if (!p->first)
        p->end = &p->first;
    *p->end = entry;
    p->end = &entry->next;
}

static struct signal_entry *unlink_locked(struct signal_pending *p,
                                          struct signal_entry **link)
{
    struct signal_entry *entry = *link;

    *link = entry->next;
    if (!*link)
        p->end = link;
    entry->queued = false;
    entry->next = NULL;
    return entry;
}

/* The first entry for sig; plain ones come after those. */
static bool take_from(struct signal_pending *p, int sig, siginfo_t *out,
                      struct signal_entry **freed)
{
    struct signal_entry **link = &p->first, *entry;

    while (*link && (*link)->info.si_signo != sig)
        link = &(*link)->next;
    *freed = NULL;
    if (*link) {
        entry = unlink_locked(p, link);
        if (entry->taken)
            entry->taken(entry);
        else
            *freed = entry;
        *out = entry->info;
        return true;
    }
    if (!(p->plain & signal_bit(sig)))
        return false;
    p->plain &= ~signal_bit(sig);
    *out = (siginfo_t){.si_signo = sig, .si_code = p->code[sig], .si_pid = 1};
    return true;
}

sigset_t signals_pending_locked(const struct signal_thread *self)
{
    return set_of(&self->pending) | set_of(&signals.pending);
}

int signals_take_locked(sigset_t set, siginfo_t *out,
                        struct signal_entry **freed)
{
    struct signal_thread *self = &signal_self;
    int sig;

    *freed = NULL;
    set &= signals_pending_locked(self);
    if (!set)
        return 0;
    sig = __builtin_ctzl(set);
    if (!take_from(&self->pending, sig, out, freed))
        take_from(&signals.pending, sig, out, freed);
    return sig;
}

static void forget_in(struct signal_pending *p, int sig,
                      struct signal_entry **freed)
{
    siginfo_t info;
    struct signal_entry *entry;

    while (take_from(p, sig, &info, &entry))
        if (entry) {
            entry->next = *freed;
            *freed = entry;
        }
}

struct signal_entry *signals_forget_locked(int sig)
{
    struct signal_entry *freed = NULL;
    struct posix_thread *thread;
    unsigned long flags;

    forget_in(&signals.pending, sig, &freed);
    flags = spin_lock_irqsave(&posix_threads.lock);
    list_for_each (thread, &posix_threads.all, link)
        if (thread->kernel)
            forget_in(&signal_thread_of(thread)->pending, sig, &freed);
    spin_unlock_irqrestore(&posix_threads.lock, flags);
    return freed;
}

void signals_unqueue(struct signal_entry *entry)
{
    struct signal_entry **link = &signals.pending.first;
    unsigned long flags = spin_lock_irqsave(&signals.lock);

    if (entry->queued) {
        while (*link != entry)
            link = &(*link)->next;
        unlink_locked(&signals.pending, link);
    }
    spin_unlock_irqrestore(&signals.lock, flags);
}

void signals_free(struct signal_entry *entry)
{
    struct signal_entry *next;

    for (; entry; entry = next) {
        next = entry->next;
        if (entry->taken)
            continue;
        atomic_sub(&signals.queued, 1);
        heap_free(entry);
    }
}

/* --- who is interrupted --- */

static bool takes(struct posix_thread *thread, int sig)
{
    const struct signal_thread *t = signal_thread_of(thread);

    return thread->kernel && signal_bit(sig) & (~t->mask | t->waiting);
}

static bool waits(struct posix_thread *thread, int sig)
{
    return thread->kernel &&
           signal_bit(sig) & signal_thread_of(thread)->waiting;
}

/* One that waits for sig in sigwait, else the running one, else the first that
 * does not block it; NULL: all block it. */
static struct posix_thread *find_taker(struct posix_thread *self, int sig)
{
    struct posix_thread *thread, *found = NULL;

    list_for_each (thread, &posix_threads.all, link)
        if (waits(thread, sig))
            return thread;
    if (self && self->link.next && takes(self, sig))
        return self;
    list_for_each (thread, &posix_threads.all, link)
        if (!found && takes(thread, sig))
            found = thread;
    return found;
}

static void arm_again(uint64_t wait_ns)
{
    again.armed = true;
    again.wait_ns = wait_ns;
    timer_arm(&again.timer, clock_monotonic_ns() + wait_ns);
}

static bool has_work(struct posix_thread *thread)
{
    const struct signal_thread *t = signal_thread_of(thread);

    return thread->kernel && (set_of(&t->pending) | set_of(&signals.pending)) &
                                 ~t->mask & ~t->waiting;
}

static void tell_again(struct timer *timer)
{
    unsigned long flags = spin_lock_irqsave(&signals.lock);
    struct posix_thread *thread;
    bool any = false;

    again.armed = false;
    spin_lock_raw(&posix_threads.lock);
    list_for_each (thread, &posix_threads.all, link)
        if (has_work(thread)) {
            thread_interrupt(thread->kernel);
            any = true;
        }
    spin_unlock_raw(&posix_threads.lock);
    if (any)
        arm_again(MIN(2 * again.wait_ns, AGAIN_MAX_NS));
    spin_unlock_irqrestore(&signals.lock, flags);
}

/* The lock is held. */
static void interrupt_taker(struct posix_thread *target,
                            struct posix_thread *self, int sig)
{
    struct posix_thread *taker;

    spin_lock_raw(&posix_threads.lock);
    taker = target ? target : find_taker(self, sig);
    if (taker && takes(taker, sig)) {
        thread_interrupt(taker->kernel);
    } else {
        taker = NULL;
    }
    spin_unlock_raw(&posix_threads.lock);
    if (taker && !again.armed)
        arm_again(AGAIN_NS);
}

void signals_post(struct posix_thread *target, struct posix_thread *self,
                  int sig, int code, struct signal_entry *entry)
{
    unsigned long flags = spin_lock_irqsave(&signals.lock);
    struct signal_pending *p = target ? &signal_thread_of(target)->pending
                                      : &signals.pending;
    struct posix_thread *asked = target ? target
                                 : self ? self
                                        : posix_threads.main;
    bool dropped = signals_ignored_locked(sig) &&
                   !(signal_thread_of(asked)->mask & signal_bit(sig));

    if (entry && entry->queued) {
        atomic_add(&entry->again, 1);
    } else if (!dropped) {
        add_locked(p, sig, code, entry);
        interrupt_taker(target, self, sig);
    } else if (entry && entry->taken) {
        entry->taken(entry);
    }
    spin_unlock_irqrestore(&signals.lock, flags);
    if (dropped)
        signals_free(entry);
    preempt_check();
}

int signals_send(struct posix_thread *target, int sig, int code,
                 const union sigval *value)
{
    struct signal_entry *entry = NULL;

    if (value || sig >= SIGRTMIN) {
        if (atomic_add(&signals.queued, 1) < SIGNAL_QUEUE_LIMIT)
            entry = heap_zalloc(sizeof(*entry));
        if (!entry) {
            atomic_sub(&signals.queued, 1);
            return EAGAIN;
        }
        entry->info =
            (siginfo_t){.si_signo = sig, .si_code = code, .si_pid = 1};
        if (value)
            entry->info.si_value = *value;
    }
    signals_post(target, posix_self(), sig, code, entry);
    return 0;
}

void signals_post_init(void)
{
    signals.offset = (char *)&signal_self - (char *)posix_self();
    timer_init(&again.timer, tell_again);
}
