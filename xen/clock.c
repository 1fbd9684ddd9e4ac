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
#include <pith/spinlock.h>
#include <pith/xeninfo.h>

static struct {
    uint64_t last_ns;  /* the latest time given out; only moves by exchange */
    uint64_t ahead_ns; /* of Xen's time, modulo 2^64: 0 until a restore */
    uint64_t boot_ns;
} state;

/* From 1970 to the start of our time, as of this version of Xen's wall clock,
 * odd: of none. lock: who writes it; interrupts off. Readers look at version
 * before and Xen's after. */
static struct {
    struct spinlock lock;
    uint32_t version;
    uint64_t offset_ns;
    const uint32_t *xens; /* its version */
} wall = {.lock = SPINLOCK_INIT, .version = 1};

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

/* Makes vcpu's record in our form, if there is one. An upcall may come at any
 * point and do the same with a later version: then what is mixed here has a
 * version that is not Xen's any more, and is not used. */
static uint64_t __attribute__((noinline)) read_anew(struct evtchn_vcpu *vcpu)
{
    struct vcpu_time_info time;
    uint64_t tsc = read_time_info(&time);

    if (vcpu && time.tsc_shift >= -CLOCK_FACTOR_SHIFT &&
        time.tsc_shift < CLOCK_FACTOR_SHIFT) {
        vcpu->clock.tsc = time.tsc_timestamp;
        vcpu->clock.system_ns = time.system_time;
        /* Xen's is times 2^(32 - shift). */
        vcpu->clock.factor = (uint64_t)time.tsc_to_system_mul
                             << (CLOCK_FACTOR_SHIFT + time.tsc_shift);
        barrier_write(); /* with an upcall of this vCPU */
        vcpu->clock.version = time.version;
    }
    return pvclock_system_ns(&time, tsc);
}

static uint64_t read_system_ns(void)
{
    uint64_t now;

    preempt_disable(); /* the record goes with this vCPU's TSC */
    now = read_anew(this_cpu()->evtchn) + state.ahead_ns;
    preempt_enable();
    return now;
}

/* Records of two vCPUs, or two records of one, may disagree by a few ns: then
 * the latest time given out holds. False: *now is not before that. */
static inline bool advance(uint64_t now, uint64_t *last)
{
    *last = atomic_load(&state.last_ns);
    do {
        if (now <= *last)
            return false;
    } while (!atomic_compare_exchange(&state.last_ns, last, now));
    return true;
}

/* What a clock is read by as long as the record has not changed. It calls
 * nothing, so that it can be part of functions that save no registers. False:
 * read_slowly has to do it. */
static inline bool read_quickly(uint64_t *out)
{
    const struct evtchn_vcpu *vcpu;
    uint64_t ticks, now, last;
    uint32_t version;
    bool valid;

    preempt_disable();
    vcpu = cpu_read(evtchn);
    if (unlikely(!vcpu)) {
        preempt_enable_is_due();
        return false;
    }
    /* As in read_time_info. */
    version = READ_ONCE(vcpu->info.time.version);
    barrier_read();
    ticks = READ_ONCE(vcpu->clock.tsc);
    valid = version == READ_ONCE(vcpu->clock.version);
    ticks = tsc_read_in_order() - ticks;
    now = vcpu->clock.system_ns + state.ahead_ns +
          (uint64_t)((unsigned __int128)ticks * vcpu->clock.factor >>
                     (32 + CLOCK_FACTOR_SHIFT));
    barrier_read();
    valid = valid && version == READ_ONCE(vcpu->info.time.version) &&
            (int64_t)ticks >= 0;
    /* Whoever is due gets the processor in read_slowly. */
    if (unlikely(preempt_enable_is_due() || !valid))
        return false;
    *out = advance(now, &last) ? now : last;
    return true;
}

static uint64_t __attribute__((noinline)) read_slowly(void)
{
    uint64_t now, last;

    preempt_check();
    now = read_system_ns();
    return advance(now, &last) ? now : last;
}

__no_canary uint64_t clock_monotonic_ns(void)
{
    uint64_t now;

    return likely(read_quickly(&now)) ? now : read_slowly();
}

void clock_init(void)
{
    wall.xens = &xen_shared_info()->wc_version;
    state.boot_ns = clock_monotonic_ns();
}

static uint64_t __attribute__((noinline)) read_wall_anew(void)
{
    const struct shared_info *shared = xen_shared_info();
    unsigned long flags = spin_lock_irqsave(&wall.lock);
    uint32_t version, nsec;
    uint64_t sec, offset_ns;

    do {
        version = READ_ONCE(shared->wc_version);
        barrier_read();
        sec = (uint64_t)shared->wc_sec_hi << 32 | shared->wc_sec;
        nsec = shared->wc_nsec;
        barrier_read();
    } while (version & 1 || version != READ_ONCE(shared->wc_version));
    /* Xen's is from the epoch to the start of its own time. */
    offset_ns = sec * NS_PER_SEC + nsec - state.ahead_ns;
    wall.offset_ns = offset_ns;
    barrier_write(); /* with read_wall_ns */
    wall.version = version;
    spin_unlock_irqrestore(&wall.lock, flags);
    return offset_ns;
}

static inline bool read_wall_quickly(uint64_t *out)
{
    uint32_t version = READ_ONCE(*wall.xens);

    barrier_read(); /* with read_wall_anew */
    if (unlikely(version != READ_ONCE(wall.version)))
        return false;
    barrier_read();
    *out = READ_ONCE(wall.offset_ns);
    barrier_read();
    /* Who writes another one has seen another version there. */
    return likely(version == READ_ONCE(*wall.xens));
}

uint64_t clock_realtime_offset_ns(void)
{
    uint64_t offset_ns;

    return read_wall_quickly(&offset_ns) ? offset_ns : read_wall_anew();
}

uint64_t clock_to_xen_ns(uint64_t monotonic_ns)
{
    uint64_t xen_ns = monotonic_ns - state.ahead_ns;

    return (int64_t)xen_ns > 0 ? xen_ns : 1;
}

void clock_renew(uint64_t monotonic_ns)
{
    state.ahead_ns = monotonic_ns - read_anew(NULL);
    wall.version = 1;
}

__no_canary uint64_t clock_realtime_ns(void)
{
    return clock_realtime_offset_ns() + clock_monotonic_ns();
}

static inline int split(uint64_t ns, long out[2])
{
    out[0] = (long)(ns / NS_PER_SEC);
    out[1] = (long)(ns % NS_PER_SEC);
    return 0;
}

static int __attribute__((noinline)) split_slowly(long out[2], bool realtime)
{
    return split(realtime ? clock_realtime_ns() : read_slowly(), out);
}

__no_canary int clock_monotonic_parts(long out[2])
{
    uint64_t now;

    if (unlikely(!read_quickly(&now)))
        return split_slowly(out, false);
    return split(now, out);
}

__no_canary int clock_realtime_parts(long out[2])
{
    uint64_t now, offset_ns;

    if (unlikely(!read_wall_quickly(&offset_ns) || !read_quickly(&now)))
        return split_slowly(out, true);
    return split(now + offset_ns, out);
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
