/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `xl shutdown` and `xl reboot` write to control/shutdown. A request
 * that we follow is acknowledged by emptying the node, so that libxl does not
 * wait in vain; the program is then asked to end, and the system ends in order.
 * Source: docs/misc/xenstore-paths.pandoc, "~/control/shutdown".
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/lifecycle.h>
#include <pith/log.h>
#include <pith/string.h>
#include <pith/xenstore.h>
#include <xen/sched.h>

#define REQUEST_BYTES 32

static const struct {
    const char *request;
    unsigned reason;
} wishes[] = {
    {"poweroff", SHUTDOWN_poweroff},
    {"halt", SHUTDOWN_poweroff},
    {"reboot", SHUTDOWN_reboot},
};

/* Acknowledges the request in arg, unless the toolstack took it back. */
static int acknowledge(uint32_t txn, void *arg)
{
    const char *request = arg;
    char now[REQUEST_BYTES];
    long length = xs_read(txn, "control", "shutdown", now, sizeof(now));

    if (length < 0)
        return (int)length;
    if (strcmp(now, request))
        return -XEN_ENOENT;
    return xs_write(txn, "control", "shutdown", "");
}

int shutdown_acknowledge(void *arg)
{
    return xs_transaction(acknowledge, arg);
}

void shutdown_check(void)
{
    char request[REQUEST_BYTES];
    int rc;
    long length =
        xs_read(XS_NO_TXN, "control", "shutdown", request, sizeof(request));

    if (length == -XEN_ENOENT || length == 0)
        return; /* no request, or our own acknowledgement */
    if (length < 0) {
        log_warning("control: cannot read control/shutdown: %s",
                    errno_name((int)length));
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
        if (strcmp(request, wishes[i].request))
            continue;
        rc = shutdown_acknowledge(request);
        if (rc)
            log_warning("control: cannot acknowledge %s: %s", request,
                        errno_name(rc));
        if (rc != -XEN_ENOENT)
            lifecycle_ask(wishes[i].reason);
        return;
    }
    if (!strcmp(request, "suspend")) {
        suspend_for(request);
        return;
    }
    /* Not acknowledged: the toolstack must not believe that we will do it. */
    log_warning("control: the toolstack asks for \"%s\", which is not known",
                request);
}
