/* SPDX-License-Identifier: BSD-2-Clause */
/* Mutexes for threads: not recursive, first come first served. kernel/. */
#ifndef PITH_MUTEX_H
#define PITH_MUTEX_H

#include <pith/waitq.h>

struct mutex {
    uint32_t state; /* 0 free, 1 held, 2 held and wanted */
    struct thread *owner;
    struct waitq waiters;
};

#define MUTEX_INIT(name) \
    { \
        0, NULL, WAITQ_INIT((name).waiters) \
    }

void mutex_init(struct mutex *m);
/* Blocks until it is free. Thread context. */
void mutex_lock(struct mutex *m);
/* 0 or -XEN_EBUSY; never blocks. */
int mutex_trylock(struct mutex *m);
/* Only the holder. */
void mutex_unlock(struct mutex *m);

#endif
