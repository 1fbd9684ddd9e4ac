/* SPDX-License-Identifier: BSD-2-Clause */
/* A stream for one thread alone over several calls: the lock that newlib's
 * stdio takes for each of them, which its holder can take again. */

#include <reent.h>
#include <stdio.h>
#include <sys/lock.h>

void __sinit(struct _reent *reent); /* newlib's, for its stdio */

/* The standard streams get theirs with the first call that uses one. */
static void make_ready(FILE *stream)
{
    if (!stream->_lock)
        __sinit(_REENT);
}

void flockfile(FILE *stream)
{
    make_ready(stream);
    __lock_acquire_recursive(stream->_lock);
}

int ftrylockfile(FILE *stream)
{
    make_ready(stream);
    return __lock_try_acquire_recursive(stream->_lock) ? 0 : -1;
}

void funlockfile(FILE *stream)
{
    __lock_release_recursive(stream->_lock);
}
