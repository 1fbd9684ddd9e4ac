/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory functions against plain loops, for every short length and offset. */

#include "test.h"
#include <pith/string.h>

#define MAX 300

static unsigned char src[MAX + 32], dst[MAX + 32], want[MAX + 32];

static void fill(void)
{
    for (int i = 0; i < MAX + 32; i++) {
        src[i] = (unsigned char)(i * 7 + 1);
        dst[i] = want[i] = 0xee;
    }
}

static int same(const unsigned char *a, const unsigned char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return 0;
    return 1;
}

TEST(memcpy_every_length_copies_just_that)
{
    for (size_t n = 0; n <= MAX; n++) {
        fill();
        for (size_t i = 0; i < n; i++)
            want[i + 3] = src[i + 5];
        CHECK(memcpy(dst + 3, src + 5, n) == dst + 3);
        CHECK(same(dst, want, sizeof(dst)));
    }
}

TEST(memmove_every_overlap_is_right)
{
    for (size_t n = 0; n <= 200; n++) {
        for (int shift = -20; shift <= 20; shift++) {
            fill();
            for (size_t i = 0; i < sizeof(dst); i++)
                dst[i] = want[i] = src[i];
            for (size_t i = 0; i < n; i++)
                want[32 + i + (size_t)shift] = src[32 + i];
            memmove(dst + 32 + shift, dst + 32, n);
            CHECK(same(dst, want, sizeof(dst)));
        }
    }
}

TEST(memset_every_length_sets_just_that)
{
    for (size_t n = 0; n <= MAX; n++) {
        fill();
        for (size_t i = 0; i < n; i++)
            want[i + 1] = 0xa5;
        memset(dst + 1, 0xa5, n);
        CHECK(same(dst, want, sizeof(dst)));
    }
}

TEST(memcmp_orders_by_first_difference)
{
    unsigned char a[40] = {0}, b[40] = {0};

    CHECK_EQ(memcmp(a, b, 40), 0);
    for (int i = 0; i < 40; i++) {
        b[i] = 200;
        CHECK(memcmp(a, b, 40) < 0 && memcmp(b, a, 40) > 0);
        CHECK_EQ(memcmp(a, b, (size_t)i), 0);
        b[i] = 0;
    }
}

TEST(str_copy_truncates_and_terminates)
{
    char buf[4];

    CHECK_EQ(str_copy(buf, "abcdef", sizeof(buf)), 6);
    CHECK_STR(buf, "abc");
    CHECK_EQ(str_copy(buf, "", sizeof(buf)), 0);
    CHECK_STR(buf, "");
}
