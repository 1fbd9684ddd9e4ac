/* SPDX-License-Identifier: BSD-2-Clause */
/* What fs/ and posix/ need of mm/, kernel/ and xen/ in a host test: memory
 * from malloc with a limit, locks that must not be taken twice, a clock. */
#ifndef FS_FAKE_KERNEL_H
#define FS_FAKE_KERNEL_H

#include <assert.h>
#include <pith/heap.h>
#include <pith/mutex.h>
#include <pith/page.h>
#include <stdlib.h>
#include <string.h>

/* Allocations that still succeed. */
static long fake_memory = 1000000;
static long fake_live; /* allocations not yet freed */

static bool fake_take(void)
{
    if (fake_memory <= 0)
        return false;
    fake_memory--;
    fake_live++;
    return true;
}

void *heap_alloc(size_t size)
{
    return fake_take() ? malloc(size ? size : 1) : NULL;
}

void *heap_zalloc(size_t size)
{
    return fake_take() ? calloc(1, size ? size : 1) : NULL;
}

void *heap_realloc(void *ptr, size_t size)
{
    if (fake_memory <= 0)
        return NULL;
    fake_memory--;
    fake_live += !ptr;
    return realloc(ptr, size ? size : 1);
}

void heap_free(void *ptr)
{
    fake_live -= ptr != NULL;
    free(ptr);
}

void *page_alloc_zeroed(unsigned order)
{
    return fake_take() ? calloc(1, PAGE_SIZE << order) : NULL;
}

void page_free(void *pages, unsigned order)
{
    fake_live--;
    free(pages);
}

void page_get_stats(struct page_stats *out)
{
    out->total_pages = out->free_pages = (uint64_t)fake_memory;
}

void mutex_init(struct mutex *m)
{
    *m = (struct mutex)MUTEX_INIT(*m);
}

void mutex_lock(struct mutex *m)
{
    assert(!m->state);
    m->state = 1;
}

void mutex_unlock(struct mutex *m)
{
    assert(m->state);
    m->state = 0;
}

uint64_t clock_realtime_ns(void)
{
    static uint64_t now;

    return ++now;
}

#endif
