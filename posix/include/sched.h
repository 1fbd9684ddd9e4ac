/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduling. The kernel has three levels: SCHED_IDLE and SCHED_BATCH are the
 * low one, SCHED_OTHER is the normal one, SCHED_FIFO and SCHED_RR are the high
 * one, whatever their priority: their threads run before all others, and take
 * turns every few milliseconds. A process is the main thread, 0 the calling
 * one; other numbers are those of gettid. Source: POSIX.1-2017; the sets of
 * vCPUs are GNU's.
 */
#ifndef _SCHED_H_
#define _SCHED_H_

#include <sys/sched.h>
#include <sys/types.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

int sched_yield(void);
int sched_get_priority_max(int __policy);
int sched_get_priority_min(int __policy);
int sched_getparam(pid_t __pid, struct sched_param *__param);
int sched_setparam(pid_t __pid, const struct sched_param *__param);
int sched_getscheduler(pid_t __pid);
int sched_setscheduler(pid_t __pid, int __policy,
                       const struct sched_param *__param);
int sched_rr_get_interval(pid_t __pid, struct timespec *__interval);

#if __GNU_VISIBLE
int sched_getcpu(void);
int sched_getaffinity(pid_t __pid, size_t __size, cpu_set_t *__set);
int sched_setaffinity(pid_t __pid, size_t __size, const cpu_set_t *__set);

/* clang-format off */
#define CPU_ZERO_S(__size, __set) __builtin_memset(__set, 0, __size)
#define CPU_SET_S(__cpu, __size, __set) \
    ((size_t)(__cpu) < 8 * (size_t)(__size) ? \
     (void)((__set)->__bits[(size_t)(__cpu) / 64] |= \
            1ul << (size_t)(__cpu) % 64) : (void)0)
#define CPU_CLR_S(__cpu, __size, __set) \
    ((size_t)(__cpu) < 8 * (size_t)(__size) ? \
     (void)((__set)->__bits[(size_t)(__cpu) / 64] &= \
            ~(1ul << (size_t)(__cpu) % 64)) : (void)0)
#define CPU_ISSET_S(__cpu, __size, __set) \
    ((size_t)(__cpu) < 8 * (size_t)(__size) && \
     ((__set)->__bits[(size_t)(__cpu) / 64] >> (size_t)(__cpu) % 64 & 1))
#define CPU_EQUAL_S(__size, __a, __b) (!__builtin_memcmp(__a, __b, __size))
#define CPU_COUNT_S(__size, __set) __sched_cpu_count(__size, __set)
#define CPU_AND_S(__size, __to, __a, __b) __sched_cpu_op(__size, __to, __a, &, __b)
#define CPU_OR_S(__size, __to, __a, __b) __sched_cpu_op(__size, __to, __a, |, __b)
#define CPU_XOR_S(__size, __to, __a, __b) __sched_cpu_op(__size, __to, __a, ^, __b)
#define __sched_cpu_op(__size, __to, __a, __op, __b) \
    do { \
        for (size_t __i = 0; __i < (size_t)(__size) / sizeof(long); __i++) \
            (__to)->__bits[__i] = (__a)->__bits[__i] __op (__b)->__bits[__i]; \
    } while (0)
#define CPU_ZERO(__set) CPU_ZERO_S(sizeof(cpu_set_t), __set)
#define CPU_SET(__cpu, __set) CPU_SET_S(__cpu, sizeof(cpu_set_t), __set)
#define CPU_CLR(__cpu, __set) CPU_CLR_S(__cpu, sizeof(cpu_set_t), __set)
#define CPU_ISSET(__cpu, __set) CPU_ISSET_S(__cpu, sizeof(cpu_set_t), __set)
#define CPU_EQUAL(__a, __b) CPU_EQUAL_S(sizeof(cpu_set_t), __a, __b)
#define CPU_COUNT(__set) CPU_COUNT_S(sizeof(cpu_set_t), __set)
#define CPU_AND(__to, __a, __b) CPU_AND_S(sizeof(cpu_set_t), __to, __a, __b)
#define CPU_OR(__to, __a, __b) CPU_OR_S(sizeof(cpu_set_t), __to, __a, __b)
#define CPU_XOR(__to, __a, __b) CPU_XOR_S(sizeof(cpu_set_t), __to, __a, __b)
#define CPU_ALLOC_SIZE(__count) (((size_t)(__count) + 63) / 64 * 8)
#define CPU_ALLOC(__count) ((cpu_set_t *)__sched_cpu_alloc(__count))
#define CPU_FREE(__set) __sched_cpu_free(__set)
/* clang-format on */

int __sched_cpu_count(size_t __size, const cpu_set_t *__set);
cpu_set_t *__sched_cpu_alloc(size_t __count);
void __sched_cpu_free(cpu_set_t *__set);
#endif

#ifdef __cplusplus
}
#endif

#endif
