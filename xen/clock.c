/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Monotonic time from this vCPU's time record and its TSC; wall-clock time
 * from the shared info page. Source: xen/xen.h.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/clock.h>
#include <pith/cpu.h>
#include <pith/preempt.h>
#include <pith/xeninfo.h>

static struct {
    uint64_t last_ns; /* the latest time given out; only moves by exchange */
    uint64_t boot_ns;
    uint64_t ahead_ns; /* of Xen's time, modulo 2^64: 0 until a restore */
} state;

/* LFENCE keeps RDTSC from running before the loads that precede it. */
static uint64_t tsc_read_in_order(void)
{
    __asm__ volatile("lfence" : : : "memory");
    return tsc_read();
}

/* Copies Xen's record of this vCPU's time; returns the TSC as of then. */
static uint64_t read_time_info(struct vcpu_time_info *time)
{
    const struct vcpu_time_info *shared = &vcpu_info_this()->time;
    uint64_t tsc;

    /* Xen makes version odd, writes, and makes it even again, on the
     * processor that runs this vCPU: the two barriers are with those. */
    do {
        time->version = READ_ONCE(shared->version);
        barrier_read();
        time->tsc_timestamp = shared->tsc_timestamp;
        time->system_time = shared->system_time;
        time->tsc_to_system_mul = shared->tsc_to_system_mul;
        time->tsc_shift = shared->tsc_shift;
        tsc = tsc_read_in_order();
        barrier_read();
    } while (time->version & 1 || time->version != READ_ONCE(shared->version));
    return tsc;
}

static uint64_t read_system_ns(void)
{
    struct vcpu_time_info time;
    uint64_t tsc = read_time_info(&time);

    return pvclock_system_ns(&time, tsc);
}

void clock_init(void)
{
    state.boot_ns = clock_monotonic_ns();
}

/* Records of two vCPUs, or two records of one, may disagree by a few ns. */
__no_canary uint64_t clock_monotonic_ns(void)
{
    uint64_t now, last;

    /* The record goes with this vCPU's TSC. */
    preempt_disable();
    now = read_system_ns() + state.ahead_ns;
    preempt_enable();
    last = atomic_load(&state.last_ns);
    do {
        if (now <= last)
            return last;
    } while (!atomic_compare_exchange(&state.last_ns, &last, now));
    return now;
}

uint64_t clock_realtime_offset_ns(void)
{
    const struct shared_info *shared = xen_shared_info();
    uint32_t version, nsec;
    uint64_t sec;

    do {
        version = READ_ONCE(shared->wc_version);
        barrier_read();
        sec = (uint64_t)shared->wc_sec_hi << 32 | shared->wc_sec;
        nsec = shared->wc_nsec;
        barrier_read();
    } while (version & 1 || version != READ_ONCE(shared->wc_version));
    /* That is from the epoch to the start of Xen's time. */
    return sec * NS_PER_SEC + nsec - state.ahead_ns;
}

uint64_t clock_to_xen_ns(uint64_t monotonic_ns)
{
    uint64_t xen_ns = monotonic_ns - state.ahead_ns;

    return (int64_t)xen_ns > 0 ? xen_ns : 1;
}

void clock_renew(uint64_t monotonic_ns)
{
    state.ahead_ns = monotonic_ns - read_system_ns();
}

uint64_t clock_realtime_ns(void)
{
    return clock_realtime_offset_ns() + clock_monotonic_ns();
}

uint64_t clock_ticks_to_ns(uint64_t ticks)
{
    struct vcpu_time_info time;

    read_time_info(&time);
    time.system_time = 0;
    return pvclock_system_ns(&time, time.tsc_timestamp + ticks);
}

uint64_t clock_boot_ns(void)
{
    return state.boot_ns;
}
