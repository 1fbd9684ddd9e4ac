/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vCPUs: started at boot, put to sleep and woken at run time, interrupted
 * for each other's sake. kernel/. Source: xen/vcpu.h, xen/hvm/hvm_vcpu.h.
 */
#ifndef PITH_SMP_H
#define PITH_SMP_H

#include <pith/cpu.h>

/* A set of vCPUs. */
struct cpuset {
    uint64_t bits[CPU_MAX / 64];
};

static inline bool cpuset_has(const struct cpuset *set, unsigned cpu)
{
    return set->bits[cpu / 64] >> cpu % 64 & 1;
}

static inline void cpuset_add(struct cpuset *set, unsigned cpu)
{
    set->bits[cpu / 64] |= 1ull << cpu % 64;
}

/* vCPUs that have been started, and how many of them run threads now. They are
 * numbered from 0; vCPU 0 is always online. */
unsigned smp_count(void);
unsigned smp_online_count(void);
bool smp_is_online(unsigned cpu);

/* Takes vCPU cpu (from 1) in or out of service; its threads go elsewhere
 * first, those bound to it alone as well. Thread context; blocks. 0,
 * -XEN_EINVAL for a number that was not started, or Xen's error. */
int smp_set_online(unsigned cpu, bool online);

/* Runs fn(arg) in upcall context on every other online vCPU and returns when
 * all have done so. Interrupts on, preemption may be off; never in an upcall.
 */
void smp_call_others(void (*fn)(void *arg), void *arg);

#endif
