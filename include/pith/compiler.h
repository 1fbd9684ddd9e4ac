/* SPDX-License-Identifier: BSD-2-Clause */
/* Compiler facilities that every room uses. Header only. */
#ifndef PITH_COMPILER_H
#define PITH_COMPILER_H

#include <stddef.h>
#include <stdint.h>

#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __printf(fmt, args) __attribute__((format(printf, fmt, args)))
#define __section(name) __attribute__((section(name)))
#define __used __attribute__((used))
#define __must_check __attribute__((warn_unused_result))

/* For hot functions: gcc guards also those that have no array and only pass
 * the address of a local variable on. */
#define __no_canary __attribute__((no_stack_protector))

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) \
    ((type *)((char *)(ptr)-offsetof(type, member)))

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
/* to is a power of two. */
#define ALIGN_UP(n, to) (((n) + ((to)-1)) & ~((__typeof__(n))(to)-1))
#define ALIGN_DOWN(n, to) ((n) & ~((__typeof__(n))(to)-1))

/* One access that the compiler neither splits, repeats nor invents: for memory
 * that an upcall, another vCPU or another domain writes. */
#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

/* 1 in the second build of the rooms, for tests: poisoned pages, lock order. */
#ifndef CONFIG_CHECKS
#define CONFIG_CHECKS 0
#endif
#define IS_ENABLED(option) (option)

#endif
