/* SPDX-License-Identifier: BSD-2-Clause */
/* The orderly end: the hooks of what was started, the console, then Xen. */

#include "private.h"
#include <pith/console.h>
#include <pith/format.h>
#include <pith/lifecycle.h>
#include <pith/log.h>
#include <pith/shutdown.h>
#include <pith/string.h>
#include <pith/tty.h>
#include <xen/sched.h>

/* boot/'s linker script. */
extern const struct lifecycle_hook hooks_start[], hooks_end[];

/* ending and asked are exchanged atomically, the reason before the thread runs
 * that reads it; reached and program are written by "main" alone. */
static struct {
    uint32_t ending, asked;
    unsigned asked_reason;
    void (*program)(unsigned reason);
    const char *reached; /* NULL: threads and the console do not work yet */
} lifecycle;

void lifecycle_reached(const char *level)
{
    lifecycle.reached = level;
}

static void run_hooks(void)
{
    for (const struct lifecycle_hook *hook = hooks_end; hook-- > hooks_start;)
        if (strcmp(hook->level, lifecycle.reached) <= 0)
            hook->closing();
}

bool lifecycle_is_ending(void)
{
    return atomic_load(&lifecycle.ending);
}

void lifecycle_end(unsigned reason)
{
    if (atomic_exchange(&lifecycle.ending, 1))
        for (;;)
            thread_sleep_until(DEADLINE_NEVER);
    run_hooks();
    tty_drain();
    xen_shutdown(reason);
}

void lifecycle_set_program(void (*asked)(unsigned reason))
{
    atomic_store(&lifecycle.program, asked);
}

static void end_as_asked(void *arg)
{
    void (*program)(unsigned reason) = atomic_load(&lifecycle.program);

    if (program)
        program(lifecycle.asked_reason);
    lifecycle_end(lifecycle.asked_reason);
}

/* A thread of its own: while the program and the hooks flush and close,
 * xenwatch must go on to see backends that fail, or one of them might wait for
 * those for ever. */
void lifecycle_ask(unsigned reason)
{
    if (atomic_exchange(&lifecycle.asked, 1)) {
        log_info("kernel: the system is ending already");
        return;
    }
    lifecycle.asked_reason = reason;
    if (!thread_start("shutdown", THREAD_STACK_BYTES, end_as_asked, NULL))
        lifecycle_end(reason);
}

void lifecycle_refuse(unsigned status, const char *fmt, ...)
{
    char line[320] = "pith: ";
    va_list args;
    size_t length;

    va_start(args, fmt);
    vformat(line + 6, sizeof(line) - 32, fmt, args);
    va_end(args);
    length = strlen(line);
    length += (size_t)format(line + length, sizeof(line) - length,
                             "\npith: exit %u\n", status);
    if (lifecycle.reached) {
        tty_write(line, length);
        lifecycle_end(SHUTDOWN_poweroff);
    }
    emergency_write(line, length);
    tty_put(line, length);
    xen_shutdown(SHUTDOWN_poweroff);
}
