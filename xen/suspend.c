/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Being saved and restored: stops the domain and gives Xen, which may be
 * another one then, all that it has to know of us. Source: xen/sched.h,
 * SHUTDOWN_suspend; xen/memory.h, XENMEM_add_to_physmap.
 *
 * The hypercall page is memory and stays as it was: a domain that is restored
 * on a processor of another vendor does not go on anywhere.
 */
#include "private.h"

#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/hypercall.h>
#include <pith/page.h>
#include <pith/panic.h>
#include <pith/suspend.h>
#include <xen/grant_table.h>
#include <xen/io/console.h>
#include <xen/sched.h>

/* Grants may be made until all threads stand still. */
#define SPARE_FRAMES 1

/* One thread at a time. */
static struct {
    struct grant_entry_v1 *grants;
    uint32_t frames; /* that grants has room for */
    char *unread;    /* on the console */
    size_t unread_bytes;
    uint64_t time_ns;
} copy;

#define CONSOLE_BYTES sizeof(((struct xencons_interface *)NULL)->out)

int xen_suspend_prepare(void)
{
    copy.frames = grants_frame_count() + SPARE_FRAMES;
    copy.grants = heap_alloc(copy.frames * PAGE_SIZE);
    copy.unread = heap_alloc(CONSOLE_BYTES);
    if (copy.grants && copy.unread)
        return 0;
    xen_suspend_finish();
    return -XEN_ENOMEM;
}

void xen_suspend_finish(void)
{
    heap_free(copy.grants);
    heap_free(copy.unread);
    copy.grants = NULL;
    copy.unread = NULL;
}

static int take_copies(void)
{
    if (grants_frame_count() > copy.frames)
        return -XEN_ENOMEM;
    grants_copy(copy.grants);
    copy.unread_bytes = console_unread(copy.unread, CONSOLE_BYTES);
    copy.time_ns = clock_monotonic_ns();
    return 0;
}

/* From the bottom up: the shared info page, events, then what uses them. */
static int renew(void)
{
    int rc = xen_info_renew();

    if (rc)
        return rc;
    evtchn_throttle_forget();
    evtchn_table_forget();
    rc = evtchn_vcpu_renew();
    if (!rc)
        rc = grants_renew(copy.grants);
    if (rc)
        return rc;
    clock_renew(copy.time_ns);
    console_renew(copy.unread, copy.unread_bytes);
    return 0;
}

/* What the hypercall returns does not say it: libxl sets the 1 of a cancelled
 * suspend only where the domain has a callback vector. */
int xen_suspend(void)
{
    struct sched_shutdown op = {.reason = SHUTDOWN_suspend};
    int rc = take_copies();

    if (!rc)
        rc = (int)hypercall_sched_op(SCHEDOP_shutdown, &op);
    if (rc < 0)
        return rc;
    if (evtchn_is_same_domain())
        return 1;
    rc = renew();
    if (rc)
        panic("xen: the restored domain cannot be used: %s", errno_name(rc));
    return 0;
}
