/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters, over all vCPUs; and what each vCPU needs to count and to trace.
 * vCPU 0 counts in the image's own data, so that nothing needs to be set up.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/format.h>
#include <pith/heap.h>
#include <pith/page.h>
#include <pith/panic.h>
#include <pith/report.h>
#include <pith/string.h>

/* boot/'s linker script. */
extern const struct counter counters_start[], counters_end[];
extern char counter_values_start[], counter_values_end[];

/* Filled by the thread that starts vCPUs; entries never change once set. */
static struct {
    unsigned count; /* vCPUs in cpus, without gaps */
    struct cpu *cpus[CPU_MAX];
} observed;

struct cpu *observed_cpu(unsigned n)
{
    return n < atomic_load(&observed.count) ? observed.cpus[n] : NULL;
}

int observe_cpu(struct cpu *cpu)
{
    size_t bytes = (size_t)(counter_values_end - counter_values_start);
    char *values = counter_values_start;

    ASSERT(cpu->id < CPU_MAX && cpu->id == observed.count);
    if (cpu->id) {
        /* On lines of its own, so that no two vCPUs write to one. */
        values = heap_alloc_aligned(64, ALIGN_UP(bytes + 1, 64));
        if (values)
            memset(values, 0, bytes);
        else
            values = counter_values_start;
    }
    cpu->counters = (uint64_t)values - (uint64_t)counter_values_start;
    cpu->trace = tracing_new_ring();
    observed.cpus[cpu->id] = cpu;
    atomic_store(&observed.count, cpu->id + 1);
    return cpu->id && values == counter_values_start ? -XEN_ENOMEM : 0;
}

/* A vCPU without a copy of its own counts in vCPU 0's place. */
static void list_counter(const struct counter *counter,
                         const struct counter_sink *sink)
{
    uint64_t values[CPU_MAX] = {0};
    struct cpu *cpu;
    unsigned n;

    for (n = 0; (cpu = observed_cpu(n)); n++)
        if (!n || cpu->counters)
            values[n] = atomic_load(
                (uint64_t *)((uint64_t)counter->value + cpu->counters));
    sink->put(sink, counter->name, values, n);
}

void counters_list(const struct counter_sink *sink)
{
    for (const struct counter *c = counters_start; c < counters_end; c++)
        if (c->value)
            list_counter(c, sink);
        else
            c->list(sink);
}

void counters_put_parts(const struct counter_sink *sink, const char *of,
                        const struct counter_part *parts, size_t count)
{
    char name[48];

    for (size_t i = 0; i < count; i++) {
        format(name, sizeof(name), "%s.%s", of, parts[i].what);
        sink->put(sink, name, parts[i].value, 1);
    }
}

static void list_memory(const struct counter_sink *sink)
{
    struct page_stats pages;
    struct heap_stats heap;

    page_get_stats(&pages);
    heap_get_stats(&heap);
    sink->put(sink, "mm.pages", &pages.total_pages, 1);
    sink->put(sink, "mm.pages_free", &pages.free_pages, 1);
    sink->put(sink, "mm.heap_pages", &heap.pages, 1);
    sink->put(sink, "mm.heap_bytes", &heap.used_bytes, 1);
    sink->put(sink, "mm.heap_allocations", &heap.allocations, 1);
}

COUNTER_LIST(memory, list_memory);

struct printer {
    struct counter_sink sink;
    report_print_fn *print;
};

/* "NAME TOTAL", and with more than one vCPU that counted "(V0 V1 ...)". */
static void print_counter(const struct counter_sink *sink, const char *name,
                          const uint64_t *values, unsigned count)
{
    report_print_fn *print = container_of(sink, struct printer, sink)->print;
    uint64_t total = 0;

    for (unsigned i = 0; i < count; i++)
        total += values[i];
    report_printf(print, "%-26s %12lu", name, total);
    for (unsigned i = 0; count > 1 && i < count; i++)
        report_printf(print, "%s%lu", i ? " " : "  (", values[i]);
    report_printf(print, count > 1 ? ")\n" : "\n");
}

static void print_counters(report_print_fn *print)
{
    struct printer printer = {{print_counter}, print};

    counters_list(&printer.sink);
}

REPORT(c, kernel_counters, "counters, in all and (on each vCPU)",
       print_counters);
