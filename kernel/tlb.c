/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TLB shootdown: what the page tables do not say any more, no vCPU may know
 * from before. One interprocessor call for a whole range. A vCPU that is not
 * online is passed over: it flushes all when it is (smp.c).
 */

#include "private.h"
#include <pith/pagetable.h>
#include <pith/smp.h>

struct range {
    uint64_t vaddr, size;
};

static void flush(void *arg)
{
    const struct range *range = arg;

    tlb_flush_range(range->vaddr, range->size);
}

/* With preemption off: a thread that moved in the middle would flush the vCPU
 * it came from twice, and the one where it is not at all. */
static void shootdown(uint64_t vaddr, uint64_t size)
{
    struct range range = {vaddr, size};

    preempt_disable();
    tlb_flush_range(vaddr, size);
    if (smp_online_count() > 1)
        smp_call_others(flush, &range);
    preempt_enable();
}

void tlb_start(void)
{
    tlb_shootdown = shootdown;
}
