/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader-writer locks: all in one word, which a release changes by one
 * exchange and does not touch after that.
 *
 * Readers and writers take turns. Readers that come while a writer waits wait
 * too, but for those that have been woken for their turn, and those that read
 * something already: a thread may take a lock to read more than once. A writer
 * that leaves lets all waiting readers in, the last reader lets a writer in.
 * Readers wait on the lower half of the word, writers on the upper one.
 *
 * Nobody is forgotten: one that is about to wait finds its half changed by the
 * release (TURN is in the upper one), and a writer that gives up lets readers
 * in that waited because of it.
 */

#include "interrupt.h"
#include "private.h"
#include "thread.h"
#include <errno.h>
#include <pith/errno.h>
#include <pith/waitaddr.h>

/* pthread_rwlock_t.__state */
#define COUNT 0x7fffffffull
#define WRITTEN COUNT /* in place of a number */
#define READERS_WAIT 0x80000000ull
#define WRITER (1ull << 32) /* one that waits */
#define WRITERS 0xffff00000000ull
#define TURN (1ull << 48)
#define DESTROYED UINT64_MAX

int pthread_rwlock_init(pthread_rwlock_t *restrict l,
                        const pthread_rwlockattr_t *restrict attr)
{
    *l = (pthread_rwlock_t){0};
    return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *l)
{
    uint64_t state = atomic_load(&l->__state);

    do {
        if (state == DESTROYED)
            return EINVAL;
        if (state & (COUNT | READERS_WAIT | WRITERS))
            return EBUSY;
    } while (!atomic_compare_exchange(&l->__state, &state, DESTROYED));
    return 0;
}

static uint32_t *readers_word(pthread_rwlock_t *l)
{
    return (uint32_t *)&l->__state;
}

static uint32_t *writers_word(pthread_rwlock_t *l)
{
    return (uint32_t *)&l->__state + 1;
}

static bool is_mine(const pthread_rwlock_t *l)
{
    return READ_ONCE(l->__writer) == posix_thread_id();
}

/* my_turn: goes before writers that wait. *state is what it found. */
static int try_read(pthread_rwlock_t *l, bool my_turn, uint64_t *state)
{
    struct posix_thread *self = posix_self();

    *state = atomic_load(&l->__state);
    for (;;) {
        if (*state == DESTROYED)
            return EINVAL;
        if ((*state & COUNT) == WRITTEN ||
            (*state & WRITERS && !my_turn && !self->read_locks))
            return EBUSY;
        if ((*state & COUNT) == WRITTEN - 1)
            return EAGAIN;
        if (atomic_compare_exchange(&l->__state, state, *state + 1)) {
            self->read_locks++;
            return 0;
        }
    }
}

/* waits: WRITER if the caller counts among those that wait, or 0. */
static int try_write(pthread_rwlock_t *l, uint64_t waits, uint64_t *state)
{
    *state = atomic_load(&l->__state);
    for (;;) {
        if (*state == DESTROYED)
            return EINVAL;
        if (*state & COUNT)
            return EBUSY;
        if (atomic_compare_exchange(&l->__state, state,
                                    (*state | WRITTEN) - waits)) {
            WRITE_ONCE(l->__writer, posix_thread_id());
            return 0;
        }
    }
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *l)
{
    uint64_t state;

    return try_read(l, false, &state);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *l)
{
    uint64_t state;

    return try_write(l, 0, &state);
}

static int lock_to_read(pthread_rwlock_t *l, clockid_t clock,
                        const struct timespec *until)
{
    uint64_t deadline_ns = DEADLINE_NEVER, state;
    bool my_turn = false;
    int err, rc;

    while ((err = try_read(l, my_turn, &state)) == EBUSY) {
        if (is_mine(l))
            return EDEADLK;
        if (until && posix_deadline(clock, until, &deadline_ns))
            return EINVAL;
        if (!(state & READERS_WAIT) &&
            !atomic_compare_exchange(&l->__state, &state, state | READERS_WAIT))
            continue;
        rc = waitaddr_wait_interruptible(
            readers_word(l), (uint32_t)(state | READERS_WAIT), deadline_ns);
        if (rc == -XEN_ETIME)
            return ETIMEDOUT;
        if (rc == -XEN_EINTR)
            posix_handlers_run();
        my_turn = !rc;
    }
    return err;
}

