/* SPDX-License-Identifier: BSD-2-Clause */
/* <stdlib.h> and <inttypes.h>: numbers from text, arithmetic, random numbers,
 * sorting, multibyte characters. */

#include "guest_test.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <wchar.h>

static const struct {
    const char *text;
    int base, used; /* bytes that are part of it */
    long value;
    unsigned long positive;
    int error, positive_error;
} integers[] = {
    {"0", 10, 1, 0, 0, 0, 0},
    {"  +42x", 10, 5, 42, 42, 0, 0},
    {"-7", 10, 2, -7, -7ul, 0, 0},
    {"0x1F", 0, 4, 31, 31, 0, 0},
    {"0x1f", 16, 4, 31, 31, 0, 0},
    {"0x", 16, 1, 0, 0, 0, 0},
    {"017", 0, 3, 15, 15, 0, 0},
    {"08", 0, 1, 0, 0, 0, 0},
    {"zZ", 36, 2, 35 * 36 + 35, 35 * 36 + 35, 0, 0},
    {"102", 2, 2, 2, 2, 0, 0},
    {"9223372036854775807", 10, 19, LONG_MAX, LONG_MAX, 0, 0},
    {"9223372036854775808", 10, 19, LONG_MAX, 1ul << 63, ERANGE, 0},
    {"-9223372036854775808", 10, 20, LONG_MIN, 1ul << 63, 0, 0},
    {"-9223372036854775809", 10, 20, LONG_MIN, (1ul << 63) - 1, ERANGE, 0},
    {"18446744073709551615", 10, 20, LONG_MAX, ULONG_MAX, ERANGE, 0},
    {"18446744073709551616z", 10, 20, LONG_MAX, ULONG_MAX, ERANGE, ERANGE},
};

static locale_t c_locale(void)
{
    static locale_t l;

    return l ? l : (l = newlocale(LC_ALL_MASK, "C", 0));
}

/* Each function of a kind gives the value, says where the number ends, and
 * sets errno. */
#define SIGNED(call, i) \
    do { \
        errno = 0; \
        end = NULL; \
        CHECK_EQ(call, integers[i].value); \
        CHECK_EQ(errno, integers[i].error); \
        CHECK_EQ(end - text, integers[i].used); \
    } while (0)
#define UNSIGNED(call, i) \
    do { \
        errno = 0; \
        end = NULL; \
        CHECK_EQ(call, integers[i].positive); \
        CHECK_EQ(errno, integers[i].positive_error); \
        CHECK_EQ(end - text, integers[i].used); \
    } while (0)

#define INTEGERS (sizeof(integers) / sizeof(integers[0]))

/* covers: strtol strtol_l strtoll strtoll_l strtoul strtoul_l strtoull
 * strtoull_l strtoimax strtoumax strtoimax_l strtoumax_l */
TEST(integers_are_read_with_their_limits)
{
    locale_t l = c_locale();
    char *end;

    for (size_t i = 0; i < INTEGERS; i++) {
        const char *text = integers[i].text;
        int base = integers[i].base;

        SIGNED(strtol(text, &end, base), i);
        SIGNED(strtoll(text, &end, base), i);
        SIGNED(strtol_l(text, &end, base, l), i);
        SIGNED(strtoll_l(text, &end, base, l), i);
        SIGNED(strtoimax(text, &end, base), i);
        UNSIGNED(strtoul(text, &end, base), i);
        UNSIGNED(strtoull(text, &end, base), i);
        UNSIGNED(strtoul_l(text, &end, base, l), i);
        UNSIGNED(strtoull_l(text, &end, base, l), i);
        UNSIGNED(strtoumax(text, &end, base), i);
#ifdef __pith__
        SIGNED(strtoimax_l(text, &end, base, l), i);
        UNSIGNED(strtoumax_l(text, &end, base, l), i);
#endif
    }
    errno = 0;
    CHECK_EQ(strtol("12", NULL, 1), 0);
    CHECK_EQ(errno, EINVAL);
    errno = 0;
    CHECK_EQ(strtoul("12", NULL, 37), 0);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(strtol("none", &end, 10), 0);
    CHECK_STR(end, "none");
}

