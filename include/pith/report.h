/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the system tells about itself: reports, each known by a letter, that
 * rooms add to an image and that `xl sysrq`, programs and panics ask for.
 * kernel/.
 */
#ifndef PITH_REPORT_H
#define PITH_REPORT_H

#include <pith/counter.h>

/* Takes a piece of text, mostly one line; not kept. */
typedef void report_print_fn(const char *text, size_t length);

struct report {
    char key;
    const char *what; /* such as "threads", for the list of reports */
    /* Thread context; may block on mutexes. */
    void (*write)(report_print_fn *print);
};

/* key is one character without quotes. Several with one key make one report. */
#define REPORT(report_key, ident, what_text, write_fn) \
    const struct report report_##ident __used __section( \
        ".pith.reports." #report_key "." #ident) \
        __aligned(8) = {#report_key[0], what_text, write_fn}

/* Makes the linker pull in the object that defines report ident. */
#define REPORT_NEEDS(ident) \
    extern const struct report report_##ident; \
    static const struct report *const report_needs_##ident __used __section( \
        ".pith.needs") = &report_##ident

/* Writes the reports that key stands for, "h" a list of all. 0, or
 * -XEN_ENOENT when there is none. Thread context; blocks. */
int report_write(char key, report_print_fn *print);
/* A page fault that nothing answered. */
struct report_fault {
    uint64_t address;       /* 0: it did not tell */
    uint64_t registers[15]; /* the general ones but the stack pointer */
};
/* Has more to say of a panic, behind the backtrace of its place; fault is NULL
 * if it is no page fault. May take no lock and allocate nothing. */
typedef void report_explain_fn(const struct report_fault *fault,
                               report_print_fn *print);
/* Registers it, once. Any context. */
void report_explain_panics(report_explain_fn *explain);

#define REPORT_PRINTF_BYTES 320
/* Formats text, cut off at REPORT_PRINTF_BYTES with its NUL, and hands it to
 * print. Any context. */
void report_printf(report_print_fn *print, const char *fmt, ...) __printf(2, 3);

/* Hands every counter of the image to sink. Thread context. */
void counters_list(const struct counter_sink *sink);

/* Prints the newest records of all vCPUs' rings in order of time, at most
 * lines of them; nothing if tracing was never on. Any context. */
void trace_print(report_print_fn *print, unsigned lines);

bool tracing_is_on(void);
bool profile_is_on(void);

/* Gives cpu its own counters and its trace ring. kernel/'s: before cpu runs
 * anything else; once for each vCPU, and kept while it is offline. 0, or
 * -XEN_ENOMEM: then it counts as vCPU 0 and traces nothing. */
int observe_cpu(struct cpu *cpu);

#endif
