/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The saved state of a thread that is not running: callee-saved registers on
 * its stack, the floating-point control words here. arch/.
 * Source: System V ABI, AMD64 supplement, "Registers".
 */
#ifndef PITH_CONTEXT_H
#define PITH_CONTEXT_H

#include <pith/compiler.h>

struct context {
    uint64_t sp;
    uint32_t running; /* some vCPU still uses the stack; sp is not valid */
    uint32_t mxcsr;
    uint16_t x87_control;
};

/* Prepares ctx so that the first switch to it calls entry(arg) on the stack
 * that ends at stack_top (16-byte aligned). entry must not return. */
void context_init(struct context *ctx, void *stack_top,
                  void (*entry)(void *arg), void *arg);

/* Saves the running state in from and continues to, whose running the caller
 * has set; that of from is cleared once its stack is left. Interrupts off.
 * Returns when somebody switches back to from. */
void context_switch(struct context *from, const struct context *to);

/* The frame pointer and return address at which a backtrace of a thread that
 * is not running starts. */
void context_frame(const struct context *ctx, uint64_t *rbp, uint64_t *rip);

#endif
