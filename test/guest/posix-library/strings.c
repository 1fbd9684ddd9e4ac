/* SPDX-License-Identifier: BSD-2-Clause */
/* <string.h> and <strings.h>. */

#include "guest_test.h"
#include <errno.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

/* -1, 0 or 1. */
static int sign(int value)
{
    return (value > 0) - (value < 0);
}

/* Each length at each place within a word, against a loop. */
static unsigned char from[300], to[300], want[300];

static void fill(void)
{
    for (int i = 0; i < 300; i++) {
        from[i] = (unsigned char)(i * 7 + 1);
        to[i] = want[i] = 0xee;
    }
}

/* covers: memcpy memmove memset mempcpy bcopy bzero explicit_bzero */
TEST(memory_is_copied_and_filled_at_any_place)
{
    for (size_t at = 0; at < 9; at++)
        for (size_t n = 0; n < 270; n += n < 40 ? 1 : 23) {
            fill();
            CHECK(memcpy(to + at, from + 3, n) == to + at);
            for (size_t i = 0; i < n; i++)
                want[at + i] = from[3 + i];
            CHECK(!memcmp(to, want, 300));
            CHECK(memset(to + at, 0x155, n) == to + at);
            for (size_t i = 0; i < n; i++)
                want[at + i] = 0x55;
            CHECK(!memcmp(to, want, 300));
            CHECK(mempcpy(to + at, from, n) == to + at + n);
            CHECK(!memcmp(to + at, from, n));
            fill();
            memcpy(want, from, 300);
            for (size_t i = 0; i < n; i++)
                want[at + 5 + i] = from[at + i];
            CHECK(memmove(from + at + 5, from + at, n) == from + at + 5);
            CHECK(!memcmp(from, want, 300));
            fill();
            memcpy(want, from, 300);
            for (size_t i = 0; i < n; i++)
                want[at + i] = from[at + 5 + i];
            bcopy(from + at + 5, from + at, n);
            CHECK(!memcmp(from, want, 300));
        }
    bzero(to, 10);
    CHECK(!to[0] && !to[9] && to[10]);
    explicit_bzero(to, 12);
    CHECK(!to[11] && to[12]);
}

/* covers: memcmp bcmp memchr memrchr rawmemchr memccpy memmem timingsafe_bcmp
 * timingsafe_memcmp */
TEST(memory_is_compared_and_searched)
{
    char buf[16] = "----------";

    CHECK_EQ(sign(memcmp("a\0b", "a\0c", 3)), -1);
    CHECK_EQ(sign(memcmp("\xff", "\x01", 1)), 1);
    CHECK_EQ(memcmp("abc", "abd", 2), 0);
    CHECK_EQ(memcmp("x", "y", 0), 0);
    CHECK_EQ(bcmp("same", "same", 4), 0);
    CHECK(bcmp("same", "some", 4) != 0);
#ifdef __pith__
    CHECK_EQ(timingsafe_bcmp("same", "same", 4), 0);
    CHECK(timingsafe_bcmp("same", "some", 4) != 0);
    CHECK_EQ(sign(timingsafe_memcmp("same", "some", 4)), -1);
    CHECK_EQ(sign(timingsafe_memcmp("some", "same", 4)), 1);
    CHECK_EQ(timingsafe_memcmp("same", "same", 4), 0);
#endif
    for (size_t n = 0; n < 100; n++) {
        memset(to, 1, 300);
        to[n] = 0xfe;
        CHECK(memchr(to, 0xfe, 100) == to + n);
        CHECK(memchr(to, 0xfe, n) == NULL);
        CHECK(rawmemchr(to, 0xfe) == to + n);
        to[n + 100] = 0xfe;
        CHECK(memrchr(to, 0xfe, 250) == to + n + 100);
        CHECK(memrchr(to, 0xfe, n + 100) == to + n);
        CHECK(memrchr(to, 2, 300) == NULL);
    }
    CHECK(memccpy(buf, "ab:cd", ':', 5) == buf + 3);
    CHECK(!memcmp(buf, "ab:---", 6));
    CHECK(memccpy(buf, "xy", 'z', 2) == NULL);
    CHECK(!memcmp(buf, "xy:---", 6));
    CHECK_STR(memmem("a needle or two", 15, "needle", 6), "needle or two");
    CHECK(memmem("needl", 5, "needle", 6) == NULL);
    CHECK(memmem("abc", 3, "", 0) != NULL);
    CHECK(memmem("aab", 3, "ab", 2) != NULL);
}

/* covers: strlen strnlen strcpy strncpy stpcpy stpncpy strcat strncat strlcpy
 * strlcat strdup strndup */
