/* SPDX-License-Identifier: BSD-2-Clause */
/* C11 threads by means of pthreads. Source: ISO/IEC 9899:2011, 7.26. */

#include "private.h"
#include "thread.h"
#include <errno.h>
#include <threads.h>

static int result(int err)
{
    switch (err) {
    case 0:
        return thrd_success;
    case EBUSY:
        return thrd_busy;
    case ETIMEDOUT:
        return thrd_timedout;
    case EAGAIN:
    case ENOMEM:
        return thrd_nomem;
    default:
        return thrd_error;
    }
}

void call_once(once_flag *flag, void (*fn)(void))
{
    pthread_once(flag, fn);
}

/* --- threads --- */

int thrd_create(thrd_t *out, thrd_start_t fn, void *arg)
{
    return result(posix_thread_create(out, NULL, NULL, fn, arg));
}

thrd_t thrd_current(void)
{
    return pthread_self();
}

int thrd_detach(thrd_t thread)
{
    return result(pthread_detach(thread));
}

int thrd_equal(thrd_t a, thrd_t b)
{
    return a == b;
}

void thrd_exit(int status)
{
    pthread_exit((void *)(intptr_t)status);
}

int thrd_join(thrd_t thread, int *out)
{
    void *status;
    int err = pthread_join(thread, &status);

    if (!err && out)
        *out = (int)(intptr_t)status;
    return result(err);
}

/* -1 when a signal came, something else below 0 for errors. */
int thrd_sleep(const struct timespec *wanted, struct timespec *left)
{
    int err = clock_nanosleep(CLOCK_MONOTONIC, 0, wanted, left);

    return err == EINTR ? -1 : err ? -2 : 0;
}

void thrd_yield(void)
{
    thread_yield();
}

/* --- mutexes --- */

int mtx_init(mtx_t *mutex, int type)
{
    pthread_mutexattr_t attr;

    if (type & ~(mtx_recursive | mtx_timed))
        return thrd_error;
    pthread_mutexattr_init(&attr);
    if (type & mtx_recursive)
        pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    return result(pthread_mutex_init(mutex, &attr));
}

void mtx_destroy(mtx_t *mutex)
{
    pthread_mutex_destroy(mutex);
}

int mtx_lock(mtx_t *mutex)
{
    return result(pthread_mutex_lock(mutex));
}

int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict until)
{
    return result(pthread_mutex_timedlock(mutex, until));
}

int mtx_trylock(mtx_t *mutex)
{
    return result(pthread_mutex_trylock(mutex));
}

int mtx_unlock(mtx_t *mutex)
{
    return result(pthread_mutex_unlock(mutex));
}

/* --- condition variables --- */

int cnd_init(cnd_t *cond)
{
    return result(pthread_cond_init(cond, NULL));
}

void cnd_destroy(cnd_t *cond)
{
    pthread_cond_destroy(cond);
}

int cnd_broadcast(cnd_t *cond)
{
    return result(pthread_cond_broadcast(cond));
}

int cnd_signal(cnd_t *cond)
{
    return result(pthread_cond_signal(cond));
}

int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
    return result(pthread_cond_wait(cond, mutex));
}

int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex,
                  const struct timespec *restrict until)
{
    return result(pthread_cond_timedwait(cond, mutex, until));
}

/* --- variables --- */

int tss_create(tss_t *key, tss_dtor_t destructor)
{
    return pthread_key_create(key, destructor) ? thrd_error : thrd_success;
}

void tss_delete(tss_t key)
{
    pthread_key_delete(key);
}

void *tss_get(tss_t key)
{
    return pthread_getspecific(key);
}

int tss_set(tss_t key, void *value)
{
    return pthread_setspecific(key, value) ? thrd_error : thrd_success;
}
