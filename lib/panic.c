/* SPDX-License-Identifier: BSD-2-Clause */
/* Formats why the system ends and calls whoever registered to end it. */

#include <pith/format.h>
#include <pith/panic.h>

#define REASON_MAX 256

/* Written once or twice at boot, before anything can panic in parallel. */
static panic_fn *handler;

static void __attribute__((noreturn))
end(const struct trap_frame *frame, const char *fmt, va_list args)
{
    char reason[REASON_MAX];

    vformat(reason, sizeof(reason), fmt, args);
    if (handler)
        handler(reason, frame);
    for (;;)
        __builtin_trap();
}

void panic(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    end(NULL, fmt, args);
}

void panic_trap(const struct trap_frame *frame, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    end(frame, fmt, args);
}

void panic_set_handler(panic_fn *new_handler)
{
    handler = new_handler;
}