/* covers: wcstol wcstol_l wcstoll wcstoll_l wcstoul wcstoul_l wcstoull
 * wcstoull_l wcstoimax wcstoumax wcstoimax_l wcstoumax_l */
TEST(integers_are_read_from_wide_text)
{
    locale_t l = c_locale();
    wchar_t text[40], *end;

    for (size_t i = 0; i < INTEGERS; i++) {
        int base = integers[i].base;

        for (size_t k = 0; k <= strlen(integers[i].text); k++)
            text[k] = (wchar_t)integers[i].text[k];
        SIGNED(wcstol(text, &end, base), i);
        SIGNED(wcstoll(text, &end, base), i);
        SIGNED(wcstol_l(text, &end, base, l), i);
        SIGNED(wcstoll_l(text, &end, base, l), i);
        SIGNED(wcstoimax(text, &end, base), i);
        UNSIGNED(wcstoul(text, &end, base), i);
        UNSIGNED(wcstoull(text, &end, base), i);
        UNSIGNED(wcstoul_l(text, &end, base, l), i);
        UNSIGNED(wcstoull_l(text, &end, base, l), i);
        UNSIGNED(wcstoumax(text, &end, base), i);
#ifdef __pith__
        SIGNED(wcstoimax_l(text, &end, base, l), i);
        UNSIGNED(wcstoumax_l(text, &end, base, l), i);
#endif
    }
}

static const struct {
    const char *text;
    int used, error;
    double value;
} reals[] = {
    {"0", 1, 0, 0.0},
    {"  -1.5e3x", 8, 0, -1500.0},
    {".25", 3, 0, 0.25},
    {"1.", 2, 0, 1.0},
    {"0x1.8p1", 7, 0, 3.0},
    {"1e", 1, 0, 1.0},
    {"0.1", 3, 0, 0.1},
    {"123456789012345678", 18, 0, 123456789012345678.0},
    {"2.2250738585072014e-308", 23, 0, 2.2250738585072014e-308},
    {"1.7976931348623157e308", 22, 0, 1.7976931348623157e308},
    {"1e309", 5, ERANGE, HUGE_VAL},
    {"-1e309", 6, ERANGE, -HUGE_VAL},
    {"1e-400", 6, ERANGE, 0.0},
    {"inf", 3, 0, HUGE_VAL},
    {"-Infinity", 9, 0, -HUGE_VAL},
    {"5e-324", 6, ERANGE, 5e-324},
};

#define REAL(type, call, want) \
    do { \
        type got = (errno = 0, end = NULL, call); \
        if (got != (type)(want) || end - text != reals[i].used) { \
            snprintf(test_message, sizeof(test_message), \
                     "%s of \"%s\" gave %a and %d bytes", #call, \
                     reals[i].text, (double)got, (int)(end - text)); \
            return; \
        } \
    } while (0)

/* covers: strtod strtod_l strtold_l strtof strtof_l strtold atof wcstod_l
 * wcstof wcstof_l wcstold wcstold_l */
TEST(reals_are_read_exactly)
{
    locale_t l = c_locale();

    for (size_t i = 0; i < sizeof(reals) / sizeof(reals[0]); i++) {
        const char *text = reals[i].text;
        double value = reals[i].value;
        char *end;

        REAL(double, strtod(text, &end), value);
        if (errno != reals[i].error && value != 5e-324)
            CHECK_STR(text, "has the wrong errno");
        REAL(double, strtod_l(text, &end, l), value);
        CHECK(atof(text) == value);
        if (fabs(value) > 1e300 && !isinf(value))
            continue;
        if (reals[i].error == 0 && fabs(value) > 1e-300) {
            REAL(float, strtof(text, &end), value);
            REAL(float, strtof_l(text, &end, l), value);
            REAL(double, strtold(text, &end), value);
            REAL(double, strtold_l(text, &end, l), value);
        }
    }
    errno = 0;
    CHECK(strtof("1e39", NULL) == HUGE_VALF && errno == ERANGE);
    errno = 0;
    CHECK(isinf(strtold("1e4933", NULL)) && errno == ERANGE);
    CHECK(isnan(strtod("nan", NULL)) && isnan(strtof("NaN(1)", NULL)));
    CHECK(strtold("1e4900", NULL) > 1e308L);
}

