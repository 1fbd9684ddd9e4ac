/* SPDX-License-Identifier: BSD-2-Clause */
/* The orderly end: the hooks of what was started, the console, then Xen. */

#include "private.h"
#include <pith/console.h>
#include <pith/format.h>
#include <pith/lifecycle.h>
#include <pith/shutdown.h>
#include <pith/string.h>
#include <pith/tty.h>
#include <xen/sched.h>

/* boot/'s linker script. */
extern const struct lifecycle_hook hooks_start[], hooks_end[];

/* ending is exchanged atomically; reached is written by "main" alone. */
static struct {
    uint32_t ending;
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

void lifecycle_end(unsigned reason)
{
    if (atomic_exchange(&lifecycle.ending, 1))
        for (;;)
            thread_sleep_until(DEADLINE_NEVER);
    run_hooks();
    tty_drain();
    xen_shutdown(reason);
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
