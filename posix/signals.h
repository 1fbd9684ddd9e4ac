/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the sig*.c files share. signals.lock protects all that is named here; it
 * is taken with interrupts off, posix_threads.lock and kernel/'s after it.
 */
#ifndef POSIX_SIGNALS_H
#define POSIX_SIGNALS_H

#include "thread.h"
#include <signal.h>

/* A signal that carries something, or of which each one counts. */
struct signal_entry {
    struct signal_entry *next;
    siginfo_t info;
    bool queued;
    /* How often it was posted while it was queued; atomically. */
    uint32_t again;
    /* It left the queue: completes info. The lock is held. NULL: the entry is
     * of the heap, and freed by who took it out. */
    void (*taken)(struct signal_entry *entry);
};

/* All zero: nothing is pending. */
struct signal_pending {
    sigset_t plain;         /* sent without an entry, once or more */
    signed char code[NSIG]; /* si_code of those */
    struct signal_entry *first, **end;
};

/* Among the thread's own variables. */
struct signal_thread {
    sigset_t mask;
    sigset_t waiting; /* sigwait() takes these */
    struct signal_pending pending;
    char *stack; /* sigaltstack() */
    size_t stack_bytes;
};
extern __thread struct signal_thread signal_self
    __attribute__((tls_model("local-exec")));

struct signals {
    struct spinlock lock;
    struct sigaction actions[NSIG];
    struct signal_pending pending; /* for any thread */
    uint32_t queued;               /* entries of the heap; atomically */
    long offset; /* from a thread's posix_thread to its signal_thread */
    bool started;
};
extern struct signals signals;

static inline sigset_t signal_bit(int sig)
{
    return 1ul << sig;
}

static inline bool signal_valid(int sig)
{
    return sig > 0 && sig < NSIG;
}

/* What nobody can block, catch or ignore. */
#define SIGNALS_FIRM (signal_bit(SIGKILL) | signal_bit(SIGSTOP))

/* Must have been called before anything is pending, blocked or caught. */
void signals_start(void);
struct signal_thread *signal_thread_of(struct posix_thread *thread);

/* --- sigpost.c --- */

void signals_post_init(void);
/*
 * Makes sig pending for target, NULL: for whoever takes it first, and
 * interrupts that thread. self: the running thread, NULL in upcalls. entry may
 * be NULL; one that is not needed is given back by taken or heap_free, and one
 * that is still queued is counted in again, and stays where it is. Any
 * context, with an entry of the heap thread context. The running thread calls
 * signals_run afterwards, in thread context.
 */
void signals_post(struct posix_thread *target, struct posix_thread *self,
                  int sig, int code, struct signal_entry *entry);
/* For a signal that must not be lost in thread context: 0 or EAGAIN. value may
 * be NULL. */
int signals_send(struct posix_thread *target, int sig, int code,
                 const union sigval *value);
/* Takes the lowest of set out, the thread's own first: 0 if there is none. The
 * lock is held. *freed: an entry to free, or NULL. */
int signals_take_locked(sigset_t set, siginfo_t *out,
                        struct signal_entry **freed);
/* Those that wait for the running thread. The lock is held. */
sigset_t signals_pending_locked(const struct signal_thread *self);
/* What is waiting and ignored from now on goes. The lock is held; returns
 * entries to free, by next. */
struct signal_entry *signals_forget_locked(int sig);
void signals_free(struct signal_entry *entry);
/* Takes an entry that its owner had posted for no thread in particular back, if
 * it is queued. */
void signals_unqueue(struct signal_entry *entry);
/* Ignored, by the program or by default. The lock is held. */
bool signals_ignored_locked(int sig);

/* --- sigend.c --- */

/* The system is to end: sends SIGTERM to a program that catches it, or that
 * blocks it or waits for it. False: there is none. */
bool signals_ask_end(void);

/* --- sigrun.c --- */

/* Runs what is pending for the running thread and not blocked. False: a handler
 * ran and the call it interrupted does not restart. Thread context, no locks.
 */
bool signals_run(bool restarts);
/* Sets the running thread's mask; runs nothing. Returns what it was. */
sigset_t signals_set_mask(sigset_t mask);
/* Where the running thread's stack is now. */
bool signals_on_stack(const struct signal_thread *self);

#endif
