/* SPDX-License-Identifier: BSD-2-Clause */
/* From TSC ticks to Xen's system time. Source: struct vcpu_time_info in
 * xen/xen.h. */
#include "private.h"

uint64_t pvclock_system_ns(const struct vcpu_time_info *time, uint64_t tsc)
{
    uint64_t ticks = tsc - time->tsc_timestamp;

    /* Where TSCs differ by a little the record can be ahead of this CPU's. */
    if ((int64_t)ticks < 0)
        return time->system_time;
    if (time->tsc_shift >= 0)
        ticks <<= time->tsc_shift;
    else
        ticks >>= -time->tsc_shift;
    return time->system_time +
           (uint64_t)((unsigned __int128)ticks * time->tsc_to_system_mul >> 32);
}
