/* SPDX-License-Identifier: BSD-2-Clause */
/* Internet addresses from and to text. */
/* clang-format off */
/* sources: posix/inet.c */
/* flags: -Dinet_aton=our_aton -Dinet_addr=our_addr -Dinet_pton=our_pton -Dinet_ntop=our_ntop -Dinet_ntoa=our_ntoa */
/* clang-format on */

#include "test.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>

static unsigned aton(const char *text)
{
    struct in_addr a = {0};

    return inet_aton(text, &a) ? ntohl(a.s_addr) : 0xdeadbeef;
}

TEST(inet_aton_takes_one_to_four_parts)
{
    CHECK_EQ(aton("1.2.3.4"), 0x01020304);
    CHECK_EQ(aton("255.255.255.255"), 0xffffffff);
    CHECK_EQ(aton("127.1"), 0x7f000001);
    CHECK_EQ(aton("10.1.65535"), 0x0a01ffff);
    CHECK_EQ(aton("3232235777"), 0xc0a80101);
    CHECK_EQ(aton("0x7f.0.0.010"), 0x7f000008);
    CHECK_EQ(aton("1.2.3.4 "), 0x01020304);
    CHECK_EQ(aton("0"), 0);
}

TEST(inet_aton_refuses_the_rest)
{
    static const char *const bad[] = {"",
                                      ".",
                                      "a",
                                      "1.",
                                      ".1",
                                      "1..2",
                                      "256.1.1.1",
                                      "1.2.3.256",
                                      "1.2.65536",
                                      "1.16777216",
                                      "4294967296",
                                      "1.2.3.4.5",
                                      "1.2.3.4x",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "99999999999999999999",
                                      "09"};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK_EQ(aton(bad[i]), 0xdeadbeef);
    CHECK_EQ(inet_addr("bad"), INADDR_NONE);
}

TEST(inet_pton_takes_four_decimals_only)
{
    static const char *const bad[] = {
        "",          "1.2.3",      "1.2.3.4.", "1.2.3.4 ",  "01.2.3.4",
        "1.2.3.256", "1.2.3.1000", "1..2.3",   "0x1.2.3.4", "1.2.3.4.5"};
    unsigned char b[4];

    CHECK_EQ(inet_pton(AF_INET, "192.0.2.10", b), 1);
    CHECK(b[0] == 192 && b[1] == 0 && b[2] == 2 && b[3] == 10);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK_EQ(inet_pton(AF_INET, bad[i], b), 0);
    CHECK_EQ(inet_pton(AF_INET6, "::1", b), -1);
    CHECK_EQ(errno, EAFNOSUPPORT);
}

TEST(inet_ntop_checks_the_room)
{
    unsigned char b[4] = {255, 255, 255, 255};
    char text[16];

    CHECK_STR(inet_ntop(AF_INET, b, text, sizeof(text)), "255.255.255.255");
    CHECK(!inet_ntop(AF_INET, b, text, 15));
    CHECK_EQ(errno, ENOSPC);
    CHECK(!inet_ntop(AF_INET6, b, text, sizeof(text)));
}
