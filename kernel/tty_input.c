/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line discipline of the console's input, pure (see the host test). A line
 * being edited lies behind the committed bytes in the same buffer. An end mark
 * stands there as a byte of its own: it ends a read, and is the end of input
 * when alone. Spec: POSIX.1-2017, general terminal interface.
 */

#include "private.h"
#include <pith/ringidx.h>
#include <pith/string.h>

#define CONTROL(c) ((c)&0x1f)
#define BS '\b'
#define DEL '\x7f'

void tty_input_init(struct tty_input *in)
{
    in->mode = (struct tty_mode){
        .flags = TTY_CANONICAL | TTY_ECHO | TTY_ECHO_CONTROL | TTY_SIGNALS |
                 TTY_CR_TO_NL | TTY_CRLF,
        .chars = {[TTY_CHAR_INTERRUPT] = CONTROL('C'),
                  [TTY_CHAR_QUIT] = CONTROL('\\'),
                  [TTY_CHAR_SUSPEND] = CONTROL('Z'),
                  [TTY_CHAR_ERASE] = DEL,
                  [TTY_CHAR_KILL] = CONTROL('U'),
                  [TTY_CHAR_ERASE_WORD] = CONTROL('W'),
                  [TTY_CHAR_END] = CONTROL('D')},
        .min_bytes = 1,
    };
}

/* --- the buffer --- */

static char *slot(struct tty_input *in, uint32_t index)
{
    return &in->data[index % TTY_INPUT_BYTES];
}

static uint64_t *end_word(struct tty_input *in, uint32_t index)
{
    return &in->ends[index % TTY_INPUT_BYTES / 64];
}

static bool is_end(struct tty_input *in, uint32_t index)
{
    return *end_word(in, index) >> (index % 64) & 1;
}

static void store(struct tty_input *in, char c, bool end)
{
    uint64_t bit = 1ull << (in->edit % 64);

    *slot(in, in->edit) = c;
    *end_word(in, in->edit) &= ~bit;
    if (end)
        *end_word(in, in->edit) |= bit;
    in->edit++;
}

void tty_input_flush(struct tty_input *in)
{
    in->read = in->committed = in->edit;
}

void tty_input_set_mode(struct tty_input *in, const struct tty_mode *mode)
{
    in->mode = *mode;
    if (!(mode->flags & TTY_CANONICAL))
        in->committed = in->edit;
}

/* --- echo --- */

static void show(struct tty_echo *echo, const char *text, size_t length)
{
    if (echo->length + length > sizeof(echo->text))
        echo->flush(echo);
    memcpy(echo->text + echo->length, text, length);
    echo->length += length;
}

/* Is it shown as ^X? */
static bool is_control(const struct tty_input *in, char c)
{
    return (in->mode.flags & TTY_ECHO_CONTROL) &&
           ((unsigned char)c < ' ' || c == DEL) && c != '\t' && c != '\n';
}

static void show_char(const struct tty_input *in, char c, struct tty_echo *echo)
{
    char control[2] = {'^', (char)(c ^ 0x40)};

    if (c == '\n' && (in->mode.flags & (TTY_ECHO | TTY_ECHO_NL)))
        show(echo, "\r\n", 2);
    else if (!(in->mode.flags & TTY_ECHO))
        return;
    else if (is_control(in, c))
        show(echo, control, 2);
    else
        show(echo, &c, 1);
}

/* --- editing --- */

/* A byte of a character of several, but its first (UTF-8). */
static bool is_middle(char c)
{
    return (c & 0xc0) == 0x80;
}

/* Takes the last character back. False: the line is empty. */
static bool erase(struct tty_input *in, struct tty_echo *echo)
{
    char c;

    if (in->edit == in->committed)
        return false;
    do
        c = *slot(in, --in->edit);
    while (is_middle(c) && in->edit != in->committed);
    if (!(in->mode.flags & TTY_ECHO))
        return true;
    if (is_control(in, c))
        show(echo, "\b \b", 3);
    show(echo, "\b \b", 3);
    return true;
}

