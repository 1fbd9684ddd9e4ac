/* SPDX-License-Identifier: BSD-2-Clause */
/* Attributes of mutexes. There is one process, so that who shares one makes no
 * difference. */

#include "pthread_mutex.h"
#include <errno.h>

int pthread_mutexattr_init(pthread_mutexattr_t *attr)
{
    *attr = (pthread_mutexattr_t){0};
    return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attr)
{
    *attr = (pthread_mutexattr_t){.__kind = MUTEX_DESTROYED};
    return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *restrict attr,
                              int *restrict out)
{
    *out = attr->__kind & MUTEX_KIND;
    return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type)
{
    if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_ERRORCHECK)
        return EINVAL;
    attr->__kind = (attr->__kind & MUTEX_ROBUST) | type;
    return 0;
}

int pthread_mutexattr_getrobust(const pthread_mutexattr_t *restrict attr,
                                int *restrict out)
{
    *out = attr->__kind & MUTEX_ROBUST ? PTHREAD_MUTEX_ROBUST
                                       : PTHREAD_MUTEX_STALLED;
    return 0;
}

int pthread_mutexattr_setrobust(pthread_mutexattr_t *attr, int robust)
{
    if (robust != PTHREAD_MUTEX_ROBUST && robust != PTHREAD_MUTEX_STALLED)
        return EINVAL;
    attr->__kind &= MUTEX_KIND;
    if (robust == PTHREAD_MUTEX_ROBUST)
        attr->__kind |= MUTEX_ROBUST;
    return 0;
}

int pthread_mutexattr_getprotocol(const pthread_mutexattr_t *restrict attr,
                                  int *restrict out)
{
    *out = PTHREAD_PRIO_NONE;
    return 0;
}

int pthread_mutexattr_setprotocol(pthread_mutexattr_t *attr, int protocol)
{
    if (protocol == PTHREAD_PRIO_INHERIT || protocol == PTHREAD_PRIO_PROTECT)
        return ENOTSUP;
    return protocol == PTHREAD_PRIO_NONE ? 0 : EINVAL;
}

static int set_shared(int *to, int shared)
{
    if (shared != PTHREAD_PROCESS_PRIVATE && shared != PTHREAD_PROCESS_SHARED)
        return EINVAL;
    *to = shared;
    return 0;
}

int pthread_mutexattr_getpshared(const pthread_mutexattr_t *restrict attr,
                                 int *restrict out)
{
    *out = attr->__shared;
    return 0;
}

int pthread_mutexattr_setpshared(pthread_mutexattr_t *attr, int shared)
{
    return set_shared(&attr->__shared, shared);
}

/* --- of condition variables --- */

int pthread_condattr_init(pthread_condattr_t *attr)
{
    *attr = (pthread_condattr_t){.__clock = CLOCK_REALTIME};
    return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attr)
{
    attr->__clock = 0;
    return 0;
}

int pthread_condattr_getclock(const pthread_condattr_t *restrict attr,
                              clockid_t *restrict out)
{
    *out = (clockid_t)attr->__clock;
    return 0;
}

int pthread_condattr_setclock(pthread_condattr_t *attr, clockid_t clock)
{
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC)
        return EINVAL;
    attr->__clock = (int)clock;
    return 0;
}

int pthread_condattr_getpshared(const pthread_condattr_t *restrict attr,
                                int *restrict out)
{
    *out = attr->__shared;
    return 0;
}

int pthread_condattr_setpshared(pthread_condattr_t *attr, int shared)
{
    return set_shared(&attr->__shared, shared);
}

/* --- of reader-writer locks --- */

int pthread_rwlockattr_init(pthread_rwlockattr_t *attr)
{
    *attr = (pthread_rwlockattr_t){0};
    return 0;
}

int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attr)
{
    attr->__shared = 0;
    return 0;
}

int pthread_rwlockattr_getpshared(const pthread_rwlockattr_t *restrict attr,
                                  int *restrict out)
{
    *out = attr->__shared;
    return 0;
}

int pthread_rwlockattr_setpshared(pthread_rwlockattr_t *attr, int shared)
{
    return set_shared(&attr->__shared, shared);
}

/* --- of barriers --- */

int pthread_barrierattr_init(pthread_barrierattr_t *attr)
{
    *attr = (pthread_barrierattr_t){0};
    return 0;
}

int pthread_barrierattr_destroy(pthread_barrierattr_t *attr)
{
    attr->__shared = 0;
    return 0;
}

int pthread_barrierattr_getpshared(const pthread_barrierattr_t *restrict attr,
                                   int *restrict out)
{
    *out = attr->__shared;
    return 0;
}

int pthread_barrierattr_setpshared(pthread_barrierattr_t *attr, int shared)
{
    return set_shared(&attr->__shared, shared);
}
