/* SPDX-License-Identifier: BSD-2-Clause */
/* memmove and memset over the vector that was included before this. */

/* n >= 4 * WIDTH; dst is below src, or they do not overlap. What the loop may
 * overwrite before it gets there is loaded first. */
static inline void NAMED(copy_up)(char *dst, const char *src, size_t n)
{
    vec head = vec_load(src);
    char *end = dst + n - 4 * WIDTH;
    const char *tail = src + n - 4 * WIDTH;
    vec t0 = vec_load(tail), t1 = vec_load(tail + WIDTH);
    vec t2 = vec_load(tail + 2 * WIDTH), t3 = vec_load(tail + 3 * WIDTH);
    char *to = (char *)ALIGN_DOWN((uintptr_t)dst + WIDTH, WIDTH);
    size_t shift = (size_t)src - (size_t)dst;

    for (; to < end; to += 4 * WIDTH) {
        vec a = vec_load(to + shift), b = vec_load(to + shift + WIDTH);
        vec c = vec_load(to + shift + 2 * WIDTH);
        vec d = vec_load(to + shift + 3 * WIDTH);

        vec_store(to, a);
        vec_store(to + WIDTH, b);
        vec_store(to + 2 * WIDTH, c);
        vec_store(to + 3 * WIDTH, d);
    }
    vec_store(end, t0);
    vec_store(end + WIDTH, t1);
    vec_store(end + 2 * WIDTH, t2);
    vec_store(end + 3 * WIDTH, t3);
    vec_store(dst, head);
}

/* The same where dst is above src. */
static inline void NAMED(copy_down)(char *dst, const char *src, size_t n)
{
    vec last = vec_load(src + n - WIDTH);
    vec h0 = vec_load(src), h1 = vec_load(src + WIDTH);
    vec h2 = vec_load(src + 2 * WIDTH), h3 = vec_load(src + 3 * WIDTH);
    char *to = (char *)ALIGN_DOWN((uintptr_t)dst + n - 1, WIDTH);
    size_t shift = (size_t)src - (size_t)dst;

    for (; to > dst + 4 * WIDTH; to -= 4 * WIDTH) {
        vec a = vec_load(to + shift - WIDTH);
        vec b = vec_load(to + shift - 2 * WIDTH);
        vec c = vec_load(to + shift - 3 * WIDTH);
        vec d = vec_load(to + shift - 4 * WIDTH);

        vec_store(to - WIDTH, a);
        vec_store(to - 2 * WIDTH, b);
        vec_store(to - 3 * WIDTH, c);
        vec_store(to - 4 * WIDTH, d);
    }
    vec_store(dst, h0);
    vec_store(dst + WIDTH, h1);
    vec_store(dst + 2 * WIDTH, h2);
    vec_store(dst + 3 * WIDTH, h3);
    vec_store(dst + n - WIDTH, last);
}

/* From 2 to 8 vectors: all are loaded before one is stored. */
static inline void NAMED(copy_some)(char *dst, const char *src, size_t n)
{
    char *end = dst + n - WIDTH;
    const char *tail = src + n - WIDTH;
    vec a = vec_load(src), b = vec_load(src + WIDTH);
    vec y = vec_load(tail - WIDTH), z = vec_load(tail);

    if (n > 4 * WIDTH) {
        vec c = vec_load(src + 2 * WIDTH), d = vec_load(src + 3 * WIDTH);
        vec w = vec_load(tail - 3 * WIDTH), x = vec_load(tail - 2 * WIDTH);

        vec_store(dst + 2 * WIDTH, c);
        vec_store(dst + 3 * WIDTH, d);
        vec_store(end - 3 * WIDTH, w);
        vec_store(end - 2 * WIDTH, x);
    }
    vec_store(dst, a);
    vec_store(dst + WIDTH, b);
    vec_store(end - WIDTH, y);
    vec_store(end, z);
}

/* n > 2 * WIDTH. Not in line, so that short copies keep no registers for it. */
static __attribute__((noinline)) void *
NAMED(move_more)(char *dst, const char *src, size_t n)
{
    if (n <= 8 * WIDTH)
        NAMED(copy_some)(dst, src, n);
    else if ((size_t)dst - (size_t)src >= n)
        NAMED(copy_up)(dst, src, n);
    else
        NAMED(copy_down)(dst, src, n);
    return dst;
}

static void *NAMED(memmove)(void *dst, const void *src, size_t n)
{
    if (likely(n >= WIDTH)) {
        vec a, b;

        if (n > 2 * WIDTH)
            return NAMED(move_more)(dst, src, n);
        a = vec_load(src);
        b = vec_load((char *)src + n - WIDTH);
        vec_store(dst, a);
        vec_store((char *)dst + n - WIDTH, b);
    } else if (WIDTH > 16 && n > 16) {
        __m128i a = _mm_loadu_si128(src);
        __m128i b = _mm_loadu_si128((const void *)((char *)src + n - 16));

        _mm_storeu_si128(dst, a);
        _mm_storeu_si128((void *)((char *)dst + n - 16), b);
    } else {
        copy_few(dst, src, n);
    }
    return dst;
}

/* n > 8 * WIDTH */
static inline void NAMED(set_many)(char *dst, vec v, size_t n)
{
    char *end = dst + n - 8 * WIDTH;
    char *to = (char *)ALIGN_DOWN((uintptr_t)dst + WIDTH, WIDTH);

    vec_store(dst, v);
    for (; to < end; to += 8 * WIDTH) {
#pragma GCC unroll 8
        for (int i = 0; i < 8; i++)
            vec_store(to + i * WIDTH, v);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++)
        vec_store(end + i * WIDTH, v);
}

/* n > 2 * WIDTH. Not in line, as move_more. */
static __attribute__((noinline)) void *NAMED(set_more)(char *dst, vec v,
                                                       size_t n)
{
    char *end = dst + n;

    if (n > 8 * WIDTH) {
        NAMED(set_many)(dst, v, n);
        return dst;
    }
    vec_store(dst, v);
    vec_store(dst + WIDTH, v);
    vec_store(end - 2 * WIDTH, v);
    vec_store(end - WIDTH, v);
    if (n > 4 * WIDTH) {
        vec_store(dst + 2 * WIDTH, v);
        vec_store(dst + 3 * WIDTH, v);
        vec_store(end - 4 * WIDTH, v);
        vec_store(end - 3 * WIDTH, v);
    }
    return dst;
}

static void *NAMED(memset)(void *dst, int c, size_t n)
{
    char *to = dst;

    if (likely(n >= WIDTH)) {
        vec v = vec_fill(c);

        if (n > 2 * WIDTH)
            return NAMED(set_more)(to, v, n);
        vec_store(to, v);
        vec_store(to + n - WIDTH, v);
    } else if (WIDTH > 16 && n >= 16) {
        __m128i half = _mm_set1_epi8((char)c);

        _mm_storeu_si128((void *)to, half);
        _mm_storeu_si128((void *)(to + n - 16), half);
    } else {
        set_few(to, (uint8_t)c * 0x0101010101010101ul, n);
    }
    return dst;
}
