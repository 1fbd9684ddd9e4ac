/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What posix/ knows of each thread. It lies among the thread's own variables,
 * so every thread has one, the kernel's too, all zero at first, and it costs
 * nothing to find. Who uses it links thread.c.
 */
#ifndef POSIX_THREAD_H
#define POSIX_THREAD_H

#include <pith/list.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <pith/waitq.h>
#include <pthread.h>

struct key_block;

/* posix_thread.cancel; changed atomically. */
enum {
    CANCEL_WANTED = 1,   /* pthread_cancel was called */
    CANCEL_DISABLED = 2, /* pthread_setcancelstate */
    CANCEL_ASYNC = 4,    /* pthread_setcanceltype */
    CANCEL_ENDING = 8,   /* it ends: no cancellation any more */
};

/* posix_thread.state; changed atomically. */
enum {
    THREAD_HAS_HANDLE = 1, /* it may be joined or detached */
    THREAD_IS_JOINED = 2,  /* somebody waits for its end */
    THREAD_IS_GONE = 4,    /* it has left its stack for ever */
};

struct posix_thread {
    /* Of all threads of the program; one that can be joined stays there until
     * it is. link.next is NULL in those of the kernel. posix_threads.lock. */
    struct list link;
    /* NULL once it ends: who holds the lock and sees it may use it. */
    struct thread *kernel;
    uint32_t id; /* posix_thread_id() */
    uint32_t state;
    uint32_t ended; /* waited for by joiners */
    uint32_t cancel;
    void *(*start)(void *arg); /* one of both */
    int (*start_c11)(void *arg);
    void *arg;
    void *result;
    bool stack_borrowed;
    size_t guard_bytes;
    /* Only its own: */
    struct _pthread_cleanup_context *cleanups;
    struct key_block *keys[8];
    pthread_mutex_t *robust; /* those it holds */
    uint32_t read_locks;     /* how many it holds */
    /* posix_threads.lock: */
    int policy, priority;
    bool bound;
    struct cpuset affinity; /* if bound */
};

/* lock protects the list and what says so above; it is taken with interrupts
 * off, and kernel/'s locks after it. */
struct posix_threads {
    struct spinlock lock;
    struct list all;
    struct posix_thread *main;
    uint32_t running; /* those that are not main's; atomically */
    uint32_t last_id; /* atomically */
    /* Run in a thread that ends, once somebody has set them. */
    void (*end_keys)(struct posix_thread *self);
    void (*end_robust)(struct posix_thread *self);
    /* Run in who makes a thread, before that runs; signals.c sets it. */
    void (*begin)(struct posix_thread *child);
};
extern struct posix_threads posix_threads;

/* Not to be named by others. */
extern __thread struct posix_thread posix_thread_storage
    __attribute__((tls_model("local-exec")));

/* The running thread's; never NULL. In threads only: an upcall may come while
 * nothing runs. */
static inline struct posix_thread *posix_self(void)
{
    return &posix_thread_storage;
}

/* That of a thread with this base of its variables, and back. */
struct posix_thread *posix_thread_of(void *tls_base);
void *posix_thread_base(struct posix_thread *thread);
/* A number of the running thread's own, from 1, which is main's. */
uint32_t posix_thread_id(void);
/* The thread that id stands for, NULL if there is none, or no more. The lock is
 * held. */
struct posix_thread *posix_thread_find_locked(pthread_t id);
/* What the end of the running thread comes to: its destructors run, then
 * joiners are woken. */
void posix_thread_ends(void);
void posix_thread_ended(void);

/* Makes a thread that runs start(arg), or start_c11(arg). 0, EINVAL or EAGAIN.
 */
int posix_thread_create(pthread_t *out, const pthread_attr_t *attr,
                        void *(*start)(void *arg), int (*start_c11)(void *arg),
                        void *arg);
/* 0, ESRCH, EINVAL, EDEADLK, or ETIMEDOUT at the deadline. */
int posix_thread_join(pthread_t id, void **result, uint64_t deadline_ns);

#define POSIX_ATTR_MAGIC 0x70746174u

/* What kernel/ has for a policy. */
unsigned posix_sched_level(int policy);
bool posix_sched_valid(int policy, int priority);

/* At a cancellation point, with nothing to undo: ends the thread if that was
 * asked for. True: newlib has a lock for it, and it ends when it gives that
 * back. */
bool posix_cancel_test(void);

/* The deadline that until means by clock. 0, or EINVAL for one that is none, or
 * for another clock than CLOCK_REALTIME and CLOCK_MONOTONIC. */
int posix_deadline(clockid_t clock, const struct timespec *until,
                   uint64_t *out_ns);

#endif
