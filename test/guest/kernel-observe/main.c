/* SPDX-License-Identifier: BSD-2-Clause */
/* Counters, the trace ring and the profile of a system that runs. */
/* cmdline: pith.profile=1000 pith.trace=64 */
/* console: pith: profile */

/* Before libc's, which define some of the same macros. */
#include <pith/clock.h>
#include <pith/counter.h>
#include <pith/errno.h>
#include <pith/report.h>
#include <pith/thread.h>
#include <pith/trace.h>
#include <pith/waitq.h>

#include "guest_test.h"
#include <errno.h>
#include <pith.h>
#include <stdlib.h>

static char text[256 << 10]; /* a full trace of 64 KB, printed */

/* The first line of the report that has what in it, NULL if none has. */
static char *line_with(char letter, const char *what)
{
    char *at;

    if (pith_report(letter, text, sizeof(text)) < 0)
        return NULL;
    at = strstr(text, what);
    while (at && at > text && at[-1] != '\n')
        at--;
    return at;
}

COUNTER(apples, "test.apples");

static uint64_t value_of(const char *name)
{
    const char *line = line_with('c', name);

    return line ? strtoull(line + strlen(name), NULL, 10) : 0;
}

TEST(counter_of_a_program_is_listed)
{
    counter_add(apples, 3);
    counter_add(apples, 4);
    CHECK_EQ(value_of("test.apples"), 7);
    CHECK(value_of("xen.upcalls") > 0);
    CHECK(value_of("mm.pages ") > 0);
}

TEST(report_that_does_not_exist_is_enoent)
{
    CHECK_EQ(pith_report('?', text, sizeof(text)), -1);
    CHECK_EQ(errno, ENOENT);
}

TEST(report_longer_than_its_buffer_is_cut)
{
    char little[8];
    long length = pith_report('h', little, sizeof(little));

    CHECK(length > (long)sizeof(little));
    CHECK_EQ(strlen(little), sizeof(little) - 1);
}

/* Drivers come with what uses their class: asking for the status is no use. */
extern const struct room room_netfront __attribute__((weak));
extern const struct room room_blkfront __attribute__((weak));

TEST(status_links_no_drivers)
{
    static struct pith_status status;

    CHECK_EQ(pith_status(&status), 0);
    CHECK_EQ(status.tracing, 1);
    CHECK_EQ(status.profiling, 1);
    CHECK_EQ(status.interface_count, 0);
    CHECK(&room_netfront == NULL);
    CHECK(&room_blkfront == NULL);
}

TRACE_EVENT(traced_step, "test: step %lu of %lu");

TEST(trace_shows_steps_in_order)
{
    char *first, *second;

    for (unsigned i = 1; i <= 3; i++)
        trace(traced_step, i, 3);
    first = line_with('r', "test: step 1 of 3\n");
    CHECK(first != NULL);
    second = strstr(first, "test: step 2 of 3\n");
    CHECK(second != NULL);
    CHECK(strstr(second, "test: step 3 of 3\n") != NULL);
}

static struct waitq ended = WAITQ_INIT(ended);
static unsigned steppers;

static void take_turns(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < 5; i++)
        thread_yield();
    steppers--;
    waitq_wake_all(&ended);
}

/* main is urgent, so that ping does not begin before pong is there. */
TEST(trace_shows_threads_that_take_turns)
{
    const char *at;

    steppers = 2;
    thread_set_priority(THREAD_HIGH);
    CHECK(thread_start("ping", THREAD_STACK_BYTES, take_turns, NULL) != NULL);
    CHECK(thread_start("pong", THREAD_STACK_BYTES, take_turns, NULL) != NULL);
    WAITQ_WAIT_UNTIL(&ended, steppers == 0, DEADLINE_NEVER);
    thread_set_priority(THREAD_NORMAL);
    at = line_with('r', "kernel: switch from ping to pong\n");
    for (unsigned i = 0; i < 4; i++) {
        CHECK(at != NULL);
        at = strstr(at, i % 2 ? "switch from ping to pong\n"
                              : "switch from pong to ping\n");
    }
    CHECK(at != NULL);
    CHECK(value_of("kernel.switches") > 10);
}

static volatile uint64_t sink;

static __attribute__((noinline)) void burn(void)
{
    for (unsigned i = 0; i < 1000000; i++)
        sink += i;
}

static unsigned samples(void)
{
    const char *line = line_with('p', "samples of");

    return line ? (unsigned)strtoul(line, NULL, 10) : 0;
}

TEST(profile_function_that_computes_is_on_top)
{
    const char *top;
    unsigned before = samples();

    /* Few others run, and those before did next to nothing. */
    for (unsigned i = 0; i < 1000 && samples() < before + 100; i++)
        burn();
    CHECK(samples() >= before + 100);
    top = strchr(text, '\n');
    CHECK(top != NULL);
    CHECK(strstr(top, " burn\n") != NULL);
    CHECK(strchr(top + 1, '\n') > strstr(top, " burn\n"));
}

TEST(profile_counts_idle_apart)
{
    unsigned before = samples();

    thread_sleep_until(clock_monotonic_ns() + 200 * NS_PER_MS);
    CHECK(samples() <= before + 20);
}

int main(void)
{
    return test_run_all();
}
