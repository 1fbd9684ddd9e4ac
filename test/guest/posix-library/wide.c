/* SPDX-License-Identifier: BSD-2-Clause */
/* <wchar.h>: wide text, its streams, and its multibyte form. */

#include "guest_test.h"
#include <errno.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#define NAME "/wide"

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static long place(const wchar_t *text, const wchar_t *found)
{
    return found ? found - text : -1;
}

/* covers: wcscpy wcsncpy wcpcpy wcpncpy wcscat wcsncat wcsdup wcsnlen wcslen */
TEST(wide_text_is_copied)
{
    wchar_t buf[16], *copy;

    wmemset(buf, L'x', 16);
    CHECK(wcscpy(buf, L"abc") == buf);
    CHECK(!wmemcmp(buf, L"abc\0x", 5));
    CHECK(wcsncpy(buf, L"de", 4) == buf);
    CHECK(!wmemcmp(buf, L"de\0\0x", 5));
    CHECK(wcpcpy(buf, L"1234") == buf + 4);
    CHECK(wcpncpy(buf, L"56", 3) == buf + 2);
    CHECK(!wmemcmp(buf, L"56\0004", 4));
    CHECK(wcscat(buf, L"ab") == buf && !wcscmp(buf, L"56ab"));
    CHECK(wcsncat(buf, L"cde", 2) == buf && !wcscmp(buf, L"56abcd"));
    CHECK_EQ(wcslen(buf), 6);
    CHECK_EQ(wcsnlen(buf, 4), 4);
    CHECK_EQ(wcsnlen(buf, 40), 6);
    CHECK((copy = wcsdup(buf)) && !wcscmp(copy, buf));
    free(copy);
}

/* covers: wmemchr wmemcmp wmemcpy wmemmove wmempcpy wmemset */
TEST(wide_memory_is_moved_and_compared)
{
    wchar_t buf[8] = L"abcdefg", other[8];

    CHECK_EQ(place(buf, wmemchr(buf, L'd', 7)), 3);
    CHECK_EQ(place(buf, wmemchr(buf, L'd', 3)), -1);
    CHECK_EQ(sign(wmemcmp(L"a\0b", L"a\0c", 3)), -1);
    CHECK_EQ(wmemcmp(L"a", L"b", 0), 0);
    CHECK(wmemcpy(other, buf, 8) == other && !wcscmp(other, buf));
    CHECK(wmempcpy(other, L"xy", 2) == other + 2 && other[1] == L'y');
    CHECK(wmemmove(buf + 1, buf, 3) == buf + 1 && !wcscmp(buf, L"aabcefg"));
    CHECK(wmemset(buf, L'z', 2) == buf && !wcscmp(buf, L"zzbcefg"));
}

/* covers: wcscmp wcsncmp wcscasecmp wcsncasecmp wcscasecmp_l wcsncasecmp_l
 * wcscoll wcscoll_l wcsxfrm wcsxfrm_l */
TEST(wide_text_is_compared)
{
    locale_t c = newlocale(LC_ALL_MASK, "C", 0);
    wchar_t out[8];

    CHECK_EQ(sign(wcscmp(L"abc", L"abd")), -1);
    CHECK_EQ(sign(wcscmp(L"\x20ac", L"z")), 1);
    CHECK_EQ(wcsncmp(L"abX", L"abY", 2), 0);
    CHECK_EQ(wcscasecmp(L"ABC", L"abc"), 0);
    CHECK_EQ(sign(wcscasecmp(L"ABD", L"abc")), 1);
    CHECK_EQ(wcscasecmp_l(L"ABC", L"abc", c), 0);
    CHECK_EQ(wcsncasecmp(L"ABx", L"aby", 2), 0);
    CHECK_EQ(wcsncasecmp_l(L"ABx", L"aby", 2, c), 0);
    CHECK_EQ(sign(wcscoll(L"b", L"a")), 1);
    CHECK_EQ(sign(wcscoll_l(L"a", L"b", c)), -1);
    CHECK_EQ(wcsxfrm(out, L"abc", 8), 3);
    CHECK(!wcscmp(out, L"abc"));
    CHECK_EQ(wcsxfrm_l(out, L"xy", 8, c), 2);
    freelocale(c);
}

