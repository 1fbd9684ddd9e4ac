/* SPDX-License-Identifier: BSD-2-Clause */
/* What the attributes and the condition variables know of mutexes. */
#ifndef POSIX_PTHREAD_MUTEX_H
#define POSIX_PTHREAD_MUTEX_H

#include "thread.h"

/* pthread_mutex_t.__kind */
enum { MUTEX_KIND = 3, MUTEX_ROBUST = 4, MUTEX_DESTROYED = 255 };

/* Gives m back, as often as it was taken: 0 or pthread_mutex_unlock's error. */
int pthread_mutex_leave(pthread_mutex_t *m, uint32_t *out_depth);
/* Takes it again as often: pthread_mutex_lock's result. */
int pthread_mutex_return(pthread_mutex_t *m, uint32_t depth);

#endif
