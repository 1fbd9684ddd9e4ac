/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Being saved, and restored or not: brings the rooms to rest, stops the vCPUs,
 * has xen/ stop the domain, and takes it all back.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/lifecycle.h>
#include <pith/panic.h>
#include <pith/random.h>
#include <pith/suspend.h>
#include <pith/tty.h>

/* boot/'s linker script: in order of level. */
extern const struct suspend_hook suspend_hooks_start[], suspend_hooks_end[];

static void come_to_rest(void)
{
    const struct suspend_hook *hook = suspend_hooks_end;

    while (hook-- > suspend_hooks_start)
        if (hook->suspend)
            hook->suspend();
}

static void go_on(bool renewed)
{
    for (const struct suspend_hook *hook = suspend_hooks_start;
         hook < suspend_hooks_end; hook++)
        if (hook->resume)
            hook->resume(renewed);
}

static int suspend_here(void *arg)
{
    return xen_suspend();
}

/* On each vCPU of a restored domain, vCPU 0 first. */
static void renew_vcpu(void)
{
    unsigned id = cpu_read(id);
    int rc = id ? evtchn_vcpu_renew() : 0;

    if (!rc)
        rc = timers_renew();
    if (!rc)
        rc = smp_renew();
    if (rc)
        panic("restored: no events on vCPU %u: %s", id, errno_name(rc));
    for (const struct suspend_hook *hook = suspend_hooks_start;
         !id && hook < suspend_hooks_end; hook++)
        if (hook->renew)
            hook->renew();
}

int lifecycle_suspend(int (*agree)(void *arg), void *arg)
{
    int rc = lifecycle_is_ending() ? -XEN_EBUSY : xen_suspend_prepare();

    if (rc)
        return rc;
    rc = agree(arg);
    if (rc)
        goto out;
    tty_drain(); /* not needed, but what is in the old ring costs a copy */
    come_to_rest();
    rc = stop_machine(suspend_here, NULL, renew_vcpu);
    go_on(rc == 0);
out:
    xen_suspend_finish();
    return rc;
}
