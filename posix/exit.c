/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of the program is the end of the system: what exit() does, "pith:
 * exit N", the orderly shutdown, and what pith.on_failure says about N other
 * than 0; and how the toolstack's wish for an end becomes the program's.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/file.h>
#include <pith/format.h>
#include <pith/lifecycle.h>
#include <pith/log.h>
#include <pith/option.h>
#include <pith/panic.h>
#include <pith/parse.h>
#include <pith/room.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <pith/tty.h>
#include <reent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GRACE_MAX_S 86400
/* What runs at exit may take as long as pith.grace says, and so long in any
 * case. */
#define EXIT_NS (10 * NS_PER_SEC)
#define EXIT_STACK_BYTES (128ul << 10) /* as main has */

void __call_exitprocs(int status, void *object); /* newlib's */

static const struct {
    const char *name;
    unsigned reason;
} reasons[] = {
    {"poweroff", SHUTDOWN_poweroff},
    {"reboot", SHUTDOWN_reboot},
    {"crash", SHUTDOWN_crash},
};

/* The options are written while they are parsed, before there are threads;
 * wish by who was asked, once. */
static struct {
    bool rules_failure; /* pith.on_failure was given */
    unsigned on_failure;
    uint64_t grace_s;
    unsigned wish;
} end = {.grace_s = 10, .wish = SHUTDOWN_poweroff};

bool (*posix_end_signal)(void);
struct thread *posix_exiting;

static int set_on_failure(unsigned index, const char *value)
{
    for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
        if (strcmp(value, reasons[i].name))
            continue;
        end.rules_failure = true;
        end.on_failure = reasons[i].reason;
        return 0;
    }
    return -XEN_EINVAL;
}

static int set_grace(unsigned index, const char *value)
{
    return parse_u64(value, GRACE_MAX_S, &end.grace_s) ? -XEN_EINVAL : 0;
}

OPTION(on_failure, "on_failure", set_on_failure, "poweroff, reboot or crash");
OPTION(grace, "grace", set_grace, "seconds, at most 86400");

void _exit(int status)
{
    unsigned reason = atomic_load(&end.wish);
    char line[32];
    int length;

    status &= 0xff; /* what wait() would show of it */
    if (status && end.rules_failure)
        reason = end.on_failure;
    /* Scripts look for this as a line of its own. */
    length = format(line, sizeof(line), "%spith: exit %d\n",
                    tty_file_line_open() ? "\n" : "", status);
    tty_write(line, (size_t)length);
    lifecycle_end(reason);
}

/* In place of newlib's: a second thread that calls it must not run what is left
 * to run beside the first, nor end the system under it. A handler that calls it
 * again does what is left. */
void exit(int status)
{
    struct thread *none = NULL;

    if (!atomic_compare_exchange(&posix_exiting, &none, thread_current()) &&
        none != thread_current())
        for (;;)
            thread_sleep_until(DEADLINE_NEVER);
    __call_exitprocs(status, NULL);
    if (__stdio_exit_handler)
        __stdio_exit_handler();
    _exit(status);
}

/* A handler of SIGABRT may leave, but not return. */
void abort(void)
{
    if (signal_abort)
        signal_abort();
    panic("abort() called");
}

/* --- the end that is asked for from outside --- */

static void sleep_ns(uint64_t ns)
{
    thread_sleep_until(clock_monotonic_ns() + ns);
}

static void exit_in_order(void *arg)
{
    exit(0);
}

/* A program that has a say in it gets SIGTERM and its time; then exit(0) is
 * called for it. */
static void end_asked(unsigned reason)
{
    uint64_t grace_ns = end.grace_s * NS_PER_SEC;

    atomic_store(&end.wish, reason);
    if (posix_end_signal && posix_end_signal()) {
        sleep_ns(grace_ns);
        log_warning("posix: the program goes on %lu s after SIGTERM: its end "
                    "is not its own",
                    end.grace_s);
    }
    if (thread_start("exit", EXIT_STACK_BYTES, exit_in_order, NULL)) {
        sleep_ns(MAX(grace_ns, EXIT_NS));
        log_warning("posix: what runs at exit does not end: it is left");
    }
    _exit(0);
}

/* Before the program starts; until then the toolstack's wish needs nobody. */
static int end_init(void)
{
    lifecycle_set_program(end_asked);
    return 0;
}

ROOM("119", posix_end, end_init, 0);
