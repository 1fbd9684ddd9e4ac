/* SPDX-License-Identifier: BSD-2-Clause */
/* The log: formats a line, keeps it in a ring, hands it to the sink. */

#include <pith/format.h>
#include <pith/log.h>
#include <pith/string.h>

#define RING_BYTES 8192
#define LINE_MAX 256

/* busy is taken by trying only: whoever finds it taken (an upcall that
 * interrupted a writer, another vCPU) skips the ring, never waits. */
static struct {
    unsigned char busy;
    enum log_level level;
    log_sink_fn *sink;
    size_t written; /* bytes ever put into ring */
} state = {.level = LOG_WARNING};

static char ring[RING_BYTES]; /* of state, apart from it to stay in .bss */

static void keep(const char *line, size_t length)
{
    size_t at, first;

    if (__atomic_test_and_set(&state.busy, __ATOMIC_ACQUIRE))
        return;
    at = state.written % RING_BYTES;
    first = MIN(length, RING_BYTES - at);
    memcpy(ring + at, line, first);
    memcpy(ring, line + first, length - first);
    state.written += length;
    __atomic_clear(&state.busy, __ATOMIC_RELEASE);
}

void log_print(enum log_level level, const char *fmt, ...)
{
    char line[LINE_MAX];
    va_list args;
    size_t length;

    va_start(args, fmt);
    length = (size_t)vformat(line, sizeof(line), fmt, args);
    va_end(args);
    length = MIN(length, sizeof(line) - 1);
    line[length++] = '\n'; /* takes the place of the NUL */
    keep(line, length);
    if (level <= state.level && state.sink)
        state.sink(line, length);
}

void log_set_level(enum log_level level)
{
    state.level = level;
}

void log_set_sink(log_sink_fn *sink)
{
    state.sink = sink;
}

size_t log_read(char *buf, size_t size)
{
    size_t have, at, first;

    if (__atomic_test_and_set(&state.busy, __ATOMIC_ACQUIRE))
        return 0;
    have = MIN(state.written, RING_BYTES);
    have = MIN(have, size);
    at = (state.written - have) % RING_BYTES;
    first = MIN(have, RING_BYTES - at);
    memcpy(buf, ring + at, first);
    memcpy(buf + first, ring, have - first);
    if (have < state.written) { /* begin with a whole line */
        char *line = memchr(buf, '\n', have);
        size_t skip = line ? (size_t)(line + 1 - buf) : have;

        memmove(buf, buf + skip, have - skip);
        have -= skip;
    }
    __atomic_clear(&state.busy, __ATOMIC_RELEASE);
    return have;
}
