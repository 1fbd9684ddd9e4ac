/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap: size classes up to 2048 bytes on single pages, whole pages above.
 * The same allocator serves the kernel and the program's malloc. mm/.
 * Not in upcalls. Never blocks. Out of memory is NULL, always.
 *
 * Each vCPU keeps a few free objects of each class (32, and 4 KiB, at most),
 * wherever they were allocated, so that it seldom takes a lock. They go back
 * when memory is short.
 */
#ifndef PITH_HEAP_H
#define PITH_HEAP_H

#include <pith/compiler.h>

/* size_bytes of memory aligned to 16; size 0 gives a unique pointer. More than
 * 1 GiB at once is out of memory. */
void *heap_alloc(size_t size_bytes);
void *heap_zalloc(size_t size_bytes);
/* align is a power of two, at most 1 MiB. */
void *heap_alloc_aligned(size_t align, size_t size_bytes);
/* As C's realloc, except that size 0 behaves as 1. */
void *heap_realloc(void *ptr, size_t size_bytes);
/* NULL is ignored. A pointer that is not the heap's, or freed already, is a
 * panic that names it. */
void heap_free(void *ptr);
/* Bytes usable at ptr. */
size_t heap_usable_bytes(const void *ptr);

/* Empties the cache of the vCPU that it runs on: for one that goes out of
 * service, while nobody can reach it. */
void heap_flush_cpu(void);
/* How to run fn(arg) in an upcall on every other vCPU and wait until they have:
 * kernel/'s smp_call_others. Without it memory in other vCPUs' caches stays
 * there. Once. */
void heap_set_call_others(void (*call)(void (*fn)(void *arg), void *arg));

/* Exact while nobody allocates or frees, near otherwise. */
struct heap_stats {
    uint64_t pages;       /* taken from the page allocator */
    uint64_t used_bytes;  /* in live allocations, rounded to their class */
    uint64_t allocations; /* live */
};
void heap_get_stats(struct heap_stats *out);

#endif
