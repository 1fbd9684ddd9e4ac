/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's locks, all of them recursive mutexes: newlib itself takes care not
 * to take its plain ones twice. Source: newlib, libc/misc/lock.c.
 */

#include "interrupt.h"
#include "private.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/mutex.h>
#include <pith/panic.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <sys/lock.h>

#define EXIT_PATIENCE_NS (500 * NS_PER_MS)

struct __lock {
    struct mutex mutex;
    uint32_t depth; /* only the holder of mutex changes it */
    bool made;      /* a stream's; the others are variables of newlib's */
};

#define STATIC_LOCK(name) struct __lock name = {.mutex = MUTEX_INIT(name.mutex)}

extern struct __lock __lock___sfp_recursive_mutex,
    __lock___atexit_recursive_mutex, __lock___at_quick_exit_mutex,
    __lock___malloc_recursive_mutex, __lock___env_recursive_mutex,
    __lock___tz_mutex, __lock___dd_hash_mutex, __lock___arc4random_mutex;

STATIC_LOCK(__lock___sfp_recursive_mutex);
STATIC_LOCK(__lock___atexit_recursive_mutex);
STATIC_LOCK(__lock___at_quick_exit_mutex);
STATIC_LOCK(__lock___malloc_recursive_mutex);
STATIC_LOCK(__lock___env_recursive_mutex);
STATIC_LOCK(__lock___tz_mutex);
STATIC_LOCK(__lock___dd_hash_mutex);
STATIC_LOCK(__lock___arc4random_mutex);

/* Cancellation waits for the last one to be given back. */
__thread uint32_t posix_libc_locks;

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
    struct __lock *l = heap_zalloc(sizeof(*l));

    /* newlib's interface has no way to fail. */
    if (!l)
        panic("out of memory for a lock of the C library");
    mutex_init(&l->mutex);
    l->made = true;
    *lock = l;
}

void __retarget_lock_init(_LOCK_T *lock)
{
    __retarget_lock_init_recursive(lock);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
    heap_free(lock);
}

void __retarget_lock_close(_LOCK_T lock)
{
    heap_free(lock);
}

/* The thread in exit() takes all streams' locks, to flush them. Who reads from
 * the console or a peer may keep one for ever, but its stream is as it should
 * be: it is flushed without. False: lock is somebody else's. */
static bool lock_mutex(struct __lock *lock)
{
    if (likely(thread_current() != atomic_load(&posix_exiting))) {
        mutex_lock(&lock->mutex);
        return true;
    }
    return !mutex_lock_until(&lock->mutex,
                             clock_monotonic_ns() + EXIT_PATIENCE_NS);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
    /* Only the running thread can find itself as the owner. */
    if (lock->mutex.owner == thread_current() || lock_mutex(lock))
        lock->depth++;
    posix_libc_locks++;
}

void __retarget_lock_acquire(_LOCK_T lock)
{
    __retarget_lock_acquire_recursive(lock);
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
    if (lock->mutex.owner != thread_current() && mutex_trylock(&lock->mutex))
        return 0;
    lock->depth++;
    posix_libc_locks++;
    return 1;
}

int __retarget_lock_try_acquire(_LOCK_T lock)
{
    return __retarget_lock_try_acquire_recursive(lock);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
    bool made = lock->made;

    if (likely(lock->mutex.owner == thread_current()) && --lock->depth == 0)
        mutex_unlock(&lock->mutex);
    /* What was put off while a stream's lock was held happens now. */
    if (--posix_libc_locks == 0 && made)
        posix_cancel_point();
}

void __retarget_lock_release(_LOCK_T lock)
{
    __retarget_lock_release_recursive(lock);
}
