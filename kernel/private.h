/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of kernel/ share.
 *
 * Lock order: a wait queue's lock, then a sched's lock. timers.lock (timer.c)
 * and threads.lock (thread.c) are held with no other. All are taken with
 * interrupts off.
 */
#ifndef PITH_KERNEL_PRIVATE_H
#define PITH_KERNEL_PRIVATE_H

#include <pith/context.h>
#include <pith/jitter.h>
#include <pith/option.h>
#include <pith/room.h>
#include <pith/spinlock.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <pith/tls.h>
#include <pith/waitq.h>
#include <stdarg.h>

/* --- threads and the scheduler: thread.c, sched.c --- */

enum thread_state { THREAD_RUNNING, THREAD_READY, THREAD_BLOCKED };

/* One for each vCPU, reached through this_cpu()->sched. */
struct sched {
    struct spinlock lock; /* ready, and what struct thread says of it */
    struct thread *ready; /* first in, first out, by next_ready */
    struct thread **end;  /* where the next one is put: ready, if empty */
    struct thread *dead;  /* left its stack for good; the next one frees it */
};

struct thread {
    struct context context;    /* while it does not run */
    struct sched *home;        /* the vCPU it runs on; does not change */
    struct thread *next_ready; /* home->lock */
    enum thread_state state;   /* home->lock */
    uint32_t pending;   /* home->lock: waiters woken, not yet cancelled */
    uint32_t timed_out; /* home->lock */
    struct timer timeout;
    uint64_t switches;
    void *user_data;
    void *tls_base; /* in FS while it runs; NULL without hooks */
    void (*fn)(void *arg);
    void *arg;
    void *stack;
    size_t stack_bytes;
    struct list all_link; /* threads.lock */
    char name[16];
};

/* thread_current, inlined. */
static inline struct thread *current(void)
{
    return this_cpu()->thread;
}

/* Gives this vCPU its run queue. 0 or -XEN_ENOMEM. */
int sched_init(void);
/* Leaves the boot stack for the first ready thread. */
void sched_start(void) __attribute__((noreturn));
/* Puts a thread that is new, or blocked, at the end of its run queue.
 * home->lock is held. */
void sched_ready_locked(struct thread *thread);
/* Blocks until *until, a word that changes only under home->lock, is not 0,
 * or the deadline passed: then -XEN_ETIME. Thread context. */
int sched_block(const uint32_t *until, uint64_t deadline_ns);
/* Counts w as woken and makes its thread ready. Any context; w->queue->lock is
 * held, interrupts are off. */
void sched_wake(struct waiter *w);
/* Runs others for ever. The thread's memory is freed once its stack is left. */
void sched_exit(void) __attribute__((noreturn));
/* What a new thread does first: the second half of the switch to it. */
void sched_enter(void);
/* Frees thread, which does not run any more. */
void thread_free(struct thread *thread);

/* --- thread-local storage: tls.c --- */

/* Fills thread->tls_base. 0 or -XEN_ENOMEM. */
int thread_tls_alloc(struct thread *thread);
/* In self, which is about to end. May block. */
void thread_tls_end(struct thread *self);
/* thread does not run any more, or never has. */
void thread_tls_free(struct thread *thread);

/* --- wait queues: waitq.c --- */

/* Takes the first waiter off and wakes it; returns its thread, NULL if there
 * is none. q->lock is held. */
struct thread *waitq_wake_one_locked(struct waitq *q);

/* --- timers: timer.c --- */

/* Binds Xen's timer event. 0 or -XEN_E*. Nobody arms a timer before. */
int timer_start(void);
/* As timer_arm, but says false instead of firing at once when deadline_ns has
 * passed already; then the timer is not armed. */
bool timer_arm_future(struct timer *timer, uint64_t deadline_ns);

/* --- seeing inside: observe.c, tracing.c --- */

struct cpu;
struct trace_ring;

/* vCPU n, NULL from the first one on that was never started. Any context. */
struct cpu *observed_cpu(unsigned n);
/* A ring for a vCPU that starts; NULL: tracing is off, or no memory. */
struct trace_ring *tracing_new_ring(void);
/* This vCPU has nothing to run. Interrupts off. */
static inline bool sched_is_idle(void)
{
    return current()->state == THREAD_BLOCKED;
}
/* profile.c: samples on this vCPU from now on, if pith.profile is given. Once
 * it is online; events work. Thread context. */
