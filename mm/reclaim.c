/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When pages run out: what mm/ keeps for quick reuse goes back to the page
 * allocator, before anybody is told that there is no memory.
 */

#include "private.h"
#include <pith/cpu.h>
#include <pith/preempt.h>

bool reclaim_may_wait(void)
{
    return irq_enabled() && !cpu_read(upcall_depth) &&
           !(cpu_read(preempt) & ~PREEMPT_NOT_DUE);
}

void page_reclaim(void)
{
    cache_reclaim();
    stacks_reclaim();
}
