/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of control/ share. What names no thread runs in xenwatch. */
#ifndef PITH_CONTROL_PRIVATE_H
#define PITH_CONTROL_PRIVATE_H

#include <pith/xenstore.h>

/* shutdown.c, sysrq.c: look at control/shutdown and control/sysrq, and do what
 * they ask for. */
void shutdown_check(void);
void sysrq_check(void);

/* shutdown.c: empties control/shutdown, unless the toolstack took back the
 * request that arg is. 0 or -XEN_E*. */
int shutdown_acknowledge(void *arg);

/* suspend.c: has the domain suspended, by the request. */
void suspend_for(char *request);

/* watch.c: writes what the toolstack may ask for. 0 or -XEN_E*. */
int features_write(void);

/* watchdog.c: starts what pith.watchdog asks for, in the thread main. */
void watchdog_start(void);

/* balloon.c: what memory/target and memory/static-max said, as BALLOON_OPS
 * reads them; and the watch on the first, whose first event it leaves out. */
#define BALLOON_OPS(target, max) \
    {.kind = XS_OP_READ, \
     .dir = "memory", \
     .node = "target", \
     .buf = (target), \
     .size = sizeof(target)}, \
    { \
        .kind = XS_OP_READ, .dir = "memory", .node = "static-max", \
        .buf = (max), .size = sizeof(max) \
    }
void balloon_obey(const struct xs_op *target, const struct xs_op *max);
extern struct xs_watch balloon_watch;

/* vcpu.c: watches cpu/. 0 or -XEN_E*. */
int vcpu_watch_start(void);

#endif
