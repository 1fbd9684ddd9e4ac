/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds and reads the stack of a thread that is not running. */

#include "private.h"
#include <pith/context.h>
#include <pith/corenote.h>
#include <pith/cpu.h>

/* What a thread starts with: the values of the ABI, all exceptions masked. */
#define MXCSR_DEFAULT 0x1f80
#define X87_CONTROL_DEFAULT 0x037f

/* As switch.S pushes it, lowest address first. */
struct saved {
    uint64_t r15, r14, r13, r12, rbx, rbp, rip;
};
_Static_assert(sizeof(struct saved) == 56, "switch.S");
_Static_assert(offsetof(struct context, running) == 8 &&
                   offsetof(struct context, mxcsr) == 12 &&
                   offsetof(struct context, x87_control) == 16,
               "switch.S");

static const struct {
    struct core_note_head head;
    struct core_context body;
} __packed core_note CORE_NOTE = {
    CORE_NOTE_HEAD(CORE_NOTE_CONTEXT, struct core_context),
    {
        .cpu_id = offsetof(struct cpu, id),
        .cpu_thread = offsetof(struct cpu, thread),
        .bytes = sizeof(struct saved),
        .r15 = offsetof(struct saved, r15),
        .r14 = offsetof(struct saved, r14),
        .r13 = offsetof(struct saved, r13),
        .r12 = offsetof(struct saved, r12),
        .rbx = offsetof(struct saved, rbx),
        .rbp = offsetof(struct saved, rbp),
        .rip = offsetof(struct saved, rip),
    },
};

void context_init(struct context *ctx, void *stack_top,
                  void (*entry)(void *arg), void *arg)
{
    struct saved *saved = (struct saved *)stack_top - 1;

    *saved = (struct saved){
        .r12 = (uint64_t)entry,
        .r13 = (uint64_t)arg,
        .rbp = 0, /* ends backtraces */
        .rip = (uint64_t)arch_context_start,
    };
    *ctx = (struct context){.sp = (uint64_t)saved,
                            .mxcsr = MXCSR_DEFAULT,
                            .x87_control = X87_CONTROL_DEFAULT};
}

void context_frame(const struct context *ctx, uint64_t *rbp, uint64_t *rip)
{
    const struct saved *saved = (const struct saved *)ctx->sp;

    *rbp = saved->rbp;
    *rip = saved->rip;
}