static bool last_is_blank(struct tty_input *in)
{
    char c = *slot(in, in->edit - 1);

    return c == ' ' || c == '\t';
}

static void erase_word(struct tty_input *in, struct tty_echo *echo)
{
    while (in->edit != in->committed && last_is_blank(in))
        erase(in, echo);
    while (in->edit != in->committed && !last_is_blank(in))
        erase(in, echo);
}

static bool is_char(const struct tty_input *in, char c, unsigned which)
{
    return in->mode.chars[which] && (uint8_t)c == in->mode.chars[which];
}

/* True if c edits the line, and has done so. */
static bool edits(struct tty_input *in, char c, struct tty_echo *echo)
{
    if (in->mode.chars[TTY_CHAR_ERASE] &&
        (c == BS || c == DEL || is_char(in, c, TTY_CHAR_ERASE))) {
        erase(in, echo);
    } else if (is_char(in, c, TTY_CHAR_KILL)) {
        while (erase(in, echo))
            ;
    } else if (is_char(in, c, TTY_CHAR_ERASE_WORD)) {
        erase_word(in, echo);
    } else {
        return false;
    }
    return true;
}

static void put_in_line(struct tty_input *in, char c, struct tty_echo *echo)
{
    uint32_t used = ringidx_ahead(in->edit, in->read);
    bool end = is_char(in, c, TTY_CHAR_END);
    bool line = c == '\n' || is_char(in, c, TTY_CHAR_LINE);

    /* The last place is kept for what ends the line. */
    if (edits(in, c, echo) || used >= TTY_INPUT_BYTES - (end || line ? 0 : 1))
        return;
    store(in, c, end);
    if (end || line)
        in->committed = in->edit;
    if (!end)
        show_char(in, c, echo);
}

static int signal_of(struct tty_input *in, char c)
{
    if (!in->signals || !(in->mode.flags & TTY_SIGNALS))
        return TTY_NO_SIGNAL;
    for (int which = TTY_CHAR_INTERRUPT; which <= TTY_CHAR_SUSPEND; which++)
        if (is_char(in, c, (unsigned)which))
            return which;
    return TTY_NO_SIGNAL;
}

int tty_input_put(struct tty_input *in, char c, struct tty_echo *echo)
{
    uint32_t flags = in->mode.flags;
    int which = signal_of(in, c);

    if (which != TTY_NO_SIGNAL) {
        if (!(flags & TTY_NO_FLUSH))
            tty_input_flush(in);
        show_char(in, c, echo);
        return which;
    }
    if (c == '\r' && (flags & TTY_IGNORE_CR))
        return TTY_NO_SIGNAL;
    if (c == '\r' && (flags & TTY_CR_TO_NL))
        c = '\n';
    else if (c == '\n' && (flags & TTY_NL_TO_CR))
        c = '\r';
    if (flags & TTY_CANONICAL) {
        put_in_line(in, c, echo);
    } else if (ringidx_ahead(in->edit, in->read) < TTY_INPUT_BYTES) {
        store(in, c, false);
        in->committed = in->edit;
        show_char(in, c, echo);
    }
    return TTY_NO_SIGNAL;
}

/* --- reading --- */

static bool ends_line(const struct tty_input *in, char c)
{
    return (in->mode.flags & TTY_CANONICAL) &&
           (c == '\n' || is_char(in, c, TTY_CHAR_LINE));
}

size_t tty_input_get(struct tty_input *in, char *buf, size_t size)
{
    size_t count = 0;

    while (count < size && in->read != in->committed && !is_end(in, in->read)) {
        char c = *slot(in, in->read++);

        buf[count++] = c;
        if (ends_line(in, c))
            return count;
    }
    /* One behind text ends this read, and must not end the next one too. */
    if (size && in->read != in->committed && is_end(in, in->read))
        in->read++;
    return count;
}
