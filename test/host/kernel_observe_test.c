/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters over several vCPUs; trace rings, filled and printed. */

#include "kernel_fake_cpu.h"

static struct cpu cpus[CPU_MAX];
static struct cpu *running = &fake_cpu;
#define this_cpu() running
#include "../../arch/x86_64/trace.c"
#include "../../kernel/observe.c"
#include "../../kernel/report.c"
#include "../../kernel/report_printf.c"
#include "../../kernel/tracing.c"
#define TEST_OWN_TRACE
#include "test.h"

bool sched_simple = true;

static void fake_idle(void)
{
}

/* --- what the linker script gathers in an image --- */

uint64_t image_base;
uint64_t values[2];

static void list_one(const struct counter_sink *sink)
{
    uint64_t seven = 7;

    sink->put(sink, "dev0.frames", &seven, 1);
}

static void write_two(report_print_fn *print)
{
    report_printf(print, "two\n");
}

const struct counter all_counters[] = {{"a.first", &values[0], NULL},
                                       {"a.second", &values[1], NULL},
                                       {NULL, NULL, list_one}};
const struct report report_kernel_profile, report_kernel_threads;
const struct report all_reports[] = {{'h', "this list", write_help},
                                     {'x', "one", write_two},
                                     {'x', "two", write_two}};

__asm__(".globl counter_values_start, counter_values_end\n"
        ".set counter_values_start, values\n"
        ".set counter_values_end, values + 16\n"
        ".globl counters_start, counters_end\n"
        ".set counters_start, all_counters\n"
        ".set counters_end, all_counters + 72\n"
        ".globl reports_start, reports_end\n"
        ".set reports_start, all_reports\n"
        ".set reports_end, all_reports + 72\n");

/* --- the rest of the system --- */

static bool out_of_memory;

void *heap_alloc_aligned(size_t align, size_t size)
{
    return out_of_memory ? NULL : aligned_alloc(align, size);
}

void *heap_alloc(size_t size)
{
    return out_of_memory ? NULL : malloc(size);
}

void *heap_zalloc(size_t size)
{
    return out_of_memory ? NULL : calloc(1, size);
}

void heap_free(void *ptr)
{
    free(ptr);
}

void heap_get_stats(struct heap_stats *out)
{
    *out = (struct heap_stats){0};
}

uint64_t balloon_pages(void)
{
    return 0;
}

void page_get_stats(struct page_stats *out)
{
    *out = (struct page_stats){.total_pages = 512, .free_pages = 256};
}

uint64_t clock_ticks_to_ns(uint64_t ticks)
{
    return ticks * 10;
}

static char printed[65536];

static void print(const char *text, size_t length)
{
    strncat(printed, text, length);
}

static unsigned lines(void)
{
    unsigned n = 0;

    for (const char *at = printed; (at = strchr(at, '\n')); at++)
        n++;
    return n;
}

/* As many vCPUs, vCPU 0 running, with rings of kb KiB (NULL: none). */
static void begin(unsigned count, const char *kb)
{
    for (unsigned i = 0; i < observed.count; i++) {
        if (i && cpus[i].counters)
            free((char *)values + cpus[i].counters);
        free(cpus[i].trace);
    }
    memset(cpus, 0, sizeof(cpus));
    memset(&observed, 0, sizeof(observed));
    memset(&tracing, 0, sizeof(tracing));
    memset(values, 0, sizeof(values));
    printed[0] = '\0';
    trace_on = 0;
    running = &cpus[0];
    CHECK_EQ(observe_cpu(&cpus[0]), 0);
    if (kb)
        CHECK_EQ(set_trace(0, kb), 0);
    for (unsigned i = 1; i < count; i++) {
        cpus[i].id = i;
        observe_cpu(&cpus[i]);
    }
}

static struct {
    struct counter_sink sink;
    uint64_t values[CPU_MAX];
    unsigned count;
} got;

static void get_second(const struct counter_sink *sink, const char *name,
                       const uint64_t *all, unsigned count)
{
    if (strcmp(name, "a.second"))
        return;
    got.count = count;
    memcpy(got.values, all, count * sizeof(*all));
}

#define second (values[1])

TEST(counters_count_for_each_vcpu)
{
    begin(3, NULL);
    counter_add(second, 1);
    running = &cpus[2];
    counter_add(second, 40);
    counter_add(second, 2);
    got.sink.put = get_second;
    counters_list(&got.sink);
    CHECK_EQ(got.count, 3);
    CHECK_EQ(got.values[0], 1);
    CHECK_EQ(got.values[1], 0);
    CHECK_EQ(got.values[2], 42);
    CHECK_EQ(values[0], 0);
}

