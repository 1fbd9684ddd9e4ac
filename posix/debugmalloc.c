/* SPDX-License-Identifier: BSD-2-Clause */
/* malloc and its family over the debug heap, in place of malloc.c: the SDK puts
 * this one object before libpith.a, so that nothing takes the other. */

#include "debugheap.h"
#include "private.h"
#include <errno.h>
#include <malloc.h>
#include <reent.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN 16 /* of every type */
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

static size_t at_least(size_t align)
{
    return align < ALIGN ? ALIGN : align;
}

void *malloc(size_t size)
{
    return or_enomem(debugheap_alloc(ALIGN, size));
}

void *calloc(size_t count, size_t size)
{
    size_t bytes;
    void *ptr;

    if (__builtin_mul_overflow(count, size, &bytes))
        return or_enomem(NULL);
    ptr = debugheap_alloc(ALIGN, bytes);
    if (ptr)
        memset(ptr, 0, bytes);
    return or_enomem(ptr);
}

void free(void *ptr)
{
    if (ptr)
        debugheap_free(ptr);
}

/* Always another block: who keeps the old pointer is found out. */
void *realloc(void *ptr, size_t size)
{
    size_t old;
    void *moved;

    if (!ptr)
        return malloc(size);
    old = debugheap_bytes(ptr);
    moved = malloc(size);
    if (!moved)
        return NULL;
    memcpy(moved, ptr, old < size ? old : size);
    debugheap_free(ptr);
    return moved;
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
    return or_enomem(debugheap_alloc(at_least(align), size));
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
    ptr = align > ALIGN_LIMIT ? NULL : debugheap_alloc(at_least(align), size);
    if (!ptr)
        return ENOMEM;
    *out = ptr;
    return 0;
}

size_t malloc_usable_size(void *ptr)
{
    return ptr ? debugheap_bytes(ptr) : 0;
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
