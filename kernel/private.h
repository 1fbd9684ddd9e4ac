/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of kernel/ share.
 *
 * Lock order: a wait queue's lock, then a sched's lock or a timers' lock, one
 * at a time. threads.lock (thread.c) is held with no other. All are taken with
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
#include <pith/tty.h>
#include <pith/waitq.h>
#include <stdarg.h>

/* For what is counted in instructions: the plainest programs that Pith is
 * compared by do little else. */
#define FRAMELESS __attribute__((optimize("omit-frame-pointer")))

/* --- threads and the scheduler: thread.c, sched.c --- */

/* RUNNABLE: runs, is in a queue, or is about to be put into one. */
enum thread_state { THREAD_RUNNABLE, THREAD_BLOCKED, THREAD_ENDED };

struct run_queue {
    struct thread *first; /* first in, first out, by next_ready */
    struct thread **end;  /* where the next one is put: first, if empty */
};

/* The timers of one vCPU: timer.c. */
struct timers {
    struct spinlock lock; /* protects all of it */
    struct heapq queue;
    uint64_t xen_deadline_ns; /* DEADLINE_NEVER: not set */
    struct timer *firing;
};

/* One for each vCPU, reached through this_cpu()->sched. */
struct sched {
    struct run_queue queues[THREAD_HIGH + 1]; /* by level; 0 is not used */
    /* Protects online, levels, top, ready, queues, next_ready of who is there.
     */
    struct spinlock lock;
    uint32_t cpu;
    uint32_t online;
    uint32_t unwanted; /* smp.call_lock: stays down when it comes up */
    uint32_t levels;   /* bits: those that have threads in their queue, and 0 */
    uint64_t top;      /* the highest of them */
    uint32_t ready;    /* threads in the queues; too few are counted at first */
    struct thread *idle;
    struct cpu *owner;
    /* Of the vCPU itself, interrupts off: who runs since the slice began. */
    uint32_t slice_armed;
    struct timer slice;
    struct thread *slice_thread;
    uint64_t slice_switches;
    struct timers timers;
    uint64_t switched_tsc; /* cputime.c; 0: not measured yet */
    uint32_t kick_port;    /* an IPI: look at your queues */
    uint32_t call_wanted;  /* exchanged atomically: smp_call_others */
};

/* lockorder.c: locks that a thread, or a vCPU, holds. */
struct lock_list {
    uint32_t count;
    struct held_lock {
        const void *lock, *where;
    } locks[8];
};
/* Watches from now on: once the vCPU has its struct cpu. */
void lock_order_start(void);

struct thread {
    struct context context;    /* while it does not run */
    struct sched *home;        /* whose queue it is in, or where it ran last */
    struct thread *next_ready; /* home->lock */
    uint32_t state;            /* enum thread_state; exchanged atomically */
    uint64_t level;            /* enum thread_priority; 0: an idle thread;
                                * anybody may change it at any time */
    uint32_t bound;            /* affinity counts */
    uint32_t homeless;         /* but its vCPUs are all out of service */
    uint32_t pending;   /* waiters woken, not yet cancelled; atomically */
    uint32_t timed_out; /* exchanged atomically */
    struct timer timeout;
    struct cpuset affinity;
    uint64_t switches;
    struct waiter waiter; /* in the queue of a semaphore, or was */
    uint64_t ran_ticks;   /* cputime.c */
    void *user_data;
    void *tls_base; /* in FS while it runs; NULL without hooks */
    void (*fn)(void *arg);
    void *arg;
    void *stack;
    size_t stack_bytes;
    bool stack_borrowed;      /* its memory is somebody else's */
    struct list all_link;     /* threads.lock */
    struct thread *next_dead; /* the same */
    char name[16];
    /* What only another thread can end: the mutex that it waits for, or
     * WAITS_FOR_THREAD; else NULL. For deadlock.c. */
    const void *waits;
    uint32_t stop; /* enum thread_stop; changed atomically */
    bool at_rest;  /* thread_set_at_rest */
    struct lock_list held[CONFIG_CHECKS]; /* the thread's own */
};
#define WAITS_FOR_THREAD ((const void *)1)

/* What ends an interruptible wait before its time; INTERRUPTED, all of them
 * until thread_interrupt_take. */
enum thread_stop { STOP_DEADLINE = 1, STOP_INTERRUPTED = 2 };
/* waits, where a semaphore counts as well. */
static inline const void *thread_waits(const struct thread *thread)
{
    bool in_semaphore = thread->waiter.queue && !thread->waiter.woken;

    return thread->waits  ? thread->waits
           : in_semaphore ? WAITS_FOR_THREAD
                          : NULL;
}

/* thread_current, inlined. */
static inline struct thread *current(void)
{
    return cpu_read(thread);
}

/* This vCPU's, for as long as it is not left: interrupts or preemption off. */
static inline struct sched *this_sched(void)
{
    return cpu_read(sched);
}

