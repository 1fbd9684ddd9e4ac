/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of reports, and those that need no file of their own. */

#include "private.h"
#include <pith/balloon.h>
#include <pith/bootinfo.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/log.h>
#include <pith/page.h>
#include <pith/report.h>
#include <pith/string.h>

/* boot/'s linker script, in order of their letters. */
extern const struct report reports_start[], reports_end[];

REPORT_NEEDS(kernel_counters);
REPORT_NEEDS(kernel_profile);
REPORT_NEEDS(kernel_threads);
REPORT_NEEDS(kernel_trace);

int report_write(char key, report_print_fn *print)
{
    int rc = -XEN_ENOENT;

    for (const struct report *r = reports_start; r < reports_end; r++)
        if (r->key == key) {
            r->write(print);
            rc = 0;
        }
    return rc;
}

static void write_help(report_print_fn *print)
{
    for (const struct report *r = reports_start; r < reports_end; r++)
        report_printf(print, "%c  %s\n", r->key, r->what);
}

static void write_memory(report_print_fn *print)
{
    struct page_stats pages;
    struct heap_stats heap;

    page_get_stats(&pages);
    heap_get_stats(&heap);
    report_printf(print, "RAM %lu KiB, free %lu KiB\n",
                  pages.total_pages * (PAGE_SIZE >> 10),
                  pages.free_pages * (PAGE_SIZE >> 10));
    if (balloon_pages())
        report_printf(print, "%lu KiB more are with Xen\n",
                      balloon_pages() * (PAGE_SIZE >> 10));
    report_printf(print, "image base 0x%lx\n", image_base);
    report_printf(print, "heap %lu KiB, %lu bytes in %lu allocations\n",
                  heap.pages * (PAGE_SIZE >> 10), heap.used_bytes,
                  heap.allocations);
}

#define LOG_BYTES 4096

static void write_log(report_print_fn *print)
{
    char *text = heap_alloc(LOG_BYTES);

    if (!text) {
        report_printf(print, "out of memory\n");
        return;
    }
    print(text, log_read(text, LOG_BYTES));
    heap_free(text);
}

REPORT(h, kernel_help, "this list", write_help);
REPORT(l, kernel_log, "the log's last lines, of all levels", write_log);
REPORT(m, kernel_memory, "memory", write_memory);