TEST(strings_are_copied_as_far_as_they_fit)
{
    char buf[32], *copy;

    for (size_t n = 0; n < 200; n++) {
        memset(to, 'x', 300);
        to[n + 3] = 0;
        CHECK_EQ(strlen((char *)to + 3), n);
        CHECK_EQ(strnlen((char *)to + 3, 100), n < 100 ? n : 100);
        memset(want, 'y', 300);
        CHECK(strcpy((char *)want + 1, (char *)to + 3) == (char *)want + 1);
        CHECK(!memcmp(want + 1, to + 3, n + 1) && want[n + 2] == 'y');
    }
    memset(buf, 'x', 32);
    CHECK(strncpy(buf, "abc", 6) == buf);
    CHECK(!memcmp(buf, "abc\0\0\0x", 7));
    strncpy(buf, "defghijk", 3);
    CHECK(!memcmp(buf, "def\0", 4));
    CHECK(stpcpy(buf, "12345") == buf + 5);
    CHECK(stpncpy(buf, "67", 4) == buf + 2);
    CHECK(!memcmp(buf, "67\0\0005", 6));
    CHECK(stpncpy(buf, "abcdef", 3) == buf + 3);
    strcpy(buf, "one");
    CHECK(strcat(buf, "two") == buf);
    CHECK_STR(buf, "onetwo");
    CHECK(strncat(buf, "three", 2) == buf);
    CHECK_STR(buf, "onetwoth");
    CHECK_EQ(strlcpy(buf, "abcdef", 4), 6);
    CHECK_STR(buf, "abc");
    CHECK_EQ(strlcpy(buf, "abc", 0), 3);
    CHECK_EQ(strlcat(buf, "defg", 6), 7);
    CHECK_STR(buf, "abcde");
    CHECK_EQ(strlcat(buf, "xy", 3), 5);
    copy = strdup("kept");
    CHECK(copy);
    CHECK_STR(copy, "kept");
    free(copy);
    copy = strndup("kept", 2);
    CHECK(copy);
    CHECK_STR(copy, "ke");
    free(copy);
}

/* covers: strcmp strncmp strcasecmp strncasecmp strcoll strxfrm strverscmp
 * strcasecmp_l strncasecmp_l strcoll_l strxfrm_l */
TEST(strings_are_compared)
{
    static const struct {
        const char *a, *b;
        int plain, caseless, versions;
    } pairs[] = {
        {"", "", 0, 0, 0},
        {"a", "", 1, 1, 1},
        {"abc", "abd", -1, -1, -1},
        {"abc", "ABC", 1, 0, 1},
        {"a\xff", "a\x01", 1, 1, 1},
        {"file9", "file10", 1, 1, -1},
        {"longer string", "longer strinG", 1, 0, 1},
    };
    locale_t c = newlocale(LC_ALL_MASK, "C", 0);
    char out[8];

    CHECK(c);
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const char *a = pairs[i].a, *b = pairs[i].b;

        CHECK_EQ(sign(strcmp(a, b)), pairs[i].plain);
        CHECK_EQ(sign(strcmp(b, a)), -pairs[i].plain);
        CHECK_EQ(sign(strncmp(a, b, 99)), pairs[i].plain);
        CHECK_EQ(sign(strcoll(a, b)), pairs[i].plain);
        CHECK_EQ(sign(strcoll_l(a, b, c)), pairs[i].plain);
        CHECK_EQ(sign(strcasecmp(a, b)), pairs[i].caseless);
        CHECK_EQ(sign(strcasecmp_l(a, b, c)), pairs[i].caseless);
        CHECK_EQ(sign(strncasecmp(a, b, 99)), pairs[i].caseless);
        CHECK_EQ(sign(strncasecmp_l(a, b, 99, c)), pairs[i].caseless);
        CHECK_EQ(sign(strverscmp(a, b)), pairs[i].versions);
    }
    CHECK_EQ(strncmp("abcX", "abcY", 3), 0);
    CHECK_EQ(strncasecmp("abcX", "ABCY", 3), 0);
    CHECK_EQ(strncmp("a", "b", 0), 0);
    CHECK_EQ(strxfrm(out, "abc", 8), 3);
    CHECK_STR(out, "abc");
    CHECK_EQ(strxfrm(NULL, "abcdefghij", 0), 10);
    CHECK_EQ(strxfrm_l(out, "xyz", 8, c), 3);
    CHECK_STR(out, "xyz");
    freelocale(c);
}

/* Where in text, -1 for NULL. */
static long place(const char *text, const char *found)
{
    return found ? found - text : -1;
}

