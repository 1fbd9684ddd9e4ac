/* SPDX-License-Identifier: BSD-2-Clause */
/* What the heap holds, in the words of other C libraries. */

#include "private.h"
#include <malloc.h>
#include <pith/heap.h>
#include <pith/page.h>
#include <reent.h>
#include <stdio.h>

struct mallinfo mallinfo(void)
{
    struct heap_stats heap;

    heap_get_stats(&heap);
    return (struct mallinfo){
        .arena = heap.pages * PAGE_SIZE,
        .uordblks = heap.used_bytes,
        .fordblks = heap.pages * PAGE_SIZE - heap.used_bytes,
    };
}

void malloc_stats(void)
{
    struct mallinfo info = mallinfo();

    fprintf(stderr, "heap: %zu bytes, %zu in use\n", info.arena, info.uordblks);
}

/* newlib has these two beside the ones above. The heap has nothing to set: 0
 * says that nothing was. */
int mallopt(int parameter, int value);
int mallopt(int parameter, int value)
{
    return 0;
}

void mstats(char *heading);
void mstats(char *heading)
{
    fprintf(stderr, "%s\n", heading);
    malloc_stats();
}

/* 1: some memory went back. */
int malloc_trim(size_t keep)
{
    struct page_stats before, after;

    page_get_stats(&before);
    page_reclaim();
    page_get_stats(&after);
    return after.free_pages > before.free_pages;
}

/* --- what newlib declares --- */

struct mallinfo _mallinfo_r(struct _reent *reent)
{
    return mallinfo();
}

void _malloc_stats_r(struct _reent *reent)
{
    malloc_stats();
}

int _malloc_trim_r(struct _reent *reent, size_t keep)
{
    return malloc_trim(keep);
}
