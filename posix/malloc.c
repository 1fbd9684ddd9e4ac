/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * malloc and its family over the kernel's heap, under the C names and under
 * those that newlib calls itself.
 */

#include "private.h"
#include <errno.h>
#include <malloc.h>
#include <pith/heap.h>
#include <reent.h>
#include <stdlib.h>

/* heap_alloc_aligned's limit. */
#define ALIGN_LIMIT (1ul << 20)

static void *or_enomem(void *ptr)
{
    if (!ptr)
        errno = ENOMEM;
    return ptr;
}

static bool power_of_two(size_t n)
{
    return n && !(n & (n - 1));
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

void *reallocarray(void *ptr, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return or_enomem(NULL);
    return realloc(ptr, bytes);
}

void free(void *ptr)
{
    heap_free(ptr);
}

void *memalign(size_t align, size_t size)
{
    if (!power_of_two(align)) {
        errno = EINVAL;
        return NULL;
    }
    if (align > ALIGN_LIMIT)
        return or_enomem(NULL);
    return or_enomem(heap_alloc_aligned(align, size));
}

void *aligned_alloc(size_t align, size_t size)
{
    return memalign(align, size);
}

int posix_memalign(void **out, size_t align, size_t size)
{
    void *ptr;

    if (!power_of_two(align) || align % sizeof(void *))
        return EINVAL;
    ptr = align > ALIGN_LIMIT ? NULL : heap_alloc_aligned(align, size);
    if (!ptr)
        return ENOMEM;
    *out = ptr;
    return 0;
}

size_t malloc_usable_size(void *ptr)
{
    return ptr ? heap_usable_bytes(ptr) : 0;
}

/* --- what newlib calls --- */

void *_malloc_r(struct _reent *reent, size_t size)
{
    return malloc(size);
}

void *_calloc_r(struct _reent *reent, size_t count, size_t size)
{
    return calloc(count, size);
}

void *_realloc_r(struct _reent *reent, void *ptr, size_t size)
{
    return realloc(ptr, size);
}

void _free_r(struct _reent *reent, void *ptr)
{
    heap_free(ptr);
}

void *_memalign_r(struct _reent *reent, size_t align, size_t size)
{
    return memalign(align, size);
}
