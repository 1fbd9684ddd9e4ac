/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of control/ share. All of it runs in the thread xenwatch. */
#ifndef PITH_CONTROL_PRIVATE_H
#define PITH_CONTROL_PRIVATE_H

/* shutdown.c, sysrq.c: look at control/shutdown and control/sysrq, and do what
 * they ask for. */
void shutdown_check(void);
void sysrq_check(void);

/* vcpu.c: watches cpu/. 0 or -XEN_E*. */
int vcpu_watch_start(void);

#endif