/* covers: wcschr wcsrchr wcsstr wcspbrk wcsspn wcscspn wcstok */
TEST(wide_text_is_searched)
{
    const wchar_t *text = L"hello, world";
    wchar_t words[] = L" one,two", *rest;

    CHECK_EQ(place(text, wcschr(text, L'o')), 4);
    CHECK_EQ(place(text, wcschr(text, 0)), 12);
    CHECK_EQ(place(text, wcschr(text, L'z')), -1);
    CHECK_EQ(place(text, wcsrchr(text, L'o')), 8);
    CHECK_EQ(place(text, wcsstr(text, L"wor")), 7);
    CHECK_EQ(place(text, wcsstr(text, L"")), 0);
    CHECK_EQ(place(text, wcsstr(text, L"worm")), -1);
    CHECK_EQ(place(text, wcspbrk(text, L"w,")), 5);
    CHECK_EQ(wcsspn(text, L"leh"), 4);
    CHECK_EQ(wcscspn(text, L" "), 6);
    CHECK(!wcscmp(wcstok(words, L" ,", &rest), L"one"));
    CHECK(!wcscmp(wcstok(NULL, L" ,", &rest), L"two"));
    CHECK(!wcstok(NULL, L" ,", &rest));
}

/* covers: mbrlen mbsinit mbsrtowcs mbsnrtowcs wcsrtombs wcsnrtombs wctob btowc
 * mbrtowc wcrtomb */
TEST(multibyte_text_becomes_wide_and_back)
{
    const char *bytes = "a\xc3\xa9\xe2\x82\xac!", *b = bytes;
    const wchar_t *wide = L"a\xe9\x20ac!", *w = wide;
    wchar_t out[8], one;
    mbstate_t state = {0};
    char text[16];

    CHECK(setlocale(LC_ALL, "C.UTF-8"));
    CHECK(mbsinit(&state) && mbsinit(NULL));
    CHECK_EQ(mbrlen("\xe2\x82", 2, &state), -2);
    CHECK(!mbsinit(&state));
    CHECK_EQ(mbrtowc(&one, "\xac", 1, &state), 1);
    CHECK_EQ(one, 0x20ac);
    CHECK_EQ(mbsrtowcs(out, &b, 8, &state), 4);
    CHECK(!b && !wcscmp(out, wide));
    b = bytes;
    CHECK_EQ(mbsnrtowcs(out, &b, 3, 8, &state), 2);
    CHECK_EQ(b - bytes, 3);
    CHECK_EQ(wcsrtombs(text, &w, 16, &state), 7);
    CHECK(!w);
    CHECK_STR(text, bytes);
    w = wide;
    CHECK_EQ(wcsnrtombs(text, &w, 2, 16, &state), 3);
    CHECK_EQ(w - wide, 2);
    w = wide;
    CHECK_EQ(wcsrtombs(text, &w, 5, &state), 3);
    CHECK_EQ(w - wide, 2);
    b = "x\xff";
    errno = 0;
    CHECK_EQ(mbsrtowcs(out, &b, 8, &state), -1);
    CHECK_EQ(errno, EILSEQ);
    memset(&state, 0, sizeof(state));
    errno = 0;
    CHECK_EQ(wcrtomb(text, (wchar_t)0x7fffffff, &state), -1);
    CHECK_EQ(errno, EILSEQ);
    CHECK_EQ(wctob(L'a'), 'a');
    CHECK_EQ(wctob(0x20ac), EOF);
    CHECK_EQ(btowc('a'), L'a');
    CHECK_EQ(btowc(0xc3), WEOF);
    CHECK_EQ(btowc(EOF), WEOF);
    CHECK(setlocale(LC_ALL, "C"));
}

/* covers: wcwidth wcswidth */
TEST(wide_text_has_a_width)
{
    CHECK(setlocale(LC_ALL, "C.UTF-8"));
    CHECK_EQ(wcwidth(L'a'), 1);
    CHECK_EQ(wcwidth(0), 0);
    CHECK_EQ(wcwidth(L'\n'), -1);
    CHECK_EQ(wcwidth(0x4e00), 2);
    CHECK_EQ(wcwidth(0x301), 0); /* combines */
    CHECK_EQ(wcswidth(L"a\x4e00", 2), 3);
    CHECK_EQ(wcswidth(L"a\n", 2), -1);
    CHECK(setlocale(LC_ALL, "C"));
}

static int print_to(FILE *f, const wchar_t *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vfwprintf(f, format, args);
    va_end(args);
    return n;
}

static int print_into(wchar_t *buf, size_t size, const wchar_t *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vswprintf(buf, size, format, args);
    va_end(args);
    return n;
}

static int scan(const wchar_t *text, const wchar_t *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vswscanf(text, format, args);
    va_end(args);
    return n;
}

static int scan_from(FILE *f, const wchar_t *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vfwscanf(f, format, args);
    va_end(args);
    return n;
}

/* covers: fputwc putwc fgetwc getwc ungetwc fwprintf vfwprintf fwscanf
 * vfwscanf fputws fgetws */
