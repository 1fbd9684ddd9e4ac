/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tools/pith-core must know of an image to find the threads in a dump of
 * its memory: notes of the image, type and contents as below. arch/. Source:
 * ELF specification, "Note Section".
 */
#ifndef PITH_CORENOTE_H
#define PITH_CORENOTE_H

#include <pith/compiler.h>

/* A note is one constant: head, then one of the others. */
struct core_note_head {
    uint32_t name_bytes, body_bytes, type;
    char name[8];
} __packed;
#define CORE_NOTE_HEAD(type, body) \
    { \
        5, sizeof(body), type, "Pith" \
    }
#define CORE_NOTE __attribute__((used, aligned(4), section(".pith.note")))

enum { CORE_NOTE_THREADS = 1, CORE_NOTE_CONTEXT, CORE_NOTE_PANIC };

/* kernel/: the list of all threads, offsets in struct thread. */
struct core_threads {
    uint64_t list;
    uint32_t link, context, name, name_bytes;
} __packed;

/* arch/: offsets in struct cpu; what context.sp points at: how much it is, and
 * offsets in it. */
struct core_context {
    uint32_t cpu_id, cpu_thread, bytes;
    uint32_t r15, r14, r13, r12, rbx, rbp, rip;
} __packed;

/* kernel/: address of the uint32_t that holds the number of the vCPU that
 * panicked, plus one; 0 until then. */
struct core_panic {
    uint64_t owner;
} __packed;

#endif
