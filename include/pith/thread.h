/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: each has a guarded stack and runs on any vCPU until it blocks,
 * yields or ends, or until another one is due. kernel/.
 */
#ifndef PITH_THREAD_H
#define PITH_THREAD_H

#include <pith/smp.h>

struct thread;

#define THREAD_STACK_BYTES 32768

/* Starts a thread that runs fn(arg) and ends when fn returns. name is copied
 * (15 characters). Returns it, NULL when out of memory. The thread frees
 * itself; the pointer is valid until fn returns. Thread context. */
struct thread *thread_start(const char *name, size_t stack_bytes,
                            void (*fn)(void *arg), void *arg);

/* What thread_start leaves open. Zero is its default. */
struct thread_spec {
    const char *name;
    void *stack; /* the caller's own, all of it mapped; NULL: a new one */
    size_t stack_bytes;
    unsigned priority;             /* enum thread_priority; 0: THREAD_NORMAL */
    const struct cpuset *affinity; /* NULL: runs on all vCPUs */
    void (*fn)(void *arg);
    void *arg;
};
/* Makes a thread that does not run yet; NULL when out of memory. spec is
 * borrowed until this returns, its stack until the tls hooks' free. Thread
 * context. */
struct thread *thread_prepare(const struct thread_spec *spec);
/* Starts what thread_prepare made. Thread context. */
void thread_launch(struct thread *thread);
/* What the hooks' alloc gave it. */
void *thread_tls_base(const struct thread *thread);
/* Its lowest address and its size. */
void *thread_stack(const struct thread *thread, size_t *out_bytes);

/* The running thread. Not in upcalls. */
struct thread *thread_current(void);
const char *thread_name(const struct thread *thread);
/* Lets other runnable threads run first. */
void thread_yield(void);
/* Sleeps until clock_monotonic_ns() >= deadline_ns. */
void thread_sleep_until(uint64_t deadline_ns);
/* Says from when to when the running thread waits for anybody's next wish, with
 * nothing under way: that it waits does not mean that the system lives
 * (docs/architecture.md). */
void thread_set_at_rest(bool at_rest);
void thread_exit(void) __attribute__((noreturn));
/* Frees what ended threads held, which otherwise waits for a vCPU that has
 * nothing to do, or for the next thread_start. Thread context. True if there
 * are some left whose stacks are in use for another moment. */
bool thread_reap(void);

/* Threads of a higher priority run first, and at once. Of equals each gets its
 * turn every few milliseconds at the latest; a lower one waits for as long as
 * higher ones compute. New threads are THREAD_NORMAL. */
enum thread_priority { THREAD_LOW = 1, THREAD_NORMAL, THREAD_HIGH };
/* Of the running thread. */
void thread_set_priority(enum thread_priority priority);
/* Lets the running thread run on the vCPUs of set alone, and moves it there;
 * NULL: on all again. While none of them is online it runs elsewhere. 0, or
 * -XEN_EINVAL when none of set is online now. */
int thread_set_affinity(const struct cpuset *set);

/* The same for any thread that has not ended; what it runs on or waits in
 * changes soon after. Any context but with a lock of kernel/ held. */
void thread_change_priority(struct thread *thread,
                            enum thread_priority priority);
int thread_change_affinity(struct thread *thread, const struct cpuset *set);
/* Copies name (15 characters). */
void thread_rename(struct thread *thread, const char *name);

/* For how long it has run, but for what came before anybody asked this of some
 * thread; time that Xen gave to other guests counts as well. thread has not
 * ended. Thread context. */
uint64_t thread_cpu_ns(const struct thread *thread);

/* One word that belongs to posix/: its per-thread state. */
void *thread_user_data(const struct thread *thread);
void thread_set_user_data(struct thread *thread, void *data);

/* Thread-local variables, which posix/ knows how to make. The base that alloc
 * gives is in FS (pith/tls.h) whenever the thread runs. */
struct thread_tls_hooks {
    /* A base for a thread that is being made; NULL when out of memory, and
     * then the thread is not made. In the thread that makes it. */
    void *(*alloc)(void);
    /* In a thread that ends, as the last of what runs in it; may block. */
    void (*end)(void);
    /* The thread has ended, or was never started. Must not block. */
    void (*free)(void *base);
};
/* Before there are threads: from a room of a level below ROOM_LEVEL_THREADS.
 * hooks is taken for ever. */
void thread_set_tls_hooks(const struct thread_tls_hooks *hooks);

struct thread_info {
    char name[16];
    const char *state; /* "running", "ready", "blocked" */
    unsigned cpu;      /* where it runs, or ran last */
    uint64_t switches;
};
/* Fills at most max entries, returns how many threads there are. */
size_t thread_list(struct thread_info *out, size_t max);

#endif
