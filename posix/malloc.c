/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * malloc and its family over the kernel's heap, under the C names and under
 * those that newlib calls itself.
 */

#include "mallocs.h"
#include <pith/heap.h>

static void *alloc_aligned(size_t align, size_t size)
{
    return heap_alloc_aligned(align, size);
}

/* C wants every type's alignment, 16, for sizes that could hold it; the heap
 * gives less only below 16 bytes. */
void *malloc(size_t size)
{
    return or_enomem(heap_alloc(size));
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return or_enomem(NULL);
    return or_enomem(heap_zalloc(bytes));
}

void *realloc(void *ptr, size_t size)
{
    return or_enomem(heap_realloc(ptr, size));
}

void free(void *ptr)
{
    heap_free(ptr);
}

size_t malloc_usable_size(void *ptr)
{
    return ptr ? heap_usable_bytes(ptr) : 0;
}
