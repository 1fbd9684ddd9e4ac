/* SPDX-License-Identifier: BSD-2-Clause */
/* format against the host's snprintf, and its behaviour at the edges. */

#include "test.h"
#include <limits.h>
#include <pith/format.h>

#define SAME(...) \
    do { \
        char ours[128], theirs[128]; \
        int n = format(ours, sizeof(ours), __VA_ARGS__); \
        CHECK_EQ(n, snprintf(theirs, sizeof(theirs), __VA_ARGS__)); \
        CHECK_STR(ours, theirs); \
    } while (0)

TEST(format_integers_match_libc)
{
    SAME("%d %i %u", -5, INT_MIN, UINT_MAX);
    SAME("%ld %lu %zu %llx", LONG_MIN, ULONG_MAX, (size_t)7, 0xabcdefull);
    SAME("%hhd %hd %hhu", -1, -300, 511);
    SAME("%x %X %#x %#o %o", 0xbeef, 0xbeef, 255, 8, 8);
    SAME("[%5d] [%-5d] [%05d] [%+d] [% d]", 42, 42, -42, 42, 42);
    SAME("[%.3d] [%8.3d] [%-8.3u] [%*d] [%-*d]", 7, -7, 7u, 6, 9, 6, 9);
    SAME("[%.0d] [%08x] [%#010x]", 0, 0xabu, 0xabu);
}

TEST(format_strings_match_libc)
{
    SAME("%s|%10s|%-10s|%.2s|%c|%%", "abc", "abc", "abc", "abc", 'x');
    SAME("%p", (void *)0x1234);
}

TEST(format_short_buffer_is_cut_and_terminated)
{
    char buf[4] = "zzz";

    CHECK_EQ(format(buf, sizeof(buf), "%s", "abcdef"), 6);
    CHECK_STR(buf, "abc");
    CHECK_EQ(format(NULL, 0, "%d", 12345), 5);
}

TEST(format_null_string_and_lone_percent)
{
    char buf[16];
    const char *volatile none = NULL;

    CHECK_EQ(format(buf, sizeof(buf), "%s", none), 6);
    CHECK_STR(buf, "(null)");
}
