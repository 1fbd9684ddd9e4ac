/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The watch on all of control/, and those that are set up with it: each by
 * itself would cost every boot a round trip to xenstored. Source:
 * docs/misc/xenstore-paths.pandoc, "~/control".
 */

#include "private.h"
#include <pith/deadlock.h>
#include <pith/errno.h>
#include <pith/log.h>
#include <pith/room.h>
#include <pith/string.h>
#include <pith/xenstore.h>

/* The watch's first event, which names control/ itself: nearly always nothing
 * is asked for, and one round trip shows it. */
static void check_all(void)
{
    char shutdown[2], sysrq[2], target[24], max[24];
    struct xs_op ops[] = {{.kind = XS_OP_READ,
                           .dir = "control",
                           .node = "shutdown",
                           .buf = shutdown,
                           .size = sizeof(shutdown)},
                          {.kind = XS_OP_READ,
                           .dir = "control",
                           .node = "sysrq",
                           .buf = sysrq,
                           .size = sizeof(sysrq)},
                          BALLOON_OPS(target, max)};

    xs_batch(XS_NO_TXN, ops, ARRAY_SIZE(ops));
    if (ops[0].result && ops[0].result != -XEN_ENOENT)
        shutdown_check();
    if (ops[1].result && ops[1].result != -XEN_ENOENT)
        sysrq_check();
    balloon_obey(&ops[2], &ops[3]);
}

static void control_fired(struct xs_watch *watch, const char *path)
{
    const char *node = strrchr(path, '/');

    if (!node || !strcmp(node, "/control"))
        check_all();
    else if (!strcmp(node, "/shutdown"))
        shutdown_check();
    else if (!strcmp(node, "/sysrq"))
        sysrq_check();
}

static struct xs_watch control_watch = {.fired = control_fired};

#define FEATURES 3

static void features_fill(struct xs_op ops[FEATURES])
{
    static const char *const nodes[FEATURES] = {
        "feature-poweroff", "feature-reboot", "feature-suspend"};
    static char yes[] = "1";

    for (unsigned i = 0; i < FEATURES; i++)
        ops[i] = (struct xs_op){XS_OP_WRITE, "control", nodes[i], yes, 0, 0};
}

int features_write(void)
{
    struct xs_op ops[FEATURES];

    features_fill(ops);
    return xs_batch(XS_NO_TXN, ops, FEATURES);
}

/* On xenwatch, so that no boot waits for xenstored's answers. */
static void begin_to_listen(void)
{
    struct xs_op ops[FEATURES + 1];
    int rc;

    features_fill(ops);
    ops[FEATURES] = (struct xs_op){.kind = XS_OP_WATCH,
                                   .dir = "memory",
                                   .node = "target",
                                   .buf = (char *)&balloon_watch};
    rc = xs_watch_with(&control_watch, "control", NULL, ops, ARRAY_SIZE(ops));

    if (!rc && !ops[FEATURES].result)
        deadlock_source(-1); /* as below */
    if (!rc)
        rc = vcpu_watch_start();
    /* What it asks for wakes no thread that waits for another. */
    if (!rc)
        deadlock_source(-1);
    /* Without xenstore (dom0) nobody asks. */
    else if (rc != -XEN_ENODEV)
        log_error("control: the toolstack's wishes will not be heard: %s",
                  errno_name(rc));
}

static int control_init(void)
{
    static struct xs_work work = {.fn = begin_to_listen};

    watchdog_start();
    xs_defer(&work);
    return 0;
}

ROOM("080", control, control_init, true);
