/* SPDX-License-Identifier: BSD-2-Clause */
/* pith_counters() and pith_report(): what `xl sysrq` prints, for programs. */

#include "private.h"
#include <pith.h>
#include <pith/mutex.h>
#include <pith/report.h>
#include <string.h>

struct caller {
    struct counter_sink sink;
    void (*put)(void *arg, const char *name, uint64_t value);
    void *arg;
};

static void put_total(const struct counter_sink *sink, const char *name,
                      const uint64_t *values, unsigned count)
{
    const struct caller *caller = container_of(sink, struct caller, sink);
    uint64_t total = 0;

    for (unsigned i = 0; i < count; i++)
        total += values[i];
    caller->put(caller->arg, name, total);
}

void pith_counters(void (*put)(void *arg, const char *name, uint64_t value),
                   void *arg)
{
    struct caller caller = {{put_total}, put, arg};

    counters_list(&caller.sink);
}

/* lock protects the rest. */
static struct {
    struct mutex lock;
    char *buf;
    size_t size, length; /* length: of the whole report, also beyond size */
} report = {.lock = MUTEX_INIT(report.lock)};

static void append(const char *text, size_t length)
{
    if (report.length < report.size)
        memcpy(report.buf + report.length, text,
               MIN(length, report.size - report.length));
    report.length += length;
}

long pith_report(char letter, char *buf, size_t size)
{
    long length;
    int rc;

    mutex_lock(&report.lock);
    report.buf = buf;
    report.size = size;
    report.length = 0;
    rc = report_write(letter, append);
    length = (long)report.length;
    if (size && !rc)
        buf[MIN(report.length, size - 1)] = '\0';
    mutex_unlock(&report.lock);
    return rc ? posix_result(rc) : length;
}
