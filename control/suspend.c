/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `xl save` and `xl migrate`: the toolstack writes "suspend" to
 * control/shutdown, waits for the node to become empty, and then for the domain
 * to stop. The thread xenwatch is the one that stops it: so no callback of a
 * watch runs meanwhile. Source: docs/misc/xenstore-paths.pandoc.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/lifecycle.h>
#include <pith/log.h>

void suspend_for(char *request)
{
    int rc = lifecycle_suspend(shutdown_acknowledge, request);

    if (rc < 0) {
        log_warning("control: cannot suspend: %s", errno_name(rc));
        return;
    }
    log_info(rc ? "control: goes on after a suspend"
                : "control: goes on in a restored domain");
    /* Nothing to be done where it fails: the node may not be there. */
    if (!rc)
        features_write();
}
