/* SPDX-License-Identifier: BSD-2-Clause */
/* C11 threads, which are pthreads. Source: ISO/IEC 9899:2011, 7.26. */
#ifndef _THREADS_H_
#define _THREADS_H_

#include <pthread.h>
#include <time.h>

typedef pthread_t thrd_t;
typedef pthread_mutex_t mtx_t;
typedef pthread_cond_t cnd_t;
typedef pthread_key_t tss_t;
typedef pthread_once_t once_flag;
typedef void (*tss_dtor_t)(void *);
typedef int (*thrd_start_t)(void *);

enum { mtx_plain = 0, mtx_recursive = 1, mtx_timed = 2 };
enum { thrd_success, thrd_busy, thrd_error, thrd_nomem, thrd_timedout };

#define ONCE_FLAG_INIT PTHREAD_ONCE_INIT
#define TSS_DTOR_ITERATIONS PTHREAD_DESTRUCTOR_ITERATIONS
#if !defined(__cplusplus) && !defined(thread_local)
#define thread_local _Thread_local
#endif

#ifdef __cplusplus
extern "C" {
#endif

void call_once(once_flag *__flag, void (*__fn)(void));

int thrd_create(thrd_t *__out, thrd_start_t __fn, void *__arg);
thrd_t thrd_current(void);
int thrd_detach(thrd_t __id);
int thrd_equal(thrd_t __a, thrd_t __b);
void thrd_exit(int __result) __attribute__((__noreturn__));
int thrd_join(thrd_t __id, int *__out);
int thrd_sleep(const struct timespec *__wanted, struct timespec *__left);
void thrd_yield(void);

int mtx_init(mtx_t *__mutex, int __type);
void mtx_destroy(mtx_t *__mutex);
int mtx_lock(mtx_t *__mutex);
int mtx_timedlock(mtx_t *__restrict __mutex,
                  const struct timespec *__restrict __until);
int mtx_trylock(mtx_t *__mutex);
int mtx_unlock(mtx_t *__mutex);

int cnd_init(cnd_t *__cond);
void cnd_destroy(cnd_t *__cond);
int cnd_broadcast(cnd_t *__cond);
int cnd_signal(cnd_t *__cond);
int cnd_wait(cnd_t *__cond, mtx_t *__mutex);
int cnd_timedwait(cnd_t *__restrict __cond, mtx_t *__restrict __mutex,
                  const struct timespec *__restrict __until);

int tss_create(tss_t *__key, tss_dtor_t __destructor);
void tss_delete(tss_t __key);
void *tss_get(tss_t __key);
int tss_set(tss_t __key, void *__value);

#ifdef __cplusplus
}
#endif

#endif
