/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What malloc.c and debugmalloc.c, of which an image has one, do alike over
 * their own malloc, calloc, realloc and free. Included by nothing else.
 */

#include "private.h"
#include <errno.h>
#include <malloc.h>
#include <reent.h>
#include <stdlib.h>

/* What the heap below can align to. */
#define ALIGN_LIMIT (1ul << 20)

/* The heap's: align is a power of two up to ALIGN_LIMIT. NULL: no memory. */
static void *alloc_aligned(size_t align, size_t size);

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

void *reallocarray(void *ptr, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return or_enomem(NULL);
    return realloc(ptr, bytes);
}

void *memalign(size_t align, size_t size)
{
    if (!power_of_two(align)) {
        errno = EINVAL;
        return NULL;
    }
    if (align > ALIGN_LIMIT)
        return or_enomem(NULL);
    return or_enomem(alloc_aligned(align, size));
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
    ptr = align > ALIGN_LIMIT ? NULL : alloc_aligned(align, size);
    if (!ptr)
        return ENOMEM;
    *out = ptr;
    return 0;
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
    free(ptr);
}

void *_memalign_r(struct _reent *reent, size_t align, size_t size)
{
    return memalign(align, size);
}
