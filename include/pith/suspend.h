/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a domain needs of xen/ to be saved and restored, here or on another
 * host: all that Xen keeps for it is new then, the memory and the vCPUs'
 * registers alone are as they were. kernel/ calls these; who wants a guest to
 * be suspended calls lifecycle_suspend. xen/. Source: xen/sched.h,
 * SHUTDOWN_suspend.
 */
#ifndef PITH_SUSPEND_H
#define PITH_SUSPEND_H

#include <pith/compiler.h>

/* Takes the memory that xen_suspend needs. 0 or -XEN_ENOMEM. Thread context. */
int xen_suspend_prepare(void);
/* Gives it back. */
void xen_suspend_finish(void);

/*
 * Stands still until the toolstack lets the domain go on. 1: nothing has
 * changed, the save was cancelled, or was a copy. 0: in another domain; shared
 * info, grant table, clock, console and this vCPU's events work, all other
 * ports are gone without a trace (none may be closed or notified any more), and
 * each grant is to nobody. Less than 0: refused, nothing has happened.
 * On vCPU 0, interrupts off, all others wait with theirs off and hold no spin
 * lock.
 */
int xen_suspend(void);

/* After that, on each other vCPU, interrupts off. 0 or -XEN_E*. */
int evtchn_vcpu_renew(void);

#endif