TEST(counters_without_memory_count_as_vcpu_0)
{
    begin(1, NULL);
    cpus[1].id = 1;
    out_of_memory = true;
    CHECK_EQ(observe_cpu(&cpus[1]), -XEN_ENOMEM);
    out_of_memory = false;
    running = &cpus[1];
    counter_add(second, 5);
    got.sink.put = get_second;
    counters_list(&got.sink);
    CHECK_EQ(got.values[0], 5);
    CHECK_EQ(got.values[1], 0);
}

TEST(counters_report_has_totals_and_parts)
{
    begin(2, NULL);
    values[0] = 3;
    print_counters(print);
    CHECK(strstr(printed, "a.first                               3  (3 0)\n"));
    CHECK(strstr(printed, "dev0.frames                           7\n"));
}

TEST(report_of_two_parts_writes_both)
{
    begin(1, NULL);
    CHECK_EQ(report_write('x', print), 0);
    CHECK_STR(printed, "two\ntwo\n");
}

TEST(report_of_unknown_letter_is_enoent)
{
    begin(1, NULL);
    CHECK_EQ(report_write('?', print), -XEN_ENOENT);
    CHECK_STR(printed, "");
    CHECK_EQ(report_write('h', print), 0);
    CHECK_STR(printed, "h  this list\nx  one\nx  two\n");
}

TRACE_EVENT(traced_number, "number %lu of %lu");
TRACE_EVENT_NAMES(traced_names, "from %s to %s");

TEST(trace_off_evaluates_nothing)
{
    unsigned n = 0;

    begin(1, NULL);
    trace(traced_number, n++, 0);
    CHECK_EQ(n, 0);
    CHECK_EQ(report_write('r', print), -XEN_ENOENT);
    write_trace(print);
    CHECK_STR(printed, "off: start with pith.trace=KB\n");
}

TEST(trace_of_two_vcpus_is_in_order_of_time)
{
    begin(2, "1");
    fake_tsc = 100;
    trace(traced_number, 1, 2);
    running = &cpus[1];
    trace(traced_names, trace_name("a\0......"), trace_name("eightlong"));
    running = &cpus[0];
    trace(traced_number, 3, 4);
    trace_print(print, 100);
    CHECK_STR(printed, "-0.030 us cpu0 number 1 of 2\n"
                       "-0.020 us cpu1 from a to eightlon\n"
                       "-0.010 us cpu0 number 3 of 4\n");
    CHECK_EQ(trace_on, 1);
}

TEST(trace_ring_that_is_full_overwrites_the_oldest)
{
    begin(1, "1");
    CHECK_EQ(tracing.records, 32);
    for (unsigned i = 0; i < 40; i++)
        trace(traced_number, i, 40);
    trace_print(print, 1000);
    CHECK_EQ(lines(), 32);
    CHECK(!strstr(printed, "number 7 of"));
    CHECK(strstr(printed, "number 8 of"));
    CHECK(strstr(printed, "number 39 of"));
}

TEST(trace_print_gives_the_newest_lines_of_all)
{
    begin(2, "1");
    for (unsigned i = 0; i < 10; i++) {
        running = &cpus[i % 2];
        trace(traced_number, i, 10);
    }
    trace_print(print, 3);
    CHECK_EQ(lines(), 3);
    CHECK(!strstr(printed, "number 6 of"));
    CHECK(strstr(printed, "number 7 of 10\n"));
    CHECK(strstr(printed, "number 9 of 10\n"));
}

TEST(trace_record_that_is_being_written_is_left_out)
{
    struct trace_ring *ring;

    begin(1, "1");
    trace(traced_number, 1, 2);
    trace(traced_number, 2, 2);
    ring = cpus[0].trace;
    ring->records[0].tsc = 0;
    trace_print(print, 10);
    CHECK_EQ(lines(), 1);
    CHECK(strstr(printed, "number 2 of 2"));
}

TEST(trace_size_is_checked)
{
    begin(1, NULL);
    CHECK_EQ(set_trace(0, "0"), -XEN_EINVAL);
    CHECK_EQ(set_trace(0, "65537"), -XEN_EINVAL);
    CHECK_EQ(set_trace(0, "4k"), -XEN_EINVAL);
    CHECK_EQ(trace_on, 0);
    out_of_memory = true;
    CHECK_EQ(set_trace(0, "4"), 0);
    out_of_memory = false;
    CHECK_EQ(trace_on, 0);
}
