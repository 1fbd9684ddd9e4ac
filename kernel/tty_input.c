/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line discipline of the console's input, pure (see the host test). A line
 * being edited lies behind the committed ones in the same buffer. ^D stands
 * in the buffer as itself: ends a read, and is the end of input when alone.
 */

#include "private.h"
#include <pith/ringidx.h>
#include <pith/string.h>

#define END_OF_INPUT '\x04' /* ^D */

static char *slot(struct tty_input *in, uint32_t index)
{
    return &in->data[index % TTY_INPUT_BYTES];
}

static void commit(struct tty_input *in, char c)
{
    *slot(in, in->edit++) = c;
    in->committed = in->edit;
}

static size_t echo_text(char *echo, const char *text, size_t length)
{
    memcpy(echo, text, length);
    return length;
}

size_t tty_input_put(struct tty_input *in, char c, char *echo)
{
    uint32_t used = ringidx_ahead(in->edit, in->read);

    if (c == '\b' || c == '\x7f') {
        if (in->edit == in->committed)
            return 0;
        in->edit--;
        return echo_text(echo, "\b \b", 3);
    }
    if (used == TTY_INPUT_BYTES)
        return 0;
    if (c == END_OF_INPUT) {
        commit(in, c);
        return 0;
    }
    if (c == '\r' || c == '\n') {
        commit(in, '\n');
        return echo_text(echo, "\r\n", 2);
    }
    /* The last place is kept for what ends the line. */
    if (used == TTY_INPUT_BYTES - 1)
        return 0;
    *slot(in, in->edit++) = c;
    return echo_text(echo, &c, 1);
}

size_t tty_input_get(struct tty_input *in, char *buf, size_t size)
{
    size_t count = 0;

    while (count < size && in->read != in->committed) {
        char c = *slot(in, in->read);

        if (c == END_OF_INPUT)
            break;
        in->read++;
        buf[count++] = c;
        if (c == '\n')
            return count;
    }
    /* ^D behind text ends this read, and must not end the next one too. */
    if (in->read != in->committed && *slot(in, in->read) == END_OF_INPUT &&
        size)
        in->read++;
    return count;
}
