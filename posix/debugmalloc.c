/* SPDX-License-Identifier: BSD-2-Clause */
/* malloc and its family over the debug heap, in place of malloc.c: the SDK puts
 * this one object before libpith.a, so that nothing takes the other. */

#include "debugheap.h"
#include "mallocs.h"
#include <string.h>

#define ALIGN 16 /* of every type */

static void *alloc_aligned(size_t align, size_t size)
{
    return debugheap_alloc(align < ALIGN ? ALIGN : align, size);
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

size_t malloc_usable_size(void *ptr)
{
    return ptr ? debugheap_bytes(ptr) : 0;
}
