/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutexes: a word that is taken and given back by one exchange. Who gives it
 * back touches nothing of the mutex after that, so that the next owner may
 * destroy it at once: waitaddr_wake takes its address as a number.
 *
 * A mutex of a plain kind is just the word; the others know their owner, by the
 * number of the thread. Robust ones are in a list of the owner's, which the end
 * of a thread goes through.
 */

#include "pthread_mutex.h"
#include "interrupt.h"
#include "private.h"
#include "thread.h"
#include <errno.h>
#include <pith/errno.h>
#include <pith/waitaddr.h>

enum { FREE, HELD, WANTED };

/* pthread_mutex_t.__robust */
enum { USABLE, OWNER_DIED, LOST };

static int kind_of(const pthread_mutex_t *m)
{
    return m->__kind & MUTEX_KIND;
}

static bool is_mine(const pthread_mutex_t *m)
{
    return READ_ONCE(m->__owner) == posix_thread_id();
}

/* --- robust ones --- */

static void unlink_robust(pthread_mutex_t *m)
{
    *m->__link = m->__next;
    if (m->__next)
        m->__next->__link = m->__link;
}

static void give_back(pthread_mutex_t *m)
{
    if (atomic_exchange(&m->__state, FREE) == WANTED)
        waitaddr_wake(&m->__state, 1);
}

static void end_robust(struct posix_thread *self)
{
    pthread_mutex_t *m;

    while ((m = self->robust)) {
        unlink_robust(m);
        m->__robust = OWNER_DIED;
        m->__depth = 0;
        WRITE_ONCE(m->__owner, 0);
        give_back(m);
    }
}

/* The word is ours: what that comes to. */
static int own_robust(pthread_mutex_t *m)
{
    struct posix_thread *self = posix_self();

    if (m->__robust == LOST) {
        WRITE_ONCE(m->__owner, 0);
        give_back(m);
        return ENOTRECOVERABLE;
    }
    posix_threads.end_robust = end_robust;
    m->__next = self->robust;
    if (m->__next)
        m->__next->__link = &m->__next;
    m->__link = &self->robust;
    self->robust = m;
    return m->__robust == OWNER_DIED ? EOWNERDEAD : 0;
}

static int own(pthread_mutex_t *m)
{
    if (m->__kind == PTHREAD_MUTEX_NORMAL)
        return 0;
    WRITE_ONCE(m->__owner, posix_thread_id());
    return m->__kind & MUTEX_ROBUST ? own_robust(m) : 0;
}

int pthread_mutex_consistent(pthread_mutex_t *m)
{
    if (!(m->__kind & MUTEX_ROBUST) || m->__robust != OWNER_DIED || !is_mine(m))
        return EINVAL;
    m->__robust = USABLE;
    return 0;
}

/* --- taking --- */

/* It is held by the running thread: 0 when it has been taken once more, -1 if
 * the caller has to wait for ever. */
static int again(pthread_mutex_t *m, int own_error)
{
    switch (kind_of(m)) {
    case PTHREAD_MUTEX_RECURSIVE:
        if (m->__depth == UINT32_MAX)
            return EAGAIN;
        m->__depth++;
        return 0;
    case PTHREAD_MUTEX_ERRORCHECK:
        return own_error;
    default:
        return own_error == EBUSY ? EBUSY : -1;
    }
}

/* Blocks until the word is ours; handlers run meanwhile. */
static int take_word(pthread_mutex_t *m, clockid_t clock,
                     const struct timespec *until)
{
    uint64_t deadline_ns = DEADLINE_NEVER;
    uint32_t expected = FREE;
    int rc;

    if (atomic_compare_exchange(&m->__state, &expected, HELD))
        return 0;
    if (until && posix_deadline(clock, until, &deadline_ns))
        return EINVAL;
    while (atomic_exchange(&m->__state, WANTED) != FREE) {
        rc = waitaddr_wait_interruptible(&m->__state, WANTED, deadline_ns);
        if (rc == -XEN_ETIME)
            return ETIMEDOUT;
        if (rc == -XEN_EINTR)
            posix_handlers_run();
    }
    return 0;
}

static int lock_slowly(pthread_mutex_t *m, clockid_t clock,
                       const struct timespec *until)
{
    int err;

    if (m->__kind == MUTEX_DESTROYED)
        return EINVAL;
    if (m->__kind != PTHREAD_MUTEX_NORMAL && is_mine(m)) {
        err = again(m, EDEADLK);
        if (err >= 0)
            return err;
    }
    err = take_word(m, clock, until);
    return err ? err : own(m);
}

int pthread_mutex_lock(pthread_mutex_t *m)
{
    uint32_t expected = FREE;

    if (likely(m->__kind == PTHREAD_MUTEX_NORMAL &&
               atomic_compare_exchange(&m->__state, &expected, HELD)))
        return 0;
    return lock_slowly(m, CLOCK_REALTIME, NULL);
}

int pthread_mutex_clocklock(pthread_mutex_t *restrict m, clockid_t clock,
                            const struct timespec *restrict until)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return EINVAL;
    return lock_slowly(m, clock, until);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict m,
                            const struct timespec *restrict until)
{
    return lock_slowly(m, CLOCK_REALTIME, until);
}

int pthread_mutex_trylock(pthread_mutex_t *m)
{
    uint32_t expected = FREE;

    if (m->__kind == MUTEX_DESTROYED)
        return EINVAL;
    if (m->__kind != PTHREAD_MUTEX_NORMAL && is_mine(m))
        return again(m, EBUSY);
    if (!atomic_compare_exchange(&m->__state, &expected, HELD))
        return EBUSY;
    return own(m);
}

/* --- giving back --- */

static int unlock_owned(pthread_mutex_t *m)
{
    if (m->__kind == MUTEX_DESTROYED)
        return EINVAL;
    if (!is_mine(m))
        return EPERM;
    if (m->__depth) {
        m->__depth--;
        return 0;
    }
    if (m->__kind & MUTEX_ROBUST) {
        unlink_robust(m);
        if (m->__robust == OWNER_DIED)
            m->__robust = LOST;
    }
    WRITE_ONCE(m->__owner, 0);
    give_back(m);
    return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *m)
{
    if (unlikely(m->__kind != PTHREAD_MUTEX_NORMAL))
        return unlock_owned(m);
    give_back(m);
    return 0;
}

/* For waits on a condition, however often the caller has taken it. */
int pthread_mutex_leave(pthread_mutex_t *m, uint32_t *out_depth)
{
    int err;

    *out_depth = m->__depth;
    m->__depth = 0;
    err = pthread_mutex_unlock(m);
    if (err)
        m->__depth = *out_depth;
    return err;
}

int pthread_mutex_return(pthread_mutex_t *m, uint32_t depth)
{
    int err = pthread_mutex_lock(m);

    if (!err || err == EOWNERDEAD)
        m->__depth = depth;
    return err;
}

/* --- making --- */

int pthread_mutex_init(pthread_mutex_t *restrict m,
                       const pthread_mutexattr_t *restrict attr)
{
    *m = (pthread_mutex_t){.__kind = attr ? (unsigned)attr->__kind : 0};
    return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *m)
{
    if (m->__kind == MUTEX_DESTROYED)
        return EINVAL;
    if (atomic_load(&m->__state) != FREE)
        return EBUSY;
    m->__kind = MUTEX_DESTROYED;
    return 0;
}
