/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-local storage: errno and the rest of newlib's state live there.
 *
 * One block serves all threads as yet, since only one thread runs the
 * program: the others switch away at their own calls only, and none of them
 * uses newlib's state. pthreads give each thread its own block and base.
 * Source: ELF Handling For Thread-Local Storage, "variant II".
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/thread.h>
#include <string.h>

/* boot/'s linker script: .tdata, the end of .tbss, and their alignment as the
 * value of the last symbol. */
extern char image_tls_start[], image_tdata_end[], image_tls_end[],
    image_tls_align[];

int tls_init(void)
{
    size_t align = MAX((size_t)image_tls_align, sizeof(void *));
    size_t size = ALIGN_UP((size_t)(image_tls_end - image_tls_start), align);
    char *block = heap_alloc_aligned(align, size + sizeof(void *));
    void **base;

    if (!block)
        return -XEN_ENOMEM;
    memset(block, 0, size);
    memcpy(block, image_tls_start, (size_t)(image_tdata_end - image_tls_start));
    /* Variables lie below the base, which points at itself. */
    base = (void **)(block + size);
    *base = base;
    thread_set_tls_base(base);
    return 0;
}
