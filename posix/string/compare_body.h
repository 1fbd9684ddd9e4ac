/* SPDX-License-Identifier: BSD-2-Clause */
/* memcmp and strcmp over the vector that was included before this. */

/* The bytes in which the vectors at a and b differ. */
#define DIFFER(a, b) (vec_bits(vec_equal(vec_load(a), vec_load(b))) ^ ALL_BITS)

static inline int NAMED(difference)(const unsigned char *a,
                                    const unsigned char *b, uint32_t differ)
{
    return a[first_bit(differ)] - b[first_bit(differ)];
}

/* Is there a difference in four vectors? */
static inline bool NAMED(differ_in_four)(const unsigned char *a,
                                         const unsigned char *b)
{
    vec v = vec_equal(vec_load(a), vec_load(b));
    vec w = vec_equal(vec_load(a + WIDTH), vec_load(b + WIDTH));
    vec x = vec_equal(vec_load(a + 2 * WIDTH), vec_load(b + 2 * WIDTH));
    vec y = vec_equal(vec_load(a + 3 * WIDTH), vec_load(b + 3 * WIDTH));

    return vec_bits(vec_and(vec_and(v, w), vec_and(x, y))) != ALL_BITS;
}

/* n > 2 * WIDTH */
static inline int NAMED(compare_many)(const unsigned char *a,
                                      const unsigned char *b, size_t n)
{
    const unsigned char *end = a + n;
    size_t shift = (size_t)b - (size_t)a;
    uint32_t differ;

    if (n > 4 * WIDTH)
        for (; a < end - 4 * WIDTH; a += 4 * WIDTH)
            if (NAMED(differ_in_four)(a, a + shift))
                break;
    for (; a < end - WIDTH; a += WIDTH) {
        differ = DIFFER(a, a + shift);
        if (differ)
            return NAMED(difference)(a, a + shift, differ);
    }
    a = end - WIDTH;
    differ = DIFFER(a, a + shift);
    return differ ? NAMED(difference)(a, a + shift, differ) : 0;
}

/* n < 16; the first byte is the most significant of the words. */
static inline int NAMED(compare_few)(const unsigned char *a,
                                     const unsigned char *b, size_t n)
{
    uint64_t x, y;

    if (n >= 8) {
        x = __builtin_bswap64(AT64(a));
        y = __builtin_bswap64(AT64(b));
        if (x == y) {
            x = __builtin_bswap64(AT64(a + n - 8));
            y = __builtin_bswap64(AT64(b + n - 8));
        }
    } else if (n >= 4) {
        x = (uint64_t)__builtin_bswap32(AT32(a)) << 32 |
            __builtin_bswap32(AT32(a + n - 4));
        y = (uint64_t)__builtin_bswap32(AT32(b)) << 32 |
            __builtin_bswap32(AT32(b + n - 4));
    } else if (n) {
        x = (uint64_t)a[0] << 16 | a[n / 2] << 8 | a[n - 1];
        y = (uint64_t)b[0] << 16 | b[n / 2] << 8 | b[n - 1];
    } else {
        return 0;
    }
    return x < y ? -1 : x > y;
}

static int NAMED(memcmp)(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a, *y = b;

    if (n > 2 * WIDTH)
        return NAMED(compare_many)(x, y, n);
    if (n >= WIDTH) {
        uint32_t differ = DIFFER(x, y);

        if (!differ) {
            x += n - WIDTH;
            y += n - WIDTH;
            differ = DIFFER(x, y);
        }
        return differ ? NAMED(difference)(x, y, differ) : 0;
    }
    if (WIDTH > 16 && n >= 16) {
        __m128i eq = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i_u *)x),
                                    _mm_loadu_si128((const __m128i_u *)y));
        uint32_t differ = (uint32_t)_mm_movemask_epi8(eq) ^ 0xffff;

        if (differ)
            return NAMED(difference)(x, y, differ);
        x += n - 16;
        y += n - 16;
        eq = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i_u *)x),
                            _mm_loadu_si128((const __m128i_u *)y));
        differ = (uint32_t)_mm_movemask_epi8(eq) ^ 0xffff;
        return differ ? NAMED(difference)(x, y, differ) : 0;
    }
    return NAMED(compare_few)(x, y, n);
}

/* 0 where the vectors at a and b differ, and where both end. */
static inline vec NAMED(same)(const unsigned char *a, const unsigned char *b)
{
    vec v = vec_load(a);

    return vec_least(v, vec_equal(v, vec_load(b)));
}

/* Are the four vectors at a and b the same, with no end in them? */
static inline bool NAMED(same_four)(const unsigned char *a,
                                    const unsigned char *b)
{
    vec v = vec_least(NAMED(same)(a, b), NAMED(same)(a + WIDTH, b + WIDTH));
    vec w = vec_least(NAMED(same)(a + 2 * WIDTH, b + 2 * WIDTH),
                      NAMED(same)(a + 3 * WIDTH, b + 3 * WIDTH));

    return !vec_bits(vec_equal(vec_least(v, w), vec_fill(0)));
}

/* Returns what strcmp does if that many vectors at a and b tell it. */
#define TELL(vectors, a, b) \
    _Pragma("GCC unroll 4") for (int i = 0; i < (vectors); i++) \
    { \
        uint32_t found = vec_bits(vec_equal( \
            NAMED(same)((a) + i * WIDTH, (b) + i * WIDTH), vec_fill(0))); \
\
        if (found) \
            return NAMED(difference)((a) + i * WIDTH, (b) + i * WIDTH, found); \
    }

/* strcmp from anywhere. Not in line, so that short ones keep no registers for
 * it. */
static __attribute__((noinline)) int NAMED(compare_far)(const unsigned char *x,
                                                        const unsigned char *y)
{
    size_t shift = (size_t)y - (size_t)x;

    for (;;) {
        uintptr_t at = (uintptr_t)x & PAGE_MASK;
        uintptr_t at_y = ((uintptr_t)x + shift) & PAGE_MASK;
        const unsigned char *end = x + PAGE_MASK + 1 - MAX(at, at_y);

        for (; x <= end - 4 * WIDTH; x += 4 * WIDTH)
            if (!NAMED(same_four)(x, x + shift))
                break;
        for (; x <= end - WIDTH; x += WIDTH)
            TELL(1, x, x + shift);
        for (; x < end; x++)
            if (*x != x[shift] || !*x)
                return *x - x[shift];
    }
}

static int NAMED(strcmp)(const char *a, const char *b)
{
    const unsigned char *x = (const void *)a, *y = (const void *)b;

    if ((((uintptr_t)x | (uintptr_t)y) & PAGE_MASK) > PAGE_MASK + 1 - 4 * WIDTH)
        return NAMED(compare_far)(x, y);
    TELL(1, x, y); /* by itself: the others share what follows */
    TELL(3, x + WIDTH, y + WIDTH);
    return NAMED(compare_far)(x + 4 * WIDTH, y + 4 * WIDTH);
}
