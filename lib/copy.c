/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory functions on general registers, because upcalls use them too. Those
 * of programs are in posix/string/.
 *
 * Short copies load everything before they store anything, with two loads
 * that overlap in the middle; long ones use REP MOVSQ, which costs one
 * instruction for eight bytes where an emulator counts them, and is fast on
 * processors. REP MOVSB is not used: without ERMS it moves single bytes.
 */

#include <pith/compiler.h>
#include <pith/string.h>

struct u64_any {
    uint64_t v;
} __attribute__((packed, may_alias));
struct u32_any {
    uint32_t v;
} __attribute__((packed, may_alias));
struct u16_any {
    uint16_t v;
} __attribute__((packed, may_alias));

#define AT64(p, off) (((struct u64_any *)((char *)(p) + (off)))->v)
#define AT32(p, off) (((struct u32_any *)((char *)(p) + (off)))->v)
#define AT16(p, off) (((struct u16_any *)((char *)(p) + (off)))->v)

#define REP_MIN 128 /* from here on REP's start-up cost is earned back */

/* n <= 16; any overlap. */
static inline void copy_short(void *dst, const void *src, size_t n)
{
    if (n >= 8) {
        uint64_t a = AT64(src, 0), b = AT64(src, n - 8);

        AT64(dst, 0) = a;
        AT64(dst, n - 8) = b;
    } else if (n >= 4) {
        uint32_t a = AT32(src, 0), b = AT32(src, n - 4);

        AT32(dst, 0) = a;
        AT32(dst, n - 4) = b;
    } else if (n >= 2) {
        uint16_t a = AT16(src, 0), b = AT16(src, n - 2);

        AT16(dst, 0) = a;
        AT16(dst, n - 2) = b;
    } else if (n) {
        *(char *)dst = *(const char *)src;
    }
}

/* 16 < n; dst may overlap src only from below. */
static inline void copy_forward(void *dst, const void *src, size_t n)
{
    uint64_t tail0 = AT64(src, n - 16), tail1 = AT64(src, n - 8);
    char *tail = (char *)dst + n - 16;
    size_t words = (n - 1) / 8;

    if (n >= REP_MIN) {
        __asm__ volatile("rep movsq"
                         : "+D"(dst), "+S"(src), "+c"(words)
                         :
                         : "memory");
    } else {
        for (; words >= 2; words -= 2) {
            uint64_t a = AT64(src, 0), b = AT64(src, 8);

            AT64(dst, 0) = a;
            AT64(dst, 8) = b;
            src = (const char *)src + 16;
            dst = (char *)dst + 16;
        }
    }
    AT64(tail, 0) = tail0;
    AT64(tail, 8) = tail1;
}

/* 16 < n; dst overlaps src from above. */
static inline void copy_backward(void *dst, const void *src, size_t n)
{
    uint64_t head0 = AT64(src, 0), head1 = AT64(src, 8);
    size_t at = n;

    for (; at >= 16; at -= 16) {
        uint64_t a = AT64(src, at - 8), b = AT64(src, at - 16);

        AT64(dst, at - 8) = a;
        AT64(dst, at - 16) = b;
    }
    AT64(dst, 0) = head0;
    AT64(dst, 8) = head1;
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    if (n <= 16)
        copy_short(dst, src, n);
    else
        copy_forward(dst, src, n);
    return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
    if (n <= 16)
        copy_short(dst, src, n);
    else if ((size_t)dst - (size_t)src >= n)
        copy_forward(dst, src, n);
    else
        copy_backward(dst, src, n);
    return dst;
}

void *memset(void *dst, int c, size_t n)
{
    uint64_t word = (uint8_t)c * 0x0101010101010101ull;
    char *p = dst;

    if (n < 8) {
        for (; n; n--)
            *p++ = (char)c;
        return dst;
    }
    AT64(p, n - 8) = word;
    if (n >= REP_MIN) {
        size_t words = n / 8;

        __asm__ volatile("rep stosq"
                         : "+D"(p), "+c"(words)
                         : "a"(word)
                         : "memory");
    } else {
        for (; n >= 8; n -= 8, p += 8)
            AT64(p, 0) = word;
    }
    return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;

    while (n >= 8 && AT64(x, 0) == AT64(y, 0)) {
        x += 8;
        y += 8;
        n -= 8;
    }
    for (; n; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memchr(const void *s, int c, size_t n)
{
    const unsigned char *p = s;

    for (; n; n--, p++)
        if (*p == (unsigned char)c)
            return (void *)p;
    return NULL;
}