/* sched.c, runqueue.c: prepares what vCPU cpu will run by, with its idle
 * thread. */
void sched_init(struct sched *sched, struct thread *idle, unsigned cpu);
/* Makes the running stack that of the idle thread, for ever: it lets other
 * threads run, or sleeps. Interrupts on. */
void sched_idle(void) __attribute__((noreturn));
/* Takes a thread that may run on cpu out of sched's queues; NULL: none.
 * Interrupts off, as for the next three. */
struct thread *sched_take(struct sched *sched, unsigned cpu);
/* Takes thread out of sched's queues; false: it is not there. */
bool sched_take_out(struct sched *sched, const struct thread *thread);
/* Queues thread. 0, or -XEN_EBUSY when sched's vCPU is not online. */
int sched_push(struct sched *sched, struct thread *thread);
/* Sees to it that thread, which runs, is not left alone for ever. sched is this
 * vCPU's. */
void sched_look_at_slice(struct sched *sched, struct thread *thread);
/* Blocks until *until, which a waker sets before it calls sched_wake, is not 0,
 * or the deadline passed: then -XEN_ETIME. Thread context. */
int sched_block(const uint32_t *until, uint64_t deadline_ns);
/* interrupt.c: the same, interruptible: or -XEN_EINTR (pith/interrupt.h). */
int sched_block_interruptible(const uint32_t *until, uint64_t deadline_ns);
/* Lets others run until somebody makes this thread runnable, or at once if it
 * is. Interrupts off. */
void sched_schedule(void);
/* Queues thread if it is blocked. Interrupts off. */
void sched_make_runnable(struct thread *thread);
/* Counts w as woken and makes its thread ready. Any context; w->queue->lock is
 * held, interrupts are off. */
void sched_wake(struct waiter *w);
/* After thread's level or affinity has changed: it goes to the queue where it
 * belongs now, or leaves the vCPU where it may not run. */
void sched_look_again(struct thread *thread);
/* Puts the running thread's own waiter last into q, lets go of q->lock and
 * blocks until sched_wake_first_* has woken it and let go of the lock, too.
 * Interrupts off; they are on when it returns. */
void sched_wait_locked(struct waitq *q);
/* Takes the first such waiter off q and makes its thread ready; false: there is
 * none. q->lock is held, interrupts are off. */
bool sched_wake_first_locked(struct waitq *q);
/* The same two where sched_simple holds, without the lock. There is one to be
 * woken. */
void sched_wait_simple(struct waitq *q);
void sched_wake_first_simple(struct waitq *q);
/* Runs others for ever. thread_reap frees the thread's memory. */
void sched_exit(void) __attribute__((noreturn));

/* place.c: puts a thread that became runnable into a queue and tells its vCPU.
 * Interrupts off, as for all of place.c. */
void place_thread(struct thread *thread);
/* Looks what the queues of this vCPU want of it while a thread runs. */
void place_look(struct sched *sched);
/* Takes a thread from another vCPU's queues; NULL: none. */
struct thread *place_steal(struct sched *sched);
/* Gives one of this vCPU's threads away, if another has fewer. In upcalls. */
void place_share(struct sched *sched);
void place_set_asleep(struct sched *sched, bool asleep);
/* No vCPU runs a thread, or is about to find one. */
bool place_all_asleep(void);
bool thread_allows(const struct thread *thread, unsigned cpu);

/* thread.c: a thread without a stack of its own, not in the list of all. NULL:
 * out of memory. */
struct thread *thread_new_idle(void);

/* No other vCPU was ever started, so that nobody else touches this one's
 * queues, and no trace is written: shorter paths do. smp.c. */
extern bool sched_simple;

/* cputime.c: each switch is measured; not where sched_simple holds. */
extern bool sched_measures;
/* left will not run on this vCPU any more. Interrupts off. */
void sched_measure(struct thread *left);

/* stop.c: runs fn(arg) on vCPU 0 with interrupts off, while no other vCPU does
 * anything. If it returns 0, then after it on each of them (vCPU 0 first)
 * renew(), with interrupts off, and returns 0; else what fn returned, or
 * -XEN_ENOMEM, -XEN_ETIME: fn has not run. As lifecycle_suspend. */
int stop_machine(int (*fn)(void *arg), void *arg, void (*renew)(void));
/* smp.c: in a restored domain, on each vCPU: its event for smp_kick. */
int smp_renew(void);
/* smp.c: the boot vCPU's part. 0 or -XEN_ENOMEM. */
int smp_init(void);
/* Starts the other vCPUs, as many as Xen has for us; does not wait for them.
 * Thread context, events work. */
void smp_start(void);
struct sched *smp_sched(unsigned cpu);
/* Interrupts sched's vCPU, so that it looks at its queues and timers. */
void smp_kick(struct sched *sched);

/* --- thread-local storage: tls.c --- */

