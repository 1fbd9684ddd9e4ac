/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-local storage: errno and the rest of newlib's state live there.
 *
 * One block serves all threads as yet, since only one thread runs the
 * program: the others switch away at their own calls only, and none of them
 * uses newlib's state. pthreads give each thread its own block and base.
 * Source: ELF Handling For Thread-Local Storage, "variant II"; SDM volume 4,
 * IA32_FS_BASE.
 */

#include "private.h"
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <string.h>

#define MSR_FS_BASE 0xC0000100

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
    msr_write(MSR_FS_BASE, (uint64_t)base);
    return 0;
}
