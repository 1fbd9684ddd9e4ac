/* SPDX-License-Identifier: BSD-2-Clause */
/* The line discipline of the console. */
/* sources: kernel/tty_input.c */

#include "../../kernel/private.h"
#include "test.h"

static struct tty_input in;
static char echoed[8192], got[2048];

static size_t echoed_length;
static int last_signal;

static void keep(struct tty_echo *echo)
{
    memcpy(echoed + echoed_length, echo->text, echo->length);
    echoed_length += echo->length;
    echo->length = 0;
}

/* Types text; what is echoed is in echoed afterwards. */
static void type(const char *text)
{
    struct tty_echo echo = {.flush = keep};

    echoed_length = 0;
    for (; *text; text++)
        last_signal = tty_input_put(&in, *text, &echo);
    keep(&echo);
    echoed[echoed_length] = '\0';
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
    tty_input_init(&in);
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

TEST(tty_input_words_and_lines_are_erased)
{
    reset(0);
    type("keep\none two  \x17");
    CHECK_STR(echoed, "keep\r\none two  \b \b\b \b\b \b\b \b\b \b");
    type("three\x15"
         "four\n");
    CHECK_STR(get(100), "keep\n");
    CHECK_STR(get(100), "four\n");
    type("\x17\x15\b");
    CHECK_STR(echoed, "");
}

/* A character of several bytes goes as one; a control character is shown as
 * two. */
TEST(tty_input_erase_takes_what_is_shown)
{
    reset(0);
    type("\xc3\xa4\b");
    CHECK_STR(echoed, "\xc3\xa4\b \b");
    type("\x01\b");
    CHECK_STR(echoed, "^A\b \b\b \b");
    type("\n");
    CHECK_STR(get(100), "\n");
}

TEST(tty_input_signals_forget_the_line)
{
    reset(0);
    type("a\x03\n");
    CHECK_STR(get(100), "a\x03\n"); /* nobody would hear it */
    in.signals = true;
    type("abc\x03");
    CHECK_EQ(last_signal, TTY_CHAR_INTERRUPT);
    CHECK_STR(echoed, "abc^C");
    type("\x1c");
    CHECK_EQ(last_signal, TTY_CHAR_QUIT);
    type("\x1a");
    CHECK_EQ(last_signal, TTY_CHAR_SUSPEND);
    type("d\n");
    CHECK_EQ(last_signal, TTY_NO_SIGNAL);
    CHECK_STR(get(100), "d\n");
    in.mode.flags |= TTY_NO_FLUSH;
    type("e\x03"
         "f\n");
    CHECK_STR(get(100), "ef\n");
    in.mode.chars[TTY_CHAR_INTERRUPT] = 0;
    type("\x03\n");
    CHECK_STR(get(100), "\x03\n");
}

TEST(tty_input_raw_gives_each_byte)
{
    struct tty_mode raw;

    reset(UINT32_MAX - 3);
    raw = in.mode;
    raw.flags = 0;
    type("left");
    tty_input_set_mode(&in, &raw);
    CHECK_STR(get(100), "left"); /* it was typed, and is now to be had */
    type("\x04\r\n\x7f\x03");
    CHECK_STR(echoed, "");
    CHECK_STR(get(2), "\x04\r");
    CHECK_STR(get(100), "\n\x7f\x03");
    for (int i = 0; i < 2000; i++)
        type("r");
    CHECK_EQ(strlen(get(2000)), TTY_INPUT_BYTES);
    type("gone");
    tty_input_flush(&in);
    CHECK_STR(get(100), "");
}

TEST(tty_input_modes_map_and_show)
{
    reset(0);
    in.mode.flags = TTY_CANONICAL | TTY_ECHO_NL | TTY_IGNORE_CR;
    type("a\r\b"
         "b\n");
    CHECK_STR(echoed, "\r\n");
    CHECK_STR(get(100), "b\n");
    in.mode.flags = TTY_CANONICAL | TTY_NL_TO_CR;
    in.mode.chars[TTY_CHAR_LINE] = ';';
    type("c\n;");
    CHECK_STR(get(100), "c\r;");
}