TEST(wide_streams_write_and_read)
{
    FILE *f;
    wchar_t word[16];
    int n = 0;

    CHECK(setlocale(LC_ALL, "C.UTF-8"));
    CHECK((f = fopen(NAME, "w+")));
    CHECK_EQ(fputwc(0x20ac, f), 0x20ac);
    CHECK_EQ(putwc(L'b', f), L'b');
    CHECK_EQ(fwprintf(f, L" %d %ls", 7, L"\xe9"), 4);
    CHECK_EQ(print_to(f, L"%c\n", 'x'), 2);
    CHECK(fputws(L"line\n", f) >= 0);
    rewind(f);
    CHECK_EQ(fgetwc(f), 0x20ac);
    CHECK_EQ(getwc(f), L'b');
    CHECK_EQ(ungetwc(0x416, f), 0x416);
    CHECK_EQ(fgetwc(f), 0x416);
    CHECK_EQ(fwscanf(f, L"%d", &n), 1);
    CHECK_EQ(n, 7);
    CHECK_EQ(scan_from(f, L"%15ls", word), 1);
    CHECK(!wcscmp(word, L"\xe9x"));
    CHECK_EQ(fgetwc(f), L'\n');
    CHECK(fgetws(word, 16, f) && !wcscmp(word, L"line\n"));
    CHECK_EQ(fgetwc(f), WEOF);
    CHECK(feof(f));
    CHECK_EQ(ftell(f), 16);
    CHECK_EQ(fclose(f), 0);
    CHECK(setlocale(LC_ALL, "C"));
}

#ifdef __pith__
/* covers: fgetwc_unlocked fputwc_unlocked getwc_unlocked putwc_unlocked
 * fputws_unlocked fgetws_unlocked wcslcpy wcslcat */
TEST(wide_streams_work_unlocked)
{
    FILE *f = fopen(NAME, "w+");
    wchar_t line[8];

    CHECK(f);
    CHECK_EQ(fputwc_unlocked(L'a', f), L'a');
    CHECK_EQ(putwc_unlocked(L'b', f), L'b');
    CHECK(fputws_unlocked(L"cd\n", f) >= 0);
    rewind(f);
    CHECK_EQ(fgetwc_unlocked(f), L'a');
    CHECK_EQ(getwc_unlocked(f), L'b');
    CHECK(fgetws_unlocked(line, 8, f) && !wcscmp(line, L"cd\n"));
    CHECK_EQ(fclose(f), 0);
    CHECK_EQ(wcslcpy(line, L"abcdefgh", 4), 8);
    CHECK(!wcscmp(line, L"abc"));
    CHECK_EQ(wcslcat(line, L"de", 5), 5);
    CHECK(!wcscmp(line, L"abcd"));
}
#endif

/* covers: swprintf vswprintf swscanf vswscanf */
TEST(wide_text_is_formatted_and_scanned)
{
    wchar_t buf[32];
    int a = 0, b = 0;

    CHECK_EQ(swprintf(buf, 32, L"%5d|%s|%ls", 42, "ab", L"cd"), 11);
    CHECK(!wcscmp(buf, L"   42|ab|cd"));
    CHECK(swprintf(buf, 3, L"%d", 12345) < 0);
    CHECK_EQ(print_into(buf, 32, L"%.2f", 1.5), 4);
    CHECK(!wcscmp(buf, L"1.50"));
    CHECK_EQ(swscanf(L"12 0x1f", L"%d %i", &a, &b), 2);
    CHECK(a == 12 && b == 31);
    CHECK_EQ(scan(L"7,8", L"%d,%d", &a, &b), 2);
    CHECK(a == 7 && b == 8);
    CHECK_EQ(swscanf(L"x", L"%d", &a), 0);
    CHECK_EQ(swscanf(L"", L"%d", &a), EOF);
}

/* covers: wcsftime wcsftime_l */
TEST(dates_become_wide_text)
{
    struct tm tm = {.tm_year = 124, .tm_mon = 1, .tm_mday = 29};
    locale_t c = newlocale(LC_ALL_MASK, "C", 0);
    wchar_t buf[32];

    CHECK_EQ(wcsftime(buf, 32, L"%Y-%m-%d", &tm), 10);
    CHECK(!wcscmp(buf, L"2024-02-29"));
    CHECK_EQ(wcsftime(buf, 4, L"%Y", &tm), 0);
#ifdef __pith__
    CHECK_EQ(wcsftime_l(buf, 32, L"%b", &tm, c), 3);
    CHECK(!wcscmp(buf, L"Feb"));
#endif
    freelocale(c);
}
