/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of the program is the end of the system: "pith: exit N", the
 * orderly shutdown, and what pith.on_failure says about N other than 0.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/file.h>
#include <pith/format.h>
#include <pith/lifecycle.h>
#include <pith/option.h>
#include <pith/panic.h>
#include <pith/tty.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    unsigned reason;
} reasons[] = {
    {"poweroff", SHUTDOWN_poweroff},
    {"reboot", SHUTDOWN_reboot},
    {"crash", SHUTDOWN_crash},
};

/* Written while options are parsed, before there are threads. */
static unsigned on_failure = SHUTDOWN_poweroff;

static int set_on_failure(unsigned index, const char *value)
{
    for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
        if (strcmp(value, reasons[i].name))
            continue;
        on_failure = reasons[i].reason;
        return 0;
    }
    return -XEN_EINVAL;
}

OPTION(on_failure, "on_failure", set_on_failure, "poweroff, reboot or crash");

void _exit(int status)
{
    char line[32];
    int length;

    status &= 0xff; /* what wait() would show of it */
    /* Scripts look for this as a line of its own. */
    length = format(line, sizeof(line), "%spith: exit %d\n",
                    tty_file_line_open() ? "\n" : "", status);
    tty_write(line, (size_t)length);
    lifecycle_end(status ? on_failure : SHUTDOWN_poweroff);
}

void abort(void)
{
    panic("abort() called");
}
