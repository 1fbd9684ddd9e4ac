/* SPDX-License-Identifier: BSD-2-Clause */
/* Semaphores; the named ones are known within the image. Source: POSIX.1-2017,
 * sem_clockwait from Issue 8. */
#ifndef _SEMAPHORE_H
#define _SEMAPHORE_H

#include <fcntl.h>
#include <limits.h>
#include <sys/types.h>
#include <time.h>

#define SEM_FAILED ((sem_t *)0)

typedef struct {
    unsigned long __state;
} sem_t;

#ifdef __cplusplus
extern "C" {
#endif

int sem_init(sem_t *__sem, int __shared, unsigned __value);
int sem_destroy(sem_t *__sem);
int sem_wait(sem_t *__sem);
int sem_trywait(sem_t *__sem);
int sem_timedwait(sem_t *__restrict __sem,
                  const struct timespec *__restrict __until);
int sem_clockwait(sem_t *__restrict __sem, clockid_t __clock,
                  const struct timespec *__restrict __until);
int sem_post(sem_t *__sem);
int sem_getvalue(sem_t *__restrict __sem, int *__restrict __out);
sem_t *sem_open(const char *__name, int __flags, ...);
int sem_close(sem_t *__sem);
int sem_unlink(const char *__name);

#ifdef __cplusplus
}
#endif

#endif
