/* SPDX-License-Identifier: BSD-2-Clause */
/* strlen, strchr, strrchr, strchrnul and memchr over the vector that was
 * included before this. Loads are of whole vectors at multiples of their width,
 * and of four of them at multiples of four, or where all four are there. */

/* 0 where the vector at p, which is aligned, is wanted or ends the string. */
static inline __attribute__((always_inline)) vec
NAMED(wanted_or_end)(const char *p, vec wanted, bool end_only)
{
    vec v = vec_load_aligned(p);

    return end_only ? v : vec_least(v, vec_xor(v, wanted));
}

#define FOUND(p) \
    vec_bits(vec_equal(NAMED(wanted_or_end)(p, wanted, end_only), zero))

/* Returns the place if it is in the first vectors from p on. */
#define IN_FIRST(vectors, p) \
    _Pragma("GCC unroll 4") for (int i = 0; i < (vectors); i++) \
    { \
        uint32_t found = FOUND((p) + i * WIDTH); \
\
        if (found) \
            return (p) + i * WIDTH + first_bit(found); \
    }

/* The first wanted byte or NUL at or behind s; only a NUL if end_only. */
static inline __attribute__((always_inline)) const char *
NAMED(find)(const char *s, vec wanted, bool end_only)
{
    const vec zero = vec_fill(0);
    const char *p = (const char *)ALIGN_DOWN((uintptr_t)s, WIDTH);
    uint32_t head = FOUND(p) >> ((uintptr_t)s % WIDTH);

    if (head)
        return s + first_bit(head);
    IN_FIRST(4, p + WIDTH);
    /* Some are looked at again, so that no four lie on two pages. */
    p = (const char *)ALIGN_DOWN((uintptr_t)p + 5 * WIDTH, 4 * WIDTH);
    for (;; p += 4 * WIDTH) {
        vec a = NAMED(wanted_or_end)(p, wanted, end_only);
        vec b = NAMED(wanted_or_end)(p + WIDTH, wanted, end_only);
        vec c = NAMED(wanted_or_end)(p + 2 * WIDTH, wanted, end_only);
        vec d = NAMED(wanted_or_end)(p + 3 * WIDTH, wanted, end_only);
        vec least = vec_least(vec_least(a, b), vec_least(c, d));

        if (vec_bits(vec_equal(least, zero)))
            break;
    }
    __asm__("" : "+r"(p)); /* the loop keeps none of them in a register */
    IN_FIRST(4, p);
    __builtin_unreachable();
}

static size_t NAMED(strlen)(const char *s)
{
    return (size_t)(NAMED(find)(s, vec_fill(0), true) - s);
}

static char *NAMED(strchrnul)(const char *s, int c)
{
    return (char *)NAMED(find)(s, vec_fill(c), false);
}

static char *NAMED(strchr)(const char *s, int c)
{
    const char *at = NAMED(find)(s, vec_fill(c), false);

    return *at == (char)c ? (char *)at : NULL;
}

/* The last c at or behind s. */
static char *NAMED(strrchr)(const char *s, int c)
{
    const vec wanted = vec_fill(c), zero = vec_fill(0);
    const char *p = (const char *)ALIGN_DOWN((uintptr_t)s, WIDTH), *at = NULL;
    uint32_t before = ALL_BITS << ((uintptr_t)s % WIDTH), found, end;

    for (;; p += WIDTH, before = ALL_BITS) {
        vec v = vec_load_aligned(p);

        found = vec_bits(vec_equal(v, wanted)) & before;
        end = vec_bits(vec_equal(v, zero)) & before;
        if (end)
            break;
        if (found)
            at = p + 31 - __builtin_clz(found);
    }
    found &= end ^ (end - 1); /* up to the first end, with it */
    return (char *)(found ? p + 31 - __builtin_clz(found) : at);
}

#undef FOUND
#undef IN_FIRST
#define FOUND(p) vec_bits(vec_equal(vec_load_aligned(p), wanted))

/* What memchr does with the four vectors and more that are left from p on, the
 * first of which has been looked at; end is behind the last byte. */
static inline void *NAMED(find_far)(const char *p, vec wanted, const char *end)
{
#pragma GCC unroll 4
    for (int i = 1; i < 5; i++) {
        uint32_t found = FOUND(p + i * WIDTH);

        if (found)
            return (char *)p + i * WIDTH + first_bit(found);
    }
    p = (const char *)ALIGN_DOWN((uintptr_t)p + 5 * WIDTH, 4 * WIDTH);
    for (; p < end - 4 * WIDTH; p += 4 * WIDTH) {
        vec a = vec_equal(vec_load_aligned(p), wanted);
        vec b = vec_equal(vec_load_aligned(p + WIDTH), wanted);
        vec c = vec_equal(vec_load_aligned(p + 2 * WIDTH), wanted);
        vec d = vec_equal(vec_load_aligned(p + 3 * WIDTH), wanted);

        if (vec_bits(vec_or(vec_or(a, b), vec_or(c, d))))
            break;
    }
    for (; p < end; p += WIDTH) {
        uint32_t found = FOUND(p);

        if (found)
            return p + first_bit(found) < end ? (char *)p + first_bit(found)
                                              : NULL;
    }
    return NULL;
}

/* n may be more than there is where c comes first. */
static void *NAMED(memchr)(const void *s, int c, size_t n)
{
    const vec wanted = vec_fill(c);
    const char *p = (const char *)ALIGN_DOWN((uintptr_t)s, WIDTH);
    const char *end = (const char *)s + n;
    uint32_t found;

    if (!n)
        return NULL;
    if (end < (const char *)s)
        end = (const char *)UINTPTR_MAX;
    found = FOUND(p) >> ((uintptr_t)s % WIDTH);
    if (found)
        return first_bit(found) < n ? (char *)s + first_bit(found) : NULL;
    if ((size_t)(end - p) > 5 * WIDTH)
        return NAMED(find_far)(p, wanted, end);
    for (p += WIDTH; p < end; p += WIDTH) {
        found = FOUND(p);
        if (found)
            return p + first_bit(found) < end ? (char *)p + first_bit(found)
                                              : NULL;
    }
    return NULL;
}

#undef FOUND
