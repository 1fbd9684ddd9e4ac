/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace: what happened last, in a ring for each vCPU. A trace point costs
 * the test of one byte while tracing is off. kernel/ gives the rings
 * (pith.trace=KB) and prints them (pith/report.h). arch/.
 *
 *     TRACE_EVENT(traced_tx, "netfront: slot %lu sends %lu bytes");
 *     trace(traced_tx, slot, length);
 */
#ifndef PITH_TRACE_H
#define PITH_TRACE_H

#include <pith/compiler.h>
#include <stdbool.h>

struct trace_event {
    /* "ROOM: what", with the two words as %lu or %lx; if names, as %s. */
    const char *format;
    bool names; /* both words are by trace_name */
};

#define TRACE_EVENT(ident, format_text) \
    static const struct trace_event ident = {format_text, false}
#define TRACE_EVENT_NAMES(ident, format_text) \
    static const struct trace_event ident = {format_text, true}

struct trace_record {
    uint64_t tsc; /* 0: being written */
    const struct trace_event *event;
    uint64_t a, b;
};

/* A vCPU's last records; it alone writes. */
struct trace_ring {
    uint64_t written; /* records ever; the next one goes to written & mask */
    uint64_t mask;
    struct trace_record records[];
};

/* Set while tracing is on. */
extern uint8_t trace_on;

/* Records event and its two words (integers or pointers), which are evaluated
 * only while tracing is on. Any context once cpu_init has run. event is an
 * lvalue that stays for ever. */
#define trace(event, a, b) \
    do { \
        if (unlikely(__atomic_load_n(&trace_on, __ATOMIC_RELAXED))) \
            trace_put(&(event), (uint64_t)(a), (uint64_t)(b)); \
    } while (0)

/* What trace calls. Nothing where the vCPU has no ring. */
void trace_put(const struct trace_event *event, uint64_t a, uint64_t b)
    __attribute__((cold));

/* The first eight characters of name, which has room for as many: a name that
 * can be printed when what bore it is gone. */
static inline uint64_t trace_name(const char *name)
{
    uint64_t word;

    __builtin_memcpy(&word, name, sizeof(word));
    return word;
}

/* Copies the record n of ring (counted as written does) to *out. False if it
 * was overwritten or is being written. Any context, any vCPU. */
bool trace_get(const struct trace_ring *ring, uint64_t n,
               struct trace_record *out);

#endif
