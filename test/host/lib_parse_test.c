/* SPDX-License-Identifier: BSD-2-Clause */
/* Parsers: the whole text counts, limits hold, nothing is set on errors. */

#include "test.h"
#include <pith/errno.h>
#include <pith/parse.h>

TEST(parse_u64_takes_decimal_and_hex)
{
    uint64_t v = 1;

    CHECK_EQ(parse_u64("0", 10, &v), 0);
    CHECK_EQ(v, 0);
    CHECK_EQ(parse_u64("0xfF", 1000, &v), 0);
    CHECK_EQ(v, 255);
    CHECK_EQ(parse_u64("18446744073709551615", UINT64_MAX, &v), 0);
    CHECK(v == UINT64_MAX);
}

TEST(parse_u64_refuses_what_is_no_number)
{
    static const char *const bad[] = {"", " 1", "1 ", "-1", "1x", "0x", "x"};
    uint64_t v = 77;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK_EQ(parse_u64(bad[i], UINT64_MAX, &v), -XEN_EINVAL);
    CHECK_EQ(parse_u64("18446744073709551616", UINT64_MAX, &v), -XEN_ERANGE);
    CHECK_EQ(parse_u64("11", 10, &v), -XEN_ERANGE);
    CHECK_EQ(parse_u64("9", 5, &v), -XEN_ERANGE);
    CHECK_EQ(v, 77);
}

TEST(parse_size_knows_suffixes_and_overflow)
{
    uint64_t v = 0;

    CHECK_EQ(parse_size("64K", UINT64_MAX, &v), 0);
    CHECK_EQ(v, 65536);
    CHECK_EQ(parse_size("2G", UINT64_MAX, &v), 0);
    CHECK_EQ(v, 2ll << 30);
    CHECK_EQ(parse_size("17179869184G", UINT64_MAX, &v), -XEN_ERANGE);
    CHECK_EQ(parse_size("1KB", UINT64_MAX, &v), -XEN_EINVAL);
}

TEST(parse_bool_knows_six_words)
{
    bool b = false;

    CHECK_EQ(parse_bool("on", &b), 0);
    CHECK(b);
    CHECK_EQ(parse_bool("no", &b), 0);
    CHECK(!b);
    CHECK_EQ(parse_bool("maybe", &b), -XEN_EINVAL);
}

TEST(parse_ipv4_and_cidr)
{
    uint32_t a = 0;
    unsigned bits = 0;

    CHECK_EQ(parse_ipv4("10.0.2.15", &a), 0);
    CHECK_EQ(a, 0x0a00020f);
    CHECK_EQ(parse_ipv4("10.0.2", &a), -XEN_EINVAL);
    CHECK_EQ(parse_ipv4("10.0.2.256", &a), -XEN_ERANGE);
    CHECK_EQ(parse_ipv4("10.0.2.1.", &a), -XEN_EINVAL);
    CHECK_EQ(parse_cidr4("192.168.1.1/24", &a, &bits), 0);
    CHECK_EQ(bits, 24);
    CHECK_EQ(parse_cidr4("192.168.1.1/33", &a, &bits), -XEN_ERANGE);
    CHECK_EQ(parse_cidr4("192.168.1.1", &a, &bits), -XEN_EINVAL);
    CHECK_EQ(a, 0xc0a80101);
}

TEST(parse_mac_wants_six_pairs)
{
    uint8_t mac[6] = {0};

    CHECK_EQ(parse_mac("00:16:3e:AB:cd:ef", mac), 0);
    CHECK_EQ(mac[3], 0xab);
    CHECK_EQ(parse_mac("00:16:3e:ab:cd", mac), -XEN_EINVAL);
    CHECK_EQ(parse_mac("00:16:3e:ab:cd:e", mac), -XEN_EINVAL);
    CHECK_EQ(parse_mac("00:16:3e:ab:cd:ef:", mac), -XEN_EINVAL);
    CHECK_EQ(parse_mac("0g:16:3e:ab:cd:ef", mac), -XEN_EINVAL);
}
