/* SPDX-License-Identifier: BSD-2-Clause */
/* Brings up xen/ on the boot vCPU, as far as options need not be known. */
#include "private.h"

#include <pith/balloon.h>
#include <pith/bootinfo.h>
#include <pith/console.h>
#include <pith/hypercall.h>
#include <pith/log.h>
#include <pith/room.h>
#include <pith/spinlock.h>
#include <xen/memory.h>
#include <xen/sched.h>

/* For the console, xenstore and the like: 17 were seen. */
#define SPECIAL_PAGES 64

/* Lets another vCPU have the processor: the one that holds a lock, say. */
static void yield(void)
{
    hypercall_sched_op(SCHEDOP_yield, NULL);
}

/* A domain with pages on demand has fewer than its memory map says. Those that
 * Xen made for itself count, too. */
static uint64_t shortage(void)
{
    struct xen_memory_domain self = {.domid = DOMID_SELF};
    long pages = hypercall_memory_op(XENMEM_current_reservation, &self);
    uint64_t ram = balloon_ram_pages();

    return pages < 0 || (uint64_t)pages >= ram
               ? 0
               : ram - (uint64_t)pages + SPECIAL_PAGES;
}

static int xen_init(void)
{
    int rc;

    log_set_sink(emergency_write);
    spin_yield = yield;
    balloon_set_shortage(shortage);
    physmap_init();
    rc = xen_info_init();
    if (rc)
        return rc;
    rc = evtchn_table_init();
    if (rc)
        return rc;
    clock_init();
    if (console_init())
        log_info("xen: no console ring, the emergency console serves");
    if (boot_info.flags & SIF_INITDOMAIN)
        poweroff_init();
    return 0;
}

ROOM("050", xen, xen_init, 0);
