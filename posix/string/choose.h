/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the functions of this folder share. Each is made of one body that is
 * compiled twice, for vectors of 16 and of 32 bytes, and finds out at its first
 * call which of the two this CPU can run: nothing of it is on the way to main,
 * and a program holds what it calls.
 *
 * Bodies read whole vectors, also bytes behind the end of a string or before
 * its start, but never beyond a page that holds a byte that they must read.
 */
#ifndef POSIX_STRING_CHOOSE_H
#define POSIX_STRING_CHOOSE_H

#include <pith/compiler.h>
#include <pith/simd.h>

/* For words that lie anywhere and are part of anything. */
struct word64 {
    uint64_t v;
} __attribute__((packed, may_alias));
struct word32 {
    uint32_t v;
} __attribute__((packed, may_alias));
struct word16 {
    uint16_t v;
} __attribute__((packed, may_alias));

#define AT64(p) (((struct word64 *)(p))->v)
#define AT32(p) (((struct word32 *)(p))->v)
#define AT16(p) (((struct word16 *)(p))->v)

#define PAGE_MASK 4095ul

/* The number of the lowest bit of what has one. BSF, or TZCNT where there is
 * one: GCC would extend the sign. */
static inline size_t first_bit(uint32_t bits)
{
    size_t n;

    __asm__("rep bsfl %1, %k0" : "=r"(n) : "r"(bits) : "cc");
    return n;
}

/* n <= 16; loads everything before it stores. */
static inline void copy_few(char *dst, const char *src, size_t n)
{
    if (n >= 8) {
        uint64_t a = AT64(src), b = AT64(src + n - 8);

        AT64(dst) = a;
        AT64(dst + n - 8) = b;
    } else if (n >= 4) {
        uint32_t a = AT32(src), b = AT32(src + n - 4);

        AT32(dst) = a;
        AT32(dst + n - 4) = b;
    } else if (n > 1) {
        uint16_t a = AT16(src), b = AT16(src + n - 2);

        AT16(dst) = a;
        AT16(dst + n - 2) = b;
    } else if (n) {
        *dst = *src;
    }
}

/* n < 16 */
static inline void set_few(char *dst, uint64_t word, size_t n)
{
    if (n >= 8) {
        AT64(dst) = word;
        AT64(dst + n - 8) = word;
    } else if (n >= 4) {
        AT32(dst) = (uint32_t)word;
        AT32(dst + n - 4) = (uint32_t)word;
    } else if (n > 1) {
        AT16(dst) = (uint16_t)word;
        AT16(dst + n - 2) = (uint16_t)word;
    } else if (n) {
        *dst = (char)word;
    }
}

/* name##_chosen is written by the first calls, all the same: one aligned
 * store. Weak: a program may have a function of the name. */
#define CHOOSE(type, name, params, args) \
    static type name##_first params; \
    static type(*name##_chosen) params = name##_first; \
    static type name##_first params \
    { \
        WRITE_ONCE(name##_chosen, simd_avx2() ? name##_avx2 : name##_sse2); \
        return name##_chosen args; \
    } \
    __attribute__((weak)) type name params \
    { \
        return READ_ONCE(name##_chosen) args; \
    }

#endif