/* The caller does not wait any more, and has not the lock. */
static void give_up_writing(pthread_rwlock_t *l)
{
    uint64_t state = atomic_load(&l->__state), left;
    bool lets_in;

    do {
        left = state - WRITER;
        lets_in = !(left & WRITERS) && (left & COUNT) != WRITTEN &&
                  left & READERS_WAIT;
        if (lets_in)
            left &= ~READERS_WAIT;
    } while (!atomic_compare_exchange(&l->__state, &state, left));
    if (lets_in)
        waitaddr_wake(readers_word(l), UINT32_MAX);
}

/* EINTR: a handler is to run, which may leave for good. */
static int wait_to_write(pthread_rwlock_t *l, uint64_t deadline_ns)
{
    uint64_t state;
    int err, rc;

    while ((err = try_write(l, WRITER, &state)) == EBUSY) {
        rc = waitaddr_wait_interruptible(writers_word(l),
                                         (uint32_t)(state >> 32), deadline_ns);
        if (rc == -XEN_ETIME || rc == -XEN_EINTR) {
            give_up_writing(l);
            return rc == -XEN_ETIME ? ETIMEDOUT : EINTR;
        }
    }
    return err;
}

static int lock_to_write(pthread_rwlock_t *l, clockid_t clock,
                         const struct timespec *until)
{
    uint64_t deadline_ns = DEADLINE_NEVER, state;
    int err;

    while ((err = try_write(l, 0, &state)) == EBUSY) {
        if (is_mine(l))
            return EDEADLK;
        if (until && posix_deadline(clock, until, &deadline_ns))
            return EINVAL;
        if ((state & WRITERS) == WRITERS)
            return EAGAIN;
        if (!atomic_compare_exchange(&l->__state, &state, state + WRITER))
            continue;
        err = wait_to_write(l, deadline_ns);
        if (err != EINTR)
            return err;
        posix_handlers_run();
    }
    return err;
}

static bool is_clock(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *l)
{
    return lock_to_read(l, CLOCK_REALTIME, NULL);
}

int pthread_rwlock_clockrdlock(pthread_rwlock_t *restrict l, clockid_t clock,
                               const struct timespec *restrict until)
{
    return is_clock(clock) ? lock_to_read(l, clock, until) : EINVAL;
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict l,
                               const struct timespec *restrict until)
{
    return pthread_rwlock_clockrdlock(l, CLOCK_REALTIME, until);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *l)
{
    return lock_to_write(l, CLOCK_REALTIME, NULL);
}

int pthread_rwlock_clockwrlock(pthread_rwlock_t *restrict l, clockid_t clock,
                               const struct timespec *restrict until)
{
    return is_clock(clock) ? lock_to_write(l, clock, until) : EINVAL;
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict l,
                               const struct timespec *restrict until)
{
    return pthread_rwlock_clockwrlock(l, CLOCK_REALTIME, until);
}

/* What state comes to when one that has the lock leaves. */
static uint64_t released(uint64_t state)
{
    bool written = (state & COUNT) == WRITTEN;

    if (!written && (state & COUNT) > 1)
        return state - 1;
    state = (state & ~COUNT) + TURN;
    return written || !(state & WRITERS) ? state & ~READERS_WAIT : state;
}

int pthread_rwlock_unlock(pthread_rwlock_t *l)
{
    uint64_t state = atomic_load(&l->__state), left;

    if (state == DESTROYED)
        return EINVAL;
    if (!(state & COUNT) || ((state & COUNT) == WRITTEN && !is_mine(l)))
        return EPERM;
    if ((state & COUNT) == WRITTEN)
        WRITE_ONCE(l->__writer, 0);
    else
        posix_self()->read_locks--;
    do
        left = released(state);
    while (!atomic_compare_exchange(&l->__state, &state, left));
    if (left & COUNT)
        return 0;
    if (state & ~left & READERS_WAIT &&
        waitaddr_wake(readers_word(l), UINT32_MAX))
        return 0;
    if (left & WRITERS)
        waitaddr_wake(writers_word(l), 1);
    return 0;
}
