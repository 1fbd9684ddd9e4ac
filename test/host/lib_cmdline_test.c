/* SPDX-License-Identifier: BSD-2-Clause */
/* cmdline_split: words, quotes, the end of kernel words, bad input. */

#include "test.h"
#include <pith/cmdline.h>
#include <pith/errno.h>

static char text[256];
static char *slots[16];
static struct cmdline cl;

static int split(const char *s, size_t max)
{
    snprintf(text, sizeof(text), "%s", s);
    return cmdline_split(text, slots, max, &cl);
}

TEST(cmdline_empty_has_only_argv0)
{
    CHECK_EQ(split("", 16), 0);
    CHECK_EQ(cl.word_count, 0);
    CHECK_EQ(cl.argc, 1);
    CHECK(cl.argv[0] == NULL && cl.argv[1] == NULL);
}

TEST(cmdline_mixed_words_are_sorted_apart)
{
    CHECK_EQ(split("one pith.ip=dhcp  two\tpith.gw=1.2.3.4 three", 16), 0);
    CHECK_EQ(cl.word_count, 2);
    CHECK_STR(cl.words[0], "ip=dhcp");
    CHECK_STR(cl.words[1], "gw=1.2.3.4");
    CHECK_EQ(cl.argc, 4);
    CHECK_STR(cl.argv[1], "one");
    CHECK_STR(cl.argv[2], "two");
    CHECK_STR(cl.argv[3], "three");
    CHECK(cl.argv[4] == NULL);
}

TEST(cmdline_double_dash_ends_kernel_words)
{
    CHECK_EQ(split("pith.ip=none -- pith.ip=x -- y", 16), 0);
    CHECK_EQ(cl.word_count, 1);
    CHECK_EQ(cl.argc, 4);
    CHECK_STR(cl.argv[1], "pith.ip=x");
    CHECK_STR(cl.argv[2], "--");
    CHECK_STR(cl.argv[3], "y");
}

TEST(cmdline_quotes_group_and_escape)
{
    CHECK_EQ(split("pith.env=\"A=b c\" \"say \\\"hi\\\"\" \"\"", 16), 0);
    CHECK_STR(cl.words[0], "env=A=b c");
    CHECK_EQ(cl.argc, 3);
    CHECK_STR(cl.argv[1], "say \"hi\"");
    CHECK_STR(cl.argv[2], "");
}

TEST(cmdline_open_quote_is_refused)
{
    CHECK_EQ(split("a \"b c", 16), -XEN_EINVAL);
}

TEST(cmdline_too_many_words_are_refused)
{
    CHECK_EQ(split("a b c", 5), 0);
    CHECK_EQ(cl.argc, 4);
    CHECK_STR(cl.argv[3], "c");
    CHECK_EQ(split("a b c d", 5), -XEN_E2BIG);
    CHECK_EQ(split("pith.a pith.b pith.c c", 5), -XEN_E2BIG);
    CHECK_EQ(split("", 2), -XEN_E2BIG);
}
