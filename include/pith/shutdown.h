/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking Xen to end this domain. xen/. Source: xen/sched.h, SHUTDOWN_*. */
#ifndef PITH_SHUTDOWN_H
#define PITH_SHUTDOWN_H

#include <pith/compiler.h>

/* reason: SHUTDOWN_poweroff, SHUTDOWN_reboot or SHUTDOWN_crash. As dom0 this
 * ends the machine. Any context. Runs no hooks: lifecycle_end does. */
void xen_shutdown(unsigned reason) __attribute__((noreturn));

#endif