void profile_start_here(void);

/* --- boot: options.c, option_table.c, lifecycle.c --- */

/* Applies boot_info.cmdline. 0, or a negative number with the reason in
 * error. Thread "main", heap ready. */
int options_apply(char *error, size_t size);
/* Applies one word KEY=VALUE (cut in place) by the options from first to end.
 * 0, or -XEN_EINVAL with the reason in error, or -XEN_ENOENT when the key is
 * known but nobody linked owns it. */
int option_apply_word(const struct option *first, const struct option *end,
                      char *word, char *error, size_t size);

/* Says that rooms up to level have been started: their hooks run at the end. */
void lifecycle_reached(const char *level);
/* Ends a start that cannot go on: "pith: " and the reason, "pith: exit
 * STATUS", the hooks of what was started, power off. */
void lifecycle_refuse(unsigned status, const char *fmt, ...) __printf(2, 3)
    __attribute__((noreturn));

/* --- consoles: tty.c, tty_input.c --- */

/* Takes over the console ring and the log's lines. */
void tty_start(void);
/* Writes what fits into the ring at once, LF as CR LF; returns how much of
 * text that was. -XEN_ENODEV: no ring. Any context. */
long tty_put(const char *text, size_t length);
/* Blocks until the console has taken all output, as long as it makes
 * progress every second. */
void tty_drain(void);

#define TTY_INPUT_BYTES 1024 /* a power of two */

/* Typed bytes, in lines. The owner locks. */
struct tty_input {
    uint32_t read, committed, edit; /* run free; read <= committed <= edit */
    char data[TTY_INPUT_BYTES];
};

/* Takes one typed character. What is to be echoed goes to echo (3 bytes);
 * returns how many that are. */
size_t tty_input_put(struct tty_input *in, char c, char *echo);
/* Up to size bytes of the first line. */
size_t tty_input_get(struct tty_input *in, char *buf, size_t size);

/* --- random numbers: random.c, noise.c --- */

struct noise {
    struct jitter jitter;
    uint32_t at; /* where the walk through memory has come to */
};
/* Fills durations with JITTER_BATCH measurements; *out_bits is what they are
 * worth. Thread context. 0 or -XEN_ENOMEM. */
int noise_gather(struct noise *noise, uint32_t durations[JITTER_BATCH],
                 unsigned *out_bits);

/* --- the end by a bug: panic.c, backtrace.c, symbols.c --- */

struct trap_frame;

/* Registers the handlers of panics and of page faults. */
void panic_start(void);
void fault_start(void);
/* Ends the system by a page fault that has no answer. */
void fault_report(const struct trap_frame *frame) __attribute__((noreturn));
/* "read", "write" or "execution". */
const char *fault_kind(const struct trap_frame *frame);

#define FRAMES_ALL 32

/* Like panic; the report has what describe appends in place of the caller's
 * backtrace. */
void panic_about(void (*describe)(void), const char *fmt, ...) __printf(2, 3)
    __attribute__((noreturn));
/* To the report. Only while it is made. */
void panic_append(const char *fmt, ...) __printf(1, 2);
void panic_append_text(const char *text, size_t length);

/* backtrace_walk, at most max lines. */
void backtrace_some(uint64_t rip, uint64_t rbp, unsigned max,
                    void (*print)(const char *line, size_t length));

/* backtrace_walk from where frame was taken, at most max lines. The caller is
 * not missed where the function has not made its frame, or what was called is
 * no code. */
void backtrace_trap(const struct trap_frame *frame, unsigned max,
                    void (*print)(const char *line, size_t length));

/* The table of names, as tools/ksyms writes it: count addresses in ascending
 * order, then as many names, each ended by a NUL. */
struct ksyms {
    uint32_t count;
    uint32_t addresses[];
};
/* The place of the last address that is not above addr, -1 if there is none;
 * and the name that belongs to place n. */
long ksyms_index(const struct ksyms *table, uint64_t addr);
const char *ksyms_name(const struct ksyms *table, uint32_t n);
/* The last name whose address is not above addr, NULL if there is none. */
const char *ksyms_find(const struct ksyms *table, uint64_t addr,
                       uint64_t *out_offset);

/* The same for the image's own table: how many names it has, 0 without one; the
 * place of the function that holds addr, or -1; the name at a place. */
uint32_t symbol_count(void);
long symbol_index(uint64_t addr);
const char *symbol_name(uint32_t n);

#endif
