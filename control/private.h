/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of control/ share. All of it runs in the thread xenwatch. */
#ifndef PITH_CONTROL_PRIVATE_H
#define PITH_CONTROL_PRIVATE_H

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

/* vcpu.c: watches cpu/. 0 or -XEN_E*. */
int vcpu_watch_start(void);

#endif