TEST(reals_are_read_from_wide_text)
{
    locale_t l = c_locale();

    for (size_t i = 0; i < sizeof(reals) / sizeof(reals[0]); i++) {
        double value = reals[i].value;
        wchar_t text[40], *end;

        for (size_t k = 0; k <= strlen(reals[i].text); k++)
            text[k] = (wchar_t)reals[i].text[k];
        REAL(double, wcstod(text, &end), value);
        REAL(double, wcstod_l(text, &end, l), value);
        if (reals[i].error || fabs(value) < 1e-300 ||
            (fabs(value) > 1e300 && !isinf(value)))
            continue;
        REAL(float, wcstof(text, &end), value);
        REAL(float, wcstof_l(text, &end, l), value);
        REAL(double, wcstold(text, &end), value);
        REAL(double, wcstold_l(text, &end, l), value);
    }
}

/* covers: atoi atol atoll abs labs llabs imaxabs div ldiv lldiv imaxdiv */
TEST(whole_numbers_divide_and_lose_their_sign)
{
    CHECK_EQ(atoi(" -12abc"), -12);
    CHECK_EQ(atol("2147483648"), 2147483648l);
    CHECK_EQ(atoll("-9223372036854775807"), -LLONG_MAX);
    CHECK_EQ(abs(-5), 5);
    CHECK_EQ(labs(-5000000000l), 5000000000l);
    CHECK_EQ(llabs(-LLONG_MAX), LLONG_MAX);
    CHECK_EQ(imaxabs(-3), 3);
    CHECK(div(-7, 2).quot == -3 && div(-7, 2).rem == -1);
    CHECK(ldiv(7, -2).quot == -3 && ldiv(7, -2).rem == 1);
    CHECK(lldiv(10000000000ll, 3).quot == 3333333333ll);
    CHECK(imaxdiv(-9, 4).quot == -2 && imaxdiv(-9, 4).rem == -1);
}

/* covers: a64l l64a */
TEST(numbers_become_six_characters)
{
    CHECK_STR(l64a(0), "");
    CHECK_STR(l64a(1), "/");
    CHECK_STR(l64a(4095), "zz");
    CHECK_EQ(a64l("zz"), 4095);
    CHECK_EQ(a64l(""), 0);
    CHECK_EQ(a64l("zzzzz/"), 2147483647);
}

/* covers: drand48 erand48 lrand48 nrand48 mrand48 jrand48 srand48 seed48
 * lcong48 */
TEST(rand48_has_its_sequence)
{
    unsigned short state[3] = {0x330e, 42, 0}, other[3] = {1, 2, 3};
    unsigned short parameters[7] = {1, 2, 3, 5, 0, 0, 7}, *old;

    srand48(42);
    CHECK_EQ(lrand48(), 1598855263);
    CHECK_EQ(nrand48(state), 1598855263);
    srand48(42);
    CHECK_EQ(mrand48(), jrand48((unsigned short[3]){0x330e, 42, 0}));
    srand48(42);
    CHECK(fabs(drand48() - 0.744525) < 1e-5);
    CHECK(fabs(erand48((unsigned short[3]){0x330e, 42, 0}) - 0.744525) < 1e-5);
    old = seed48(other);
    CHECK(old != NULL);
    other[0] = 1;
    CHECK_EQ(lrand48(), nrand48(other));
    lcong48(parameters);
    /* 5 * 0x000300020001 + 7, its upper 31 bits */
    CHECK_EQ(lrand48(), (5 * 0x000300020001l + 7) >> 17);
}

