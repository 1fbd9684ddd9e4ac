/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory and string functions against plain loops: every alignment, every
 * short length, and the ends of pages behind which nothing is. Once with AVX2,
 * once without. */
/* cc: -fno-builtin -D_GNU_SOURCE */
/* cmdline: -- avx2 */
/* cmdline: -- sse2 */
/*   xl: cpuid="host,avx2=0" */
/* xl: memory=16 */

#include "guest_test.h"
#include <pith/simd.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE 4096
#define ALIGNS 64
#define LENGTHS 301
#define EDGE 64 /* bytes around a result that must stay */

static unsigned char source[PAGE * 4] __attribute__((aligned(64)));
static unsigned char target[PAGE * 4] __attribute__((aligned(64)));
/* Two pairs of pages, each with nothing before and behind it. */
static unsigned char *first_page, *second_page, *first_end, *second_end;
static bool want_avx2;

static unsigned char *pages_alone(void)
{
    unsigned char *at = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (at == MAP_FAILED || munmap(at, PAGE) || munmap(at + 3 * PAGE, PAGE))
        abort();
    memset(at + PAGE, 0xee, 2 * PAGE);
    return at + PAGE;
}

static void fill_source(void)
{
    for (size_t i = 0; i < sizeof(source); i++)
        source[i] = (unsigned char)(i * 7 + i / 256 + 1);
}

/* Did a copy of n bytes of source to target change these and no others? Cleans
 * up for the next. */
static bool copied(size_t to, size_t from, size_t n)
{
    for (size_t i = to - EDGE; i < to + n + EDGE; i++) {
        unsigned char want = i >= to && i < to + n ? source[from + i - to]
                                                   : 0xee;

        if (target[i] != want)
            return false;
        target[i] = 0xee;
    }
    return true;
}

static void target_clean(void)
{
    for (size_t i = 0; i < sizeof(target); i++)
        target[i] = 0xee;
}

TEST(simd_of_this_boot_is_as_asked)
{
    CHECK_EQ(simd_avx2(), want_avx2);
}

TEST(memcpy_any_alignment_and_length_copies_just_that)
{
    fill_source();
    target_clean();
    for (size_t from = 0; from < ALIGNS; from++)
        for (size_t n = 0; n < LENGTHS; n++) {
            size_t to = EDGE + (from * 5 + n) % ALIGNS;

            CHECK(memcpy(target + to, source + from, n) == target + to);
            CHECK(copied(to, from, n));
        }
    for (size_t n = LENGTHS; n < 3 * PAGE; n += n / 7) {
        size_t to = EDGE + n % ALIGNS;

        CHECK(mempcpy(target + to, source + 3, n) == target + to + n);
        CHECK(copied(to, 3, n));
    }
}

/* Overlaps by every distance up to five vectors, both ways. */
TEST(memmove_any_overlap_is_right)
{
    fill_source();
    for (int shift = -160; shift <= 160; shift++) {
        for (size_t n = 0; n < 1400; n += n < 80 ? 1 : 37) {
            unsigned char *at = target + 1024;

            memcpy(target, source, PAGE);
            CHECK(memmove(at + shift, at, n) == at + shift);
            CHECK(!memcmp(at + shift, source + 1024, n));
            CHECK(!memcmp(target, source, (size_t)(1024 + shift)));
            CHECK(!memcmp(at + shift + n, source + 1024 + shift + n, 512));
        }
    }
}

TEST(memset_any_alignment_and_length_sets_just_that)
{
    target_clean();
    memset(source, 0xa5, sizeof(source));
    for (size_t i = 0; i < sizeof(source); i++)
        CHECK_EQ(source[i], 0xa5);
    for (size_t at = 0; at < ALIGNS; at++)
        for (size_t n = 0; n < LENGTHS; n++) {
            CHECK(memset(target + EDGE + at, 0x5a5, n) == target + EDGE + at);
            CHECK(copied(EDGE + at, 0, n));
        }
    for (size_t n = LENGTHS; n < 3 * PAGE; n += n / 7) {
        memset(target + EDGE + n % ALIGNS, 0xa5, n);
        CHECK(copied(EDGE + n % ALIGNS, 0, n));
    }
}

static bool ordered(const unsigned char *a, const unsigned char *b, size_t n)
{
    return memcmp(a, b, n) < 0 && memcmp(b, a, n) > 0;
}

