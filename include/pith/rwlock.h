/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader-writer locks: many readers or one writer, in order of arrival; readers
 * that come after a waiting writer wait for it, so that neither starves.
 * kernel/.
 */
#ifndef PITH_RWLOCK_H
#define PITH_RWLOCK_H

#include <pith/waitq.h>

struct rwlock {
    uint32_t state; /* readers, and two flags: kernel/rwlock.c */
    struct thread *writer;
    struct waitq waiters;
};

#define RWLOCK_INIT(name) \
    { \
        0, NULL, WAITQ_INIT((name).waiters) \
    }

void rwlock_init(struct rwlock *l);
/* Block until the lock may be had to read / to write. Not recursive, for
 * readers neither: a writer may have come in between. Thread context. */
void rwlock_read(struct rwlock *l);
void rwlock_write(struct rwlock *l);
/* The same up to a deadline, in clock_monotonic_ns() time or DEADLINE_NEVER.
 * 0, or -XEN_ETIME. */
int rwlock_read_until(struct rwlock *l, uint64_t deadline_ns);
int rwlock_write_until(struct rwlock *l, uint64_t deadline_ns);
/* 0 or -XEN_EBUSY; never block. Thread context. */
int rwlock_tryread(struct rwlock *l);
int rwlock_trywrite(struct rwlock *l);
/* Only who has it. l is borrowed until this returns. */
void rwlock_unread(struct rwlock *l);
void rwlock_unwrite(struct rwlock *l);

#endif
