/* SPDX-License-Identifier: BSD-2-Clause */
/* TLB shootdown: every online vCPU flushes, and nobody is asked in vain. */
/* sources: kernel/tlb.c */
/* flags: -include test/host/fake_spinlock.h */

#include "../../kernel/private.h"
#include "test.h"
#include <pith/pagetable.h>
#include <pith/smp.h>

#define CPUS 4

static unsigned online, calls, running;
static struct {
    uint64_t vaddr, size;
    unsigned count;
} flushed[CPUS];

void (*tlb_shootdown)(uint64_t vaddr, uint64_t size);

void tlb_flush_range(uint64_t vaddr, uint64_t size)
{
    flushed[running].vaddr = vaddr;
    flushed[running].size = size;
    flushed[running].count++;
}

unsigned smp_online_count(void)
{
    return online;
}

void smp_call_others(void (*fn)(void *arg), void *arg)
{
    calls++;
    for (running = 1; running < online; running++)
        fn(arg);
    running = 0;
}

static void shoot(unsigned cpus)
{
    memset(flushed, 0, sizeof(flushed));
    online = cpus;
    calls = 0;
    tlb_start();
    tlb_shootdown(0x5000, 3 * PAGE_SIZE);
}

TEST(tlb_shootdown_reaches_every_online_cpu_once)
{
    shoot(3);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(flushed[i].count, 1);
        CHECK_EQ(flushed[i].vaddr, 0x5000);
        CHECK_EQ(flushed[i].size, 3 * PAGE_SIZE);
    }
    CHECK_EQ(flushed[3].count, 0);
    CHECK_EQ(calls, 1);
}

TEST(tlb_shootdown_with_one_cpu_calls_nobody)
{
    shoot(1);
    CHECK_EQ(flushed[0].count, 1);
    CHECK_EQ(calls, 0);
}
