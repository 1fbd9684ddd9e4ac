/* SPDX-License-Identifier: BSD-2-Clause */
/* stpcpy over the vector that was included before this. */

/* n <= WIDTH */
static inline char *NAMED(copy_short)(char *dst, const char *src, size_t n)
{
    if (WIDTH > 16 && n >= 16) {
        __m128i a = _mm_loadu_si128((const void *)src);
        __m128i b = _mm_loadu_si128((const void *)(src + n - 16));

        _mm_storeu_si128((void *)dst, a);
        _mm_storeu_si128((void *)(dst + n - 16), b);
    } else {
        copy_few(dst, src, n);
    }
    return dst + n - 1;
}

/* Copies from p, a multiple of four vectors, to p + shift, up to the vector
 * that has the NUL: returns where that is. */
static inline const char *NAMED(copy_fours)(const char *p, size_t shift)
{
    for (;; p += 4 * WIDTH) {
        vec a = vec_load_aligned(p), b = vec_load_aligned(p + WIDTH);
        vec c = vec_load_aligned(p + 2 * WIDTH);
        vec d = vec_load_aligned(p + 3 * WIDTH);
        vec least = vec_least(vec_least(a, b), vec_least(c, d));
        char *to = (char *)p + shift;

        if (vec_bits(vec_equal(least, vec_fill(0))))
            return p;
        vec_store(to, a);
        vec_store(to + WIDTH, b);
        vec_store(to + 2 * WIDTH, c);
        vec_store(to + 3 * WIDTH, d);
    }
}

/* Returns where it wrote the NUL. */
static inline char *NAMED(copy_string)(char *dst, const char *src)
{
    const vec zero = vec_fill(0);
    const char *p = (const char *)ALIGN_DOWN((uintptr_t)src, WIDTH);
    size_t shift = (size_t)dst - (size_t)src;
    vec v = vec_load_aligned(p);
    uint32_t found = vec_bits(vec_equal(v, zero)) >> ((uintptr_t)src % WIDTH);
    size_t n;

    if (found)
        return NAMED(copy_short)(dst, src, first_bit(found) + 1);
    p += WIDTH;
    v = vec_load_aligned(p);
    found = vec_bits(vec_equal(v, zero));
    n = (size_t)(p - src);
    if (found && n + first_bit(found) < WIDTH)
        return NAMED(copy_short)(dst, src, n + first_bit(found) + 1);
    vec_store(dst, vec_load(src));
    while (!found) {
        vec_store((char *)p + shift, v);
        p += WIDTH;
        if ((uintptr_t)p % (4 * WIDTH) == 0)
            p = NAMED(copy_fours)(p, shift);
        v = vec_load_aligned(p);
        found = vec_bits(vec_equal(v, zero));
    }
    /* The last vector that is written ends with the NUL. */
    p += first_bit(found) + 1;
    vec_store((char *)p + shift - WIDTH, vec_load(p - WIDTH));
    return (char *)p + shift - 1;
}

static char *NAMED(stpcpy)(char *dst, const char *src)
{
    return NAMED(copy_string)(dst, src);
}

static char *NAMED(strcpy)(char *dst, const char *src)
{
    NAMED(copy_string)(dst, src);
    return dst;
}
