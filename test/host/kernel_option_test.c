/* SPDX-License-Identifier: BSD-2-Clause */
/* Words of the command line against a table of options. */
/* sources: kernel/option_table.c */

#include "../../kernel/private.h"
#include "test.h"
#include <pith/errno.h>

static unsigned seen_index;
static char seen_value[32], error[256];

static int take(unsigned index, const char *value)
{
    seen_index = index;
    snprintf(seen_value, sizeof(seen_value), "%s", value);
    return strcmp(value, "bad") ? 0 : -XEN_EINVAL;
}

static const struct option table[] = {
    {"loglevel", take, "a level"},
    {"net#.ip", take, "an address"},
    {"ip", take, "an address"},
};

static int apply(const char *text)
{
    char word[1024];

    error[0] = '\0';
    seen_index = 12345;
    snprintf(word, sizeof(word), "%s", text);
    return option_apply_word(table, table + 3, word, error, sizeof(error));
}

TEST(option_known_key_gets_its_value)
{
    CHECK_EQ(apply("loglevel=debug"), 0);
    CHECK_STR(seen_value, "debug");
    CHECK_EQ(seen_index, 0);
    CHECK_EQ(apply("ip=1.2.3.4/8=x"), 0);
    CHECK_STR(seen_value, "1.2.3.4/8=x");
}

TEST(option_number_in_key_becomes_index)
{
    CHECK_EQ(apply("net0.ip=dhcp"), 0);
    CHECK_EQ(seen_index, 0);
    CHECK_EQ(apply("net17.ip=dhcp"), 0);
    CHECK_EQ(seen_index, 17);
    CHECK_EQ(apply("net.ip=dhcp"), -XEN_EINVAL);
    CHECK_EQ(apply("net1234.ip=dhcp"), -XEN_EINVAL);
    CHECK_EQ(apply("net4294967296.ip=dhcp"), -XEN_EINVAL);
    CHECK_EQ(apply("net0.ipx=dhcp"), -XEN_EINVAL);
}

TEST(option_unknown_key_is_named)
{
    CHECK_EQ(apply("foo=1"), -XEN_EINVAL);
    CHECK_STR(error, "unknown option \"pith.foo\"");
    CHECK_EQ(apply(""), -XEN_EINVAL);
    CHECK_STR(error, "unknown option \"pith.\"");
    CHECK_EQ(apply("loglevelx=1"), -XEN_EINVAL);
    CHECK_EQ(apply("loglev=1"), -XEN_EINVAL);
}

TEST(option_bad_or_missing_value_is_named)
{
    CHECK_EQ(apply("loglevel=bad"), -XEN_EINVAL);
    CHECK_STR(error, "pith.loglevel: bad value \"bad\": wants a level");
    CHECK_EQ(apply("loglevel"), -XEN_EINVAL);
    CHECK_STR(error, "pith.loglevel: bad value \"\": wants a level");
}

TEST(option_of_room_that_is_not_linked_is_accepted)
{
    CHECK_EQ(apply("hostname=a"), -XEN_ENOENT);
    CHECK_EQ(apply("net3.mtu=9000"), -XEN_ENOENT);
    CHECK_STR(error, "");
}

TEST(option_error_longer_than_buffer_is_cut)
{
    char word[900];

    memset(word, 'x', sizeof(word));
    word[sizeof(word) - 1] = '\0';
    CHECK_EQ(apply(word), -XEN_EINVAL);
    CHECK_EQ(strlen(error), sizeof(error) - 1);
}
