/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time from Xen's PV clock. xen/. Any context.
 * Source: struct vcpu_time_info and the wall clock fields in xen/xen.h.
 */
#ifndef PITH_CLOCK_H
#define PITH_CLOCK_H

#include <pith/compiler.h>

#define NS_PER_SEC 1000000000ull
#define NS_PER_MS 1000000ull
#define NS_PER_US 1000ull
#define DEADLINE_NEVER UINT64_MAX

/* Xen's system time: nanoseconds, never steps back; it stands still between
 * the save of a domain and its restore. Deadlines use it. */
uint64_t clock_monotonic_ns(void);
/* What Xen itself calls this time, 0 or less as 1: for its timers. */
uint64_t clock_to_xen_ns(uint64_t monotonic_ns);
/* Nanoseconds since 1970 UTC. */
uint64_t clock_realtime_ns(void);
/* Both in seconds and what nanoseconds are left, which 0 comes back from, for
 * who ends with this call. */
int clock_monotonic_parts(long out[2]);
int clock_realtime_parts(long out[2]);
/* The realtime clock at system time 0. */
uint64_t clock_realtime_offset_ns(void);
/* System time when xen/ started, the first moment that can be told. */
uint64_t clock_boot_ns(void);
/* How long so many of this vCPU's TSC ticks are. */
uint64_t clock_ticks_to_ns(uint64_t ticks);

#endif