TEST(memcmp_any_difference_is_found_and_ordered)
{
    fill_source();
    for (size_t at = 0; at < ALIGNS; at++)
        for (size_t n = 0; n < LENGTHS; n++) {
            unsigned char *a = source + at, *b = target + (at * 3 + n) % ALIGNS;
            size_t where[3] = {0, n / 2, n - 1};

            memcpy(b, a, n);
            a[n] = 1, b[n] = 2; /* not to be looked at */
            CHECK_EQ(memcmp(a, b, n), 0);
            for (int i = 0; n && i < 3; i++) {
                unsigned char *x = a + where[i], *y = b + where[i];
                unsigned char old = *x;

                *x = 0x7f, *y = 0x80; /* of bytes without sign */
                CHECK(ordered(a, b, n));
                *x = *y = old;
            }
            source[at + n] = (unsigned char)((at + n) * 7 + (at + n) / 256 + 1);
        }
    memcpy(target, source, 2 * PAGE);
    CHECK_EQ(memcmp(target, source, 2 * PAGE), 0);
    target[PAGE + 77] ^= 1;
    CHECK(memcmp(target, source, 2 * PAGE) != 0);
    CHECK_EQ(memcmp(target, source, PAGE + 77), 0);
}

/* A string of n letters and its NUL at p; other letters around. */
static char *string_at(unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (unsigned char)('a' + (i + n) % 20);
    p[n] = 0;
    return (char *)p;
}

TEST(strlen_any_alignment_and_length_is_right)
{
    memset(source, 'x', sizeof(source));
    for (size_t at = 0; at < ALIGNS; at++)
        for (size_t n = 0; n < LENGTHS; n++) {
            char *s = string_at(source + at, n);

            if (at)
                source[at - 1] = 0; /* before it: not to be seen */
            CHECK_EQ(strlen(s), n);
            CHECK_EQ(strnlen(s, n + 7), n);
            CHECK_EQ(strnlen(s, n / 2), n / 2);
            CHECK_EQ(strnlen(s, SIZE_MAX), n);
            s[n] = 'x';
            if (at)
                source[at - 1] = 'x';
        }
    for (size_t n = LENGTHS; n < 3 * PAGE; n += 97) {
        source[n + n % 32] = 0;
        CHECK_EQ(strlen((char *)source + n % 32), n);
        source[n + n % 32] = 'x';
    }
}

TEST(strchr_any_place_is_found)
{
    memset(source, '#', sizeof(source));
    for (size_t at = 1; at <= ALIGNS; at++)
        for (size_t n = 1; n < LENGTHS; n++) {
            char *s = string_at(source + at, n), *last = s + n - 1;

            CHECK(!strchr(s, '#')); /* there are some before and behind */
            CHECK(strchrnul(s, '#') == s + n);
            CHECK(strchr(s, 0) == s + n);
            CHECK(!memchr(s, '#', n));
            *last = '#';
            CHECK(strchr(s, '#') == last && strchrnul(s, '#') == last);
            CHECK(memchr(s, '#', n) == last && !memchr(s, '#', n - 1));
            CHECK(memchr(s, 0x100 | '#', SIZE_MAX) == last);
            s[n / 2] = '#';
            CHECK(strchr(s, '#') == s + n / 2);
            CHECK(strrchr(s, '#') == last);
            CHECK(memchr(s, '#', n) == s + n / 2);
            CHECK(strrchr(s, 0) == s + n && !strrchr(s, '\x01'));
            s[n] = '#';
        }
    for (size_t n = LENGTHS; n < 3 * PAGE; n += 97) {
        source[n + n % 32] = 0xff;
        CHECK(memchr(source + n % 32, 0xff, 3 * PAGE + 99) ==
              source + n + n % 32);
        CHECK(!memchr(source + n % 32, 0xff, n));
        source[n + n % 32] = '#';
    }
}

TEST(strcpy_any_alignment_and_length_copies_just_that)
{
    target_clean();
    for (size_t at = 0; at < ALIGNS; at++)
        for (size_t n = 0; n < LENGTHS; n++) {
            size_t to = EDGE + (at * 5 + n) % ALIGNS;
            char *s = string_at(source + at, n), *d = (char *)target + to;

            CHECK(n % 2 ? strcpy(d, s) == d : stpcpy(d, s) == d + n);
            CHECK(copied(to, at, n + 1));
        }
    for (size_t n = LENGTHS; n < 3 * PAGE; n += n / 7) {
        size_t to = EDGE + n % ALIGNS;
        char *s = string_at(source + 9, n);

        CHECK(stpcpy((char *)target + to, s) == (char *)target + to + n);
        CHECK(copied(to, 9, n + 1));
    }
}

TEST(strcmp_any_difference_is_found_and_ordered)
{
    for (size_t at = 0; at < ALIGNS; at++)
        for (size_t n = 0; n < LENGTHS; n++) {
            char *a = string_at(source + at, n);
            char *b = string_at(target + (at * 3 + n) % ALIGNS, n);

            a[n + 1] = 'y', b[n + 1] = 'z';
            CHECK_EQ(strcmp(a, b), 0);
            b[n] = 1, b[n + 1] = 0;
            CHECK(strcmp(a, b) < 0 && strcmp(b, a) > 0);
            b[n] = 0;
            if (n) {
                b[n / 2] = (char)0xff;
                CHECK(strcmp(a, b) < 0 && strcmp(b, a) > 0);
            }
        }
}

