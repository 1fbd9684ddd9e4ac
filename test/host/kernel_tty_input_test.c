/* SPDX-License-Identifier: BSD-2-Clause */
/* The line discipline of the console. */
/* sources: kernel/tty_input.c */

#include "../../kernel/private.h"
#include "test.h"

static struct tty_input in;
static char echoed[8192], got[2048];

/* Types text; what is echoed is in echoed afterwards. */
static void type(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += tty_input_put(&in, *text, echoed + n);
    echoed[n] = '\0';
}

static const char *get(size_t size)
{
    got[tty_input_get(&in, got, size)] = '\0';
    return got;
}

static void reset(uint32_t at)
{
    memset(&in, 0, sizeof(in));
    in.read = in.committed = in.edit = at;
}

TEST(tty_input_line_is_given_when_it_ends)
{
    reset(0);
    type("ab");
    CHECK_STR(echoed, "ab");
    CHECK_STR(get(100), "");
    type("c\rnext");
    CHECK_STR(echoed, "c\r\nnext");
    CHECK_STR(get(100), "abc\n");
    CHECK_STR(get(100), "");
}

TEST(tty_input_backspace_stays_in_its_line)
{
    reset(0);
    type("x\n");
    type("a\b\b\x7fz\n");
    CHECK_STR(echoed, "a\b \bz\r\n");
    CHECK_STR(get(100), "x\n");
    CHECK_STR(get(100), "z\n");
}

TEST(tty_input_small_reads_give_pieces)
{
    reset(0);
    type("hello\nyou\n");
    CHECK_STR(get(2), "he");
    CHECK_STR(get(0), "");
    CHECK_STR(get(100), "llo\n");
    CHECK_STR(get(100), "you\n");
}

TEST(tty_input_end_mark_ends_one_read)
{
    reset(0);
    type("\x04");
    CHECK_EQ(in.committed - in.read, 1);
    CHECK_STR(get(100), "");
    CHECK_EQ(in.committed - in.read, 0);
    type("abc\x04");
    CHECK_STR(get(3), "abc");
    type("d\n");
    CHECK_STR(get(100), "d\n");
}

TEST(tty_input_full_buffer_keeps_room_for_line_end)
{
    reset(UINT32_MAX - 500); /* the indices wrap */
    for (int i = 0; i < 3000; i++)
        type("y");
    CHECK_STR(echoed, "");
    type("\n");
    CHECK_STR(echoed, "\r\n");
    type("z\n");
    CHECK_STR(echoed, "");
    CHECK_EQ(strlen(get(2000)), TTY_INPUT_BYTES);
    CHECK_EQ(got[TTY_INPUT_BYTES - 1], '\n');
    type("z\n");
    CHECK_STR(get(10), "z\n");
}