/* covers: strchr strrchr strchrnul index rindex strstr strcasestr strpbrk
 * strspn strcspn strnstr */
TEST(strings_are_searched)
{
    const char *text = "hello, World of words";

    CHECK_EQ(place(text, strchr(text, 'o')), 4);
    CHECK_EQ(place(text, strchr(text, 'o' + 256)), 4);
    CHECK_EQ(place(text, strchr(text, 'z')), -1);
    CHECK_EQ(place(text, strchr(text, 0)), 21);
    CHECK_EQ(place(text, strrchr(text, 'o')), 17);
    CHECK_EQ(place(text, strrchr(text, 'z')), -1);
    CHECK_EQ(place(text, strrchr(text, 0)), 21);
    CHECK_EQ(place(text, strchrnul(text, 'W')), 7);
    CHECK_EQ(place(text, strchrnul(text, 'z')), 21);
    CHECK_EQ(place(text, index(text, 'l')), 2);
    CHECK_EQ(place(text, rindex(text, 'l')), 10);
    CHECK_EQ(place(text, strstr(text, "wor")), 16);
    CHECK_EQ(place(text, strstr(text, "")), 0);
    CHECK_EQ(place(text, strstr(text, "words!")), -1);
    CHECK_EQ(place(text, strcasestr(text, "wor")), 7);
    CHECK_EQ(place(text, strcasestr(text, "worn")), -1);
#ifdef __pith__
    CHECK_EQ(place(text, strnstr(text, "World", 12)), 7);
    CHECK_EQ(place(text, strnstr(text, "World", 11)), -1);
#endif
    CHECK_EQ(place(text, strpbrk(text, "xyW,")), 5);
    CHECK_EQ(place(text, strpbrk(text, "xyz")), -1);
    CHECK_EQ(strspn(text, "leh"), 4);
    CHECK_EQ(strspn(text, "xyz"), 0);
    CHECK_EQ(strcspn(text, " ,"), 5);
    CHECK_EQ(strcspn(text, "xyz"), 21);
}

/* covers: strtok strtok_r strsep */
TEST(strings_are_cut_into_words)
{
    char text[] = "  one two,,three", again[] = "a:b", empty[] = "x::y";
    char *rest, *cut = empty;

    CHECK_STR(strtok(text, " "), "one");
    CHECK_STR(strtok_r(again, ":", &rest), "a");
    CHECK_STR(strtok(NULL, " ,"), "two");
    CHECK_STR(strtok_r(NULL, ":", &rest), "b");
    CHECK(!strtok_r(NULL, ":", &rest));
    CHECK_STR(strtok(NULL, ","), "three");
    CHECK(!strtok(NULL, ","));
    CHECK_STR(strsep(&cut, ":"), "x");
    CHECK_STR(strsep(&cut, ":"), "");
    CHECK_STR(strsep(&cut, ":"), "y");
    CHECK(!cut && !strsep(&cut, ":"));
}

/* covers: strerror strerror_l strerror_r */
TEST(errors_have_texts)
{
    char buf[64];

    CHECK_STR(strerror(0), "Success");
    CHECK_STR(strerror(ENOENT), "No such file or directory");
    CHECK_STR(strerror_l(EINVAL, newlocale(LC_ALL_MASK, "C", 0)),
              "Invalid argument");
    CHECK(strerror(12345) != NULL);
    CHECK_STR(strerror_r(EPIPE, buf, sizeof(buf)), "Broken pipe");
}

/* covers: ffs ffsl ffsll */
TEST(first_bit_that_is_set_is_found)
{
    CHECK_EQ(ffs(0), 0);
    CHECK_EQ(ffs(1), 1);
    CHECK_EQ(ffs(0x50), 5);
    CHECK_EQ(ffs((int)0x80000000), 32);
    CHECK_EQ(ffsl(0), 0);
    CHECK_EQ(ffsl((long)(1ul << 63)), 64);
    CHECK_EQ(ffsll(1ll << 40), 41);
}

#ifdef __pith__
/* covers: fls flsl flsll strlwr strupr */
TEST(newlibs_own_string_functions_work)
{
    char text[] = "MiXed 1";

    CHECK_EQ(fls(0), 0);
    CHECK_EQ(fls(1), 1);
    CHECK_EQ(fls((int)0x80000000), 32);
    CHECK_EQ(flsl(1l << 40), 41);
    CHECK_EQ(flsll(3), 2);
    CHECK_STR(strlwr(text), "mixed 1");
    CHECK_STR(strupr(text), "MIXED 1");
}
#endif