/* What touches a byte behind the page faults. */
TEST(page_end_is_not_crossed_by_memory_functions)
{
    for (size_t n = 0; n < LENGTHS; n++) {
        unsigned char *a = first_end - n, *b = second_end - n;

        memset(a, 'a', n);
        CHECK(memcpy(b, a, n) == b && !memcmp(a, b, n));
        CHECK(memmove(a, b, n) == a && !memchr(a, 'b', n));
        CHECK(!memcmp(second_page, b, 0));
        memcpy(first_page, b, n);
        memcpy(b, first_page, n);
        memset(first_page, 'a', n);
        CHECK(!memcmp(first_page, b, n));
        if (n) {
            a[n - 1] = 'c';
            CHECK(memchr(a, 'c', n) == a + n - 1);
            CHECK(memchr(a, 'c', n + 1000) == a + n - 1);
            CHECK(ordered(b, a, n));
        }
    }
}

TEST(page_end_is_not_crossed_by_string_functions)
{
    for (size_t n = 0; n < LENGTHS; n++) {
        char *a = string_at(first_end - n - 1, n), *b = (char *)second_end - n;

        b--;
        CHECK_EQ(strlen(a), n);
        CHECK_EQ(strnlen(a, PAGE), n);
        CHECK(!strchr(a, '#') && strchrnul(a, '#') == a + n);
        CHECK(stpcpy(b, a) == b + n && !strcmp(a, b));
        CHECK(!strcmp(strcpy((char *)first_page, a), b));
        CHECK_EQ(strlen((char *)first_page), n);
        /* one at the end of its page, one far from it */
        CHECK(!strcmp(a, (char *)first_page));
        CHECK(!strcmp((char *)first_page, b));
        if (n) {
            a[n - 1] = 'A';
            CHECK(strcmp(a, b) < 0 && strcmp(b, a) > 0);
        }
    }
}

static unsigned compared;

static int by_first(const void *a, const void *b)
{
    compared++;
    return *(const char *)a - *(const char *)b;
}

/* Elements of a size: a digit that they are sorted by, the number that they
 * were, and bytes up to the size. */
static bool sorts(size_t size, unsigned count, bool stable)
{
    char *all = malloc(count * size + 1), *p = all;
    bool right = true;

    for (unsigned i = 0; i < count; i++, p += size) {
        memset(p, (int)i, size);
        p[0] = (char)('0' + i * 7919 % 10);
    }
    *p = 'e';
    compared = 0;
    qsort(all, count, size, by_first);
    p = all;
    for (unsigned i = 1; i < count; i++, p += size) {
        right &= p[0] <= p[size];
        if (stable && size > 1 && p[0] == p[size])
            right &= (unsigned char)p[1] < (unsigned char)p[size + 1];
        for (size_t n = 2; n < size; n++) /* each came as a whole */
            right &= p[n] == p[1];
    }
    right &= all[count * size] == 'e';
    free(all);
    return right;
}

TEST(qsort_any_size_and_count_is_sorted)
{
    static const size_t sizes[] = {1, 2, 3, 4, 7, 8, 12, 16, 33, 200};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        for (unsigned count = 0; count < 200; count++)
            CHECK(sorts(sizes[i], count, true));
}

/* Of what is sorted already, and of equals, less than three comparisons each.
 */
TEST(qsort_of_the_sorted_compares_little)
{
    char same[1000];

    memset(same, 'a', sizeof(same));
    compared = 0;
    qsort(same, sizeof(same), 1, by_first);
    CHECK(compared < 3 * sizeof(same));
    CHECK(sorts(4, 10000, false) && compared < 10000 * 14);
}

static int never(const void *a, const void *b)
{
    (void)a, (void)b;
    abort();
}

TEST(qsort_of_nothing_compares_nothing)
{
    qsort(NULL, 0, 8, never);
    qsort(source, 1, 8, never);
    qsort(source, 5, 0, never);
    CHECK(true);
}

/* With no memory for a copy of half of it, it is sorted in place. */
TEST(qsort_without_memory_is_sorted)
{
    size_t bytes = 1 << 20, left = 0;
    void *taken[64];
    char *large = malloc(bytes);

    CHECK(large);
    for (size_t i = 0; i < bytes; i += 16) {
        memset(large + i, (int)(i >> 4), 16);
        large[i] = (char)('0' + i / 16 * 7919 % 10);
    }
    while (left < 64 && (taken[left] = malloc(bytes / 2)))
        left++;
    CHECK(left < 64);
    qsort(large, bytes / 16, 16, by_first);
    while (left)
        free(taken[--left]);
    for (size_t i = 16; i < bytes; i += 16)
        CHECK(large[i - 16] <= large[i] && large[i + 1] == large[i + 15]);
    free(large);
}

int main(int argc, char **argv)
{
    want_avx2 = argc > 1 && !strcmp(argv[1], "avx2");
    first_page = pages_alone();
    second_page = pages_alone();
    first_end = first_page + 2 * PAGE;
    second_end = second_page + 2 * PAGE;
    return test_run_all();
}
