/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a system that found a bug of its own. Never for what a peer or a
 * user did: those get an error. lib/ formats; kernel/ registers the handler
 * that prints a backtrace on both consoles and shuts down as crashed.
 */
#ifndef PITH_PANIC_H
#define PITH_PANIC_H

#include <pith/compiler.h>

struct trap_frame;

/* Must not return; frame is NULL unless an exception was the cause. */
typedef void panic_fn(const char *reason, const struct trap_frame *frame);

/* Ends the system with a reason. Any context. */
void panic(const char *fmt, ...) __printf(1, 2) __attribute__((noreturn));
/* The same for a CPU exception; frame is borrowed (pith/vectors.h). */
void panic_trap(const struct trap_frame *frame, const char *fmt, ...)
    __printf(2, 3) __attribute__((noreturn));
/* Registers what panic calls. Before that, panic traps (and faults again). */
void panic_set_handler(panic_fn *handler);

#define ASSERT(cond) \
    do { \
        if (unlikely(!(cond))) \
            panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #cond); \
    } while (0)

#endif
