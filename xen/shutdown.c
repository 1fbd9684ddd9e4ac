/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking Xen to end this domain. Source: xen/sched.h, SCHEDOP_shutdown. */
#include "private.h"

#include <pith/bootinfo.h>
#include <pith/cpu.h>
#include <pith/hypercall.h>
#include <pith/shutdown.h>
#include <xen/sched.h>

void xen_shutdown(unsigned reason)
{
    struct sched_shutdown op = {.reason = reason};

    if (reason == SHUTDOWN_poweroff && (boot_info.flags & SIF_INITDOMAIN))
        poweroff_machine();
    hypercall_sched_op(SCHEDOP_shutdown, &op);
    cpu_stop();
}
