/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-local storage: errno and the rest of newlib's state live there. Each
 * thread has a block of its own, those of the kernel too, since any of them
 * may call what sets errno.
 * Source: ELF Handling For Thread-Local Storage, "variant II".
 */

#include "private.h"
#include <pith/heap.h>
#include <pith/room.h>
#include <pith/thread.h>
#include <reent.h>
#include <string.h>

/* boot/'s linker script: .tdata, the end of .tbss, and their alignment as the
 * distance of the last symbol from the first. */
extern char image_tls_start[], image_tdata_end[], image_tls_end[],
    image_tls_aligned[];

/* What the base points at; variables lie below it. */
struct tcb {
    void *self;
    uint64_t reserved[4];
    uint64_t canary; /* where a program's own -fstack-protector looks */
};
_Static_assert(offsetof(struct tcb, canary) == 0x28, "gcc, x86-64");

static size_t block_align(void)
{
    return MAX((size_t)(image_tls_aligned - image_tls_start),
               _Alignof(struct tcb));
}

static size_t variables_bytes(void)
{
    return ALIGN_UP((size_t)(image_tls_end - image_tls_start), block_align());
}

static void *block_alloc(void)
{
    size_t size = variables_bytes();
    size_t initialised = (size_t)(image_tdata_end - image_tls_start);
    char *block = heap_alloc_aligned(block_align(), size + sizeof(struct tcb));
    struct tcb *tcb;

    if (!block)
        return NULL;
    memcpy(block, image_tls_start, initialised);
    memset(block + initialised, 0, size - initialised + sizeof(*tcb));
    tcb = (struct tcb *)(block + size);
    tcb->self = tcb;
    return tcb;
}

/* Written before there are threads of programs, which thread.c knows. */
static const struct posix_thread_hooks *program_threads;

void posix_set_thread_hooks(const struct posix_thread_hooks *threads)
{
    program_threads = threads;
}

/* What newlib allocated for the running thread: it looks through its own
 * variables, the argument is unused. */
static void thread_ends(void)
{
    if (program_threads)
        program_threads->ends();
    _reclaim_reent(_REENT);
    if (program_threads)
        program_threads->ended();
}

void posix_tls_free(void *base)
{
    heap_free((char *)base - variables_bytes());
}

static void thread_is_gone(void *base)
{
    if (!program_threads || program_threads->gone(base))
        posix_tls_free(base);
}

static const struct thread_tls_hooks hooks = {block_alloc, thread_ends,
                                              thread_is_gone};

static int tls_init(void)
{
    thread_set_tls_hooks(&hooks);
    return 0;
}

/* Before the first thread. */
ROOM("055", tls, tls_init, 0);
