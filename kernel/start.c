/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot: runs the rooms that the linker gathered, in order of level. Those
 * below ROOM_LEVEL_THREADS on the boot stack; then threads exist, and the
 * thread "main" reads the options and starts the rest. The last room is the
 * program.
 */

#include "private.h"
#include <pith/bootinfo.h>
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <pith/fpu.h>
#include <pith/lifecycle.h>
#include <pith/log.h>
#include <pith/report.h>
#include <pith/string.h>
#include <xen/sched.h>

#define MAIN_STACK_BYTES (128ul << 10)

ROOM_NEEDS(arch);
ROOM_NEEDS(mm);
ROOM_NEEDS(xen);

/* boot/'s linker script. */
extern const struct room rooms_start[], rooms_end[];

static void start_room(const struct room *room)
{
    int rc = room->init ? room->init() : 0;

    if (!rc)
        return;
    if (!room->optional)
        lifecycle_refuse(1, "%s: cannot start: %s", room->name, errno_name(rc));
    log_warning("%s: not started: %s", room->name, errno_name(rc));
}

/* Events, timers and the console work from here on. */
static void start_events(void)
{
    int rc = evtchn_vcpu_init(0);

    if (!rc)
        rc = timers_start();
    if (rc)
        lifecycle_refuse(1, "kernel: no events from Xen: %s", errno_name(rc));
    throttle_start();
    tty_start();
    profile_start_here();
    smp_start();
    lifecycle_reached(ROOM_LEVEL_THREADS);
}

/* A wrong option is only reported once the console works, but before any room
 * acts on the others. */
static void main_thread(void *arg)
{
    const struct room *room = arg;
    char error[256];
    int rc = options_apply(error, sizeof(error));

    start_events();
    if (rc)
        lifecycle_refuse(2, "%s", error);
    for (; room < rooms_end; room++) {
        start_room(room);
        lifecycle_reached(room->level);
    }
    lifecycle_end(SHUTDOWN_poweroff);
}

void kernel_start(void)
{
    const struct room *room = rooms_start;

    panic_start();
    for (; room < rooms_end; room++) {
        if (strcmp(room->level, ROOM_LEVEL_THREADS) >= 0)
            break;
        start_room(room);
    }
    fault_start();
    if (IS_ENABLED(CONFIG_CHECKS))
        lock_order_start();
    observe_cpu(this_cpu());
    fpu_init();
    if (smp_init() ||
        !thread_start("main", MAIN_STACK_BYTES, main_thread, (void *)room))
        lifecycle_refuse(1, "kernel: no memory for the thread main");
    sched_idle();
}
