/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The types of pthread.h, which sys/types.h gives too. Objects that are all
 * zero are initialised. Source: POSIX.1-2017, sys/types.h.
 */
#ifndef _SYS__PTHREADTYPES_H_
#define _SYS__PTHREADTYPES_H_

#include <sys/sched.h>

/* What unistd.h says beyond newlib's sys/features.h. */
#define _POSIX_PRIORITY_SCHEDULING 200809L
#define _POSIX_THREAD_PRIORITY_SCHEDULING 200809L
#define _POSIX_THREAD_PROCESS_SHARED 200809L

typedef unsigned long pthread_t;
typedef unsigned int pthread_key_t;
typedef unsigned int pthread_spinlock_t;

typedef struct {
    void *__stack; /* NULL: a new one */
    __SIZE_TYPE__ __stack_bytes, __guard_bytes;
    int __detached, __inherit, __policy, __scope;
    struct sched_param __param;
    int __bound; /* __cpus counts */
    cpu_set_t __cpus;
    unsigned __magic;
} pthread_attr_t;

typedef struct __pthread_mutex {
    unsigned int __state, __kind;
    unsigned int __owner, __depth;
    unsigned int __robust, __reserved;
    struct __pthread_mutex *__next, **__link; /* those of one owner */
} pthread_mutex_t;

typedef struct {
    int __kind, __shared;
} pthread_mutexattr_t;

typedef struct {
    unsigned int __changes, __inside, __monotonic, __reserved;
} pthread_cond_t;

typedef struct {
    int __clock, __shared;
} pthread_condattr_t;

typedef struct {
    unsigned long __state;
    unsigned int __writer, __reserved;
} pthread_rwlock_t;

typedef struct {
    int __shared, __reserved;
} pthread_rwlockattr_t;

typedef struct {
    unsigned int __count, __arrived, __round, __inside;
} pthread_barrier_t;

typedef struct {
    int __shared;
} pthread_barrierattr_t;

typedef struct {
    unsigned int __state;
} pthread_once_t;

#endif
