/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tracing: gives each vCPU its ring (pith.trace=KB) and prints all of them in
 * order of time. The rings' own ends are in arch/.
 */

#include "private.h"
#include <pith/clock.h>
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/format.h>
#include <pith/heap.h>
#include <pith/log.h>
#include <pith/parse.h>
#include <pith/report.h>
#include <pith/string.h>
#include <pith/trace.h>

#define MAX_KB 65536
#define REPORT_LINES 200

/* records is set before any vCPU but 0 starts. printing is tried, never waited
 * for: a panic prints over whoever is at it. */
static struct {
    uint64_t records; /* in each ring, a power of two; 0: off */
    uint8_t printing;
    uint64_t first[CPU_MAX], end[CPU_MAX]; /* of what is being printed */
} tracing;

struct trace_ring *tracing_new_ring(void)
{
    size_t bytes = sizeof(struct trace_ring) +
                   tracing.records * sizeof(struct trace_record);
    struct trace_ring *ring = tracing.records ? heap_zalloc(bytes) : NULL;

    if (ring)
        ring->mask = tracing.records - 1;
    return ring;
}

bool tracing_is_on(void)
{
    return tracing.records != 0;
}

static int set_trace(unsigned index, const char *value)
{
    uint64_t kb, records;

    if (parse_u64(value, MAX_KB, &kb) || !kb)
        return -XEN_EINVAL;
    records = (kb << 10) / sizeof(struct trace_record);
    tracing.records = 1ull << (63 - __builtin_clzl(records));
    this_cpu()->trace = tracing_new_ring();
    if (this_cpu()->trace) {
        trace_on = 1;
        sched_simple = false;
    } else {
        log_warning("kernel: no memory for pith.trace=%s: off", value);
    }
    return 0;
}

OPTION(trace, "trace", set_trace, "the KiB of each vCPU's ring, 1 to 65536");

static const struct trace_ring *ring_of(unsigned n)
{
    const struct cpu *cpu = observed_cpu(n);

    return cpu ? cpu->trace : NULL;
}

/* The vCPU whose record at cursor[n] + by is newest (or oldest), where limit[n]
 * is not reached yet; -1: none is left. */
static int pick(const uint64_t *cursor, const uint64_t *limit, int by,
                bool newest, struct trace_record *out)
{
    struct trace_record record;
    int best = -1;

    for (unsigned n = 0; observed_cpu(n); n++) {
        const struct trace_ring *ring = ring_of(n);

        if (!ring || cursor[n] == limit[n])
            continue;
        if (!trace_get(ring, cursor[n] + (uint64_t)(int64_t)by, &record))
            record.tsc = 0; /* overwritten meanwhile: goes first, unprinted */
        if (best < 0 || (record.tsc > out->tsc) == newest) {
            best = (int)n;
            *out = record;
        }
    }
    return best;
}

/* Goes back from the rings' ends until lines records were passed. */
static void find_first(unsigned lines)
{
    uint64_t oldest[CPU_MAX];
    struct trace_record record;
    int n;

    for (unsigned i = 0; observed_cpu(i); i++) {
        const struct trace_ring *ring = ring_of(i);
        uint64_t written = ring ? atomic_load(&ring->written) : 0;

        tracing.first[i] = tracing.end[i] = written;
        oldest[i] = ring && written > ring->mask ? written - ring->mask - 1 : 0;
    }
    while (lines-- && (n = pick(tracing.first, oldest, -1, true, &record)) >= 0)
        tracing.first[n]--;
}

static void print_record(report_print_fn *print, unsigned cpu, uint64_t ago_ns,
                         const struct trace_record *r)
{
    const struct trace_event *event = r->event;
    char text[128], a[9] = "", b[9] = "";

    if (event->names) {
        memcpy(a, &r->a, 8);
        memcpy(b, &r->b, 8);
        format(text, sizeof(text), event->format, a, b);
    } else {
        format(text, sizeof(text), event->format, r->a, r->b);
    }
    report_printf(print, "-%lu.%03lu us cpu%u %s\n", ago_ns / 1000,
                  ago_ns % 1000, cpu, text);
}

void trace_print(report_print_fn *print, unsigned lines)
{
    struct trace_record record;
    uint64_t now = tsc_read();
    uint8_t on = __atomic_exchange_n(&trace_on, 0, __ATOMIC_SEQ_CST);
    int n;

    /* Off meanwhile, or the printing would push out what it prints. */
    find_first(lines);
    while ((n = pick(tracing.first, tracing.end, 0, false, &record)) >= 0) {
        tracing.first[n]++;
        if (record.tsc)
            print_record(print, (unsigned)n,
                         clock_ticks_to_ns(now - record.tsc), &record);
    }
    __atomic_store_n(&trace_on, on, __ATOMIC_SEQ_CST);
}

static void write_trace(report_print_fn *print)
{
    if (!tracing.records) {
        report_printf(print, "off: start with pith.trace=KB\n");
        return;
    }
    if (__atomic_test_and_set(&tracing.printing, __ATOMIC_ACQUIRE)) {
        report_printf(print, "busy\n");
        return;
    }
    trace_print(print, REPORT_LINES);
    __atomic_clear(&tracing.printing, __ATOMIC_RELEASE);
}

REPORT(r, kernel_trace, "the trace ring's last records, with pith.trace=KB",
       write_trace);
