/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of this test share. */

#ifndef PARTS_H
#define PARTS_H

/* Before libc's, which define some of the same macros. */
#include <pith/clock.h>
#include <pith/heap.h>
#include <pith/thread.h>
#include <pith/waitq.h>

#include "guest_test.h"
#include "guest_threads.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS 8
#define ROUNDS 60

/* A line whose expectation failed in some thread; 0: none. */
extern int wrong;
/* locks.c */
extern pthread_mutex_t mutex;
extern void *objects[ROUNDS]; /* that are destroyed right after their use */
pthread_mutex_t make(int type, int robust);
/* cond.c */
extern pthread_cond_t cond;
/* threads.c */
extern pthread_barrier_t gate;
extern size_t threads_at_start;
extern int destroyed;
void *give_back(void *arg);
void *wait_at_gate(void *arg);

void expect(int condition, int line);
#define EXPECT(condition) expect(condition, __LINE__)

/* Runs fn in count threads, with 0, 1... as argument, and joins them. 0, or
 * the line of an expectation that failed, or -1. */
int run_new(int count, void *(*fn)(void *arg));
/* As run_new, in threads that stay. */
int run(int count, void *(*fn)(void *arg));
void pool_start(void);
void pool_end(void);
struct timespec from_now(clockid_t clock, long ms);
void pause_for_ever(void);

static const struct timespec bad_time = {.tv_nsec = 1000000000};
static const struct timespec long_ago = {.tv_sec = 1};

#endif
