/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RAM for tests of mm/: an arena from malloc, its page records beside it, and
 * a panic handler that lets a test expect a panic.
 */
#ifndef TEST_MM_ARENA_H
#define TEST_MM_ARENA_H

#include "../../mm/private.h"
#include <pith/heap.h>
#include <pith/panic.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

static char *arena, *arena_memory;
static struct page *arena_records;
static struct ranges arena_ranges;
static jmp_buf arena_panicked;
_Thread_local struct cpu fake_cpu;
bool fake_interrupts = true;
static char arena_reason[256];

static void __attribute__((unused))
arena_on_panic(const char *reason, const struct trap_frame *frame)
{
    snprintf(arena_reason, sizeof(arena_reason), "%s", reason);
    longjmp(arena_panicked, 1);
}

/* Whether statement panics; its reason is in arena_reason. Locks that it took
 * stay taken: end with arena_fini. */
#define PANICS(statement) (setjmp(arena_panicked) ? 1 : ((void)(statement), 0))

/* pages free pages. The allocator starts over. */
static void arena_init(uint64_t pages)
{
    uint64_t block = 1ul << PAGE_MAX_ORDER, first, count;

    arena_memory = malloc((pages + 1) * PAGE_SIZE);
    arena = (char *)ALIGN_UP((uint64_t)arena_memory, PAGE_SIZE);
    first = ALIGN_DOWN((uint64_t)arena >> PAGE_SHIFT, block);
    count = ((uint64_t)arena >> PAGE_SHIFT) + pages - first;
    if (((uint64_t)arena >> PAGE_SHIFT) == first)
        abort(); /* record 0 would be in use: 1 in 262144 */
    arena_records = malloc(count * sizeof(*arena_records));
    panic_set_handler(arena_on_panic);
    arena_ranges.count = 1;
    arena_ranges.list[0].start = (uint64_t)arena;
    arena_ranges.list[0].end = (uint64_t)arena + pages * PAGE_SIZE;
    page_table_init(arena_records, first, count, &arena_ranges);
    slab_init();
    cache_init();
    fake_cpu = (struct cpu){.preempt = PREEMPT_NOT_DUE};
}

/* mm/stack.c needs page tables: kernel/'s tests have it. */
void stacks_reclaim(void)
{
}

static void arena_fini(void)
{
    free(arena_records);
    free(arena_memory);
}

static uint64_t __attribute__((unused)) arena_free_pages(void)
{
    struct page_stats stats;

    page_get_stats(&stats);
    return stats.free_pages;
}

#endif