/* Fills thread->tls_base. 0 or -XEN_ENOMEM. */
int thread_tls_alloc(struct thread *thread);
/* In self, which is about to end. May block. */
void thread_tls_end(struct thread *self);
/* thread does not run any more, or never has. */
void thread_tls_free(struct thread *thread);

/* --- other vCPUs: tlb.c --- */

/* From here on tlb_shootdown (pith/pagetable.h) reaches all online vCPUs.
 * smp_call_others works. */
void tlb_start(void);

/* The list of all threads, by all_link; to read where nothing else runs. */
const struct list *threads_all(void);

/* --- threads that wait for each other: deadlock.c --- */

/* Ends the system if there is a deadlock. Every vCPU sleeps but this one, which
 * is about to; interrupts off. */
void deadlock_check(void);
/* A thread will block for a mutex. */
void deadlock_mutex_wait(void);

/* --- wait queues: waitq.c --- */

/* Takes the first waiter off and wakes it; returns its thread, NULL if there
 * is none. q->lock is held. */
struct thread *waitq_wake_one_locked(struct waitq *q);

/* --- timers: timer.c --- */

void timers_init(struct timers *timers);
/* Binds Xen's timer event of this vCPU. 0 or -XEN_E*. */
int timers_start(void);
/* In a restored domain: the same, and sets Xen's timer anew. Interrupts off. */
int timers_renew(void);
/* Sets Xen's timer if others have put an earlier deadline into this vCPU's
 * queue. Interrupts off. */
void timers_look(struct timers *timers);
/* Moves all timers of from, whose vCPU this is, to another vCPU's, which must
 * look then. Interrupts off. */
void timers_move(struct timers *from, struct timers *to);
/* throttle.c: gives xen/ a timer. After timers_start. */
void throttle_start(void);
/* As timer_arm, but says false instead of firing at once when deadline_ns has
 * passed already; then the timer is not armed. */
bool timer_arm_future(struct timer *timer, uint64_t deadline_ns);
/* As deadlock_check. */
bool timer_any_armed(void);

/* --- seeing inside: observe.c, tracing.c, profile.c --- */

/* thread.c: how often threads were switched to since boot. Thread context. */
uint64_t thread_switches(void);
/* Facts of a thread that stays meanwhile. */
void thread_describe(const struct thread *thread, struct thread_info *out);
/* Calls fn, which must not block, with the n-th thread, which stays meanwhile.
 * False: there are fewer. Thread context. */
bool thread_visit(size_t n, void (*fn)(const struct thread *thread));

struct cpu;
struct trace_ring;

/* vCPU n, NULL from the first one on that was never started. Any context. */
struct cpu *observed_cpu(unsigned n);
struct counter_sink;
struct counter_part {
    const char *what;
    const uint64_t *value;
};
/* Hands out count numbers of a device, each as "OF.WHAT" (47 characters). */
void counters_put_parts(const struct counter_sink *sink, const char *of,
                        const struct counter_part *parts, size_t count);
/* A ring for a vCPU that starts; NULL: tracing is off, or no memory. */
struct trace_ring *tracing_new_ring(void);
/* This vCPU has nothing to run. Interrupts off. */
static inline bool sched_is_idle(void)
{
    return current() == this_sched()->idle;
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

/* The end has begun. */
bool lifecycle_is_ending(void);
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
#define TTY_INPUT_BYTES 1024 /* a power of two */

/* Typed bytes. The owner locks. */
struct tty_input {
    struct tty_mode mode;
    bool signals;                   /* somebody hears of them */
    uint32_t read, committed, edit; /* run free; read <= committed <= edit */
    char data[TTY_INPUT_BYTES];
    uint64_t ends[TTY_INPUT_BYTES / 64]; /* bytes that are end marks */
};

/* What is to be shown; flush takes it all. */
struct tty_echo {
    char text[96];
    size_t length;
    void (*flush)(struct tty_echo *echo);
};

#define TTY_NO_SIGNAL (-1)
/* As at boot: in lines, with echo. */
void tty_input_init(struct tty_input *in);
/* Takes one typed character. TTY_NO_SIGNAL or the TTY_CHAR_* of a signal. */
int tty_input_put(struct tty_input *in, char c, struct tty_echo *echo);
/* Up to size bytes, of the first line in lines. */
size_t tty_input_get(struct tty_input *in, char *buf, size_t size);
void tty_input_flush(struct tty_input *in);
void tty_input_set_mode(struct tty_input *in, const struct tty_mode *mode);

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
/* divert.c's, if the image has it: true if the thread goes on elsewhere. */
extern bool (*fault_divert)(struct trap_frame *frame, uint64_t addr,
                            bool no_memory);
/* The same for a thread that was interrupted while it was marked by
 * thread_interrupt. Interrupts off. */
extern void (*interrupt_divert)(struct trap_frame *frame);
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
void panic_append_text(const char *text, size_t length);
#define panic_append(...) report_printf(panic_append_text, __VA_ARGS__)

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
