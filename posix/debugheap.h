/* SPDX-License-Identifier: BSD-2-Clause */
/* The blocks of the debug heap (debugheap.c) for its malloc (debugmalloc.c). */
#ifndef POSIX_DEBUGHEAP_H
#define POSIX_DEBUGHEAP_H

#include <stddef.h>

/* A block of size bytes, filled with a pattern, aligned to align (a power of
 * two, at most 1 MiB) and ending, as far as that allows, with a page. NULL: out
 * of memory. May block. */
void *debugheap_alloc(size_t align, size_t size);
/* Panics where ptr is not a block of the debug heap or of the kernel's, was
 * freed already, or the bytes around the block were written. May block. */
void debugheap_free(void *ptr);
/* The bytes that were asked for. Panics as debugheap_free. */
size_t debugheap_bytes(void *ptr);

#endif