/* covers: rand srand rand_r random srandom */
TEST(random_numbers_repeat_with_their_seed)
{
    unsigned seed = 7, same = 7;
    long first[8];

    srand(3);
    for (int i = 0; i < 8; i++) {
        first[i] = rand();
        CHECK(first[i] >= 0 && first[i] <= RAND_MAX);
    }
    srand(3);
    for (int i = 0; i < 8; i++)
        CHECK_EQ(rand(), first[i]);
    srandom(3);
    for (int i = 0; i < 8; i++)
        CHECK((first[i] = random()) >= 0);
    srandom(3);
    for (int i = 0; i < 8; i++)
        CHECK_EQ(random(), first[i]);
    CHECK_EQ(rand_r(&seed), rand_r(&same));
    CHECK_EQ(seed, same);
    CHECK(first[0] != first[1]);
}

static int by_value(const void *a, const void *b)
{
    return (*(const int *)a > *(const int *)b) -
           (*(const int *)a < *(const int *)b);
}

/* covers: qsort bsearch */
TEST(numbers_are_sorted_and_found)
{
    static int numbers[1000];

    for (size_t n = 0; n <= 1000; n += n < 20 ? 1 : 98) {
        for (size_t i = 0; i < n; i++)
            numbers[i] = (int)(i * 7919 % 1009) * (n % 3 ? 1 : -1);
        qsort(numbers, n, sizeof(int), by_value);
        for (size_t i = 1; i < n; i++)
            CHECK(numbers[i - 1] < numbers[i]);
        for (size_t i = 0; i < n; i++)
            CHECK(bsearch(&numbers[i], numbers, n, sizeof(int), by_value) ==
                  &numbers[i]);
        CHECK(!bsearch(&(int){5000}, numbers, n, sizeof(int), by_value));
    }
}

/* covers: mblen mbtowc wctomb */
TEST(multibyte_characters_are_measured)
{
    char buf[MB_LEN_MAX];
    wchar_t wide;

    CHECK(setlocale(LC_ALL, "C.UTF-8"));
    CHECK_EQ(mblen("a", 1), 1);
    CHECK_EQ(mblen("\xc3\xa9", 2), 2);
    CHECK_EQ(mblen("", 1), 0);
    CHECK_EQ(mblen("\xff", 1), -1);
    CHECK_EQ(mbtowc(&wide, "\xe2\x82\xac", 3), 3);
    CHECK_EQ(wide, 0x20ac);
    CHECK_EQ(mbtowc(NULL, NULL, 0), 0);
    CHECK_EQ(mbtowc(&wide, "\xc3(", 2), -1);
    mbtowc(NULL, NULL, 0);
    CHECK_EQ(wctomb(buf, 0x20ac), 3);
    CHECK(!memcmp(buf, "\xe2\x82\xac", 3));
    CHECK_EQ(wctomb(buf, (wchar_t)0x7fffffff), -1);
    CHECK(setlocale(LC_ALL, "C"));
}

/* covers: getsubopt */
TEST(suboptions_are_taken_apart)
{
    char text[] = "ro,size=12,other", *options = text, *value;
    char *const names[] = {"ro", "size", NULL};

    CHECK_EQ(getsubopt(&options, names, &value), 0);
    CHECK(!value);
    CHECK_EQ(getsubopt(&options, names, &value), 1);
    CHECK_STR(value, "12");
    CHECK_EQ(getsubopt(&options, names, &value), -1);
    CHECK_EQ(*options, 0);
}

#ifdef __pith__
/* covers: itoa utoa rpmatch atoff reallocf getprogname setprogname */
TEST(newlibs_own_numbers_work)
{
    char buf[40];
    void *p;

    CHECK_STR(itoa(-255, buf, 16), "ffffff01");
    CHECK_STR(itoa(-12, buf, 10), "-12");
    CHECK_STR(utoa(255, buf, 2), "11111111");
    CHECK(!itoa(1, buf, 37));
    CHECK_EQ(rpmatch("yes"), 1);
    CHECK_EQ(rpmatch("No"), 0);
    CHECK_EQ(rpmatch("?"), -1);
    CHECK(atoff("2.5") == 2.5f);
    p = reallocf(malloc(3), 1000);
    CHECK(p);
    CHECK(!reallocf(p, SIZE_MAX / 2));
    setprogname("/bin/called");
    CHECK_STR(getprogname(), "called");
}
#endif
