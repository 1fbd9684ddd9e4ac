/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each thread does: a line for each and, if it does not run, where it
 * waits. Its stack may begin to change while it is read, on another vCPU; that
 * makes a wrong backtrace, no more.
 */

#include "private.h"
#include <pith/backtrace.h>
#include <pith/format.h>
#include <pith/mutex.h>
#include <pith/report.h>
#include <pith/string.h>

/* lock protects all of it. One thread's text is written here first: the list
 * of threads is locked with interrupts off, and printing blocks. */
static struct {
    struct mutex lock;
    size_t length;
    char text[2048];
} page = {.lock = MUTEX_INIT(page.lock)};

static void append(const char *text, size_t length)
{
    length = MIN(length, sizeof(page.text) - page.length);
    memcpy(page.text + page.length, text, length);
    page.length += length;
}

static void describe(const struct thread *thread)
{
    struct thread_info info;
    uint64_t rip, rbp;

    thread_describe(thread, &info);
    report_printf(append, "\"%s\" %s, priority %u, vCPU %u, %lu switches\n",
                  info.name, info.state, (unsigned)thread->level, info.cpu,
                  info.switches);
    if (!strcmp(info.state, "running"))
        return;
    context_frame(&thread->context, &rbp, &rip);
    backtrace_walk(rip, rbp, append);
}

static void write_threads(report_print_fn *print)
{
    bool found = true;

    mutex_lock(&page.lock);
    for (size_t n = 0; found; n++) {
        page.length = 0;
        found = thread_visit(n, describe);
        print(page.text, page.length);
    }
    mutex_unlock(&page.lock);
}

static void list_switches(const struct counter_sink *sink)
{
    uint64_t switches = thread_switches();

    sink->put(sink, "kernel.switches", &switches, 1);
}

COUNTER_LIST(switches, list_switches);
REPORT(t, kernel_threads, "threads, and where those wait that do not run",
       write_threads);
