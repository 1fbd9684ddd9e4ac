/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The orderly end of the system. kernel/. Rooms hook in; posix/ (exit) and
 * control/ (the toolstack's wishes) start it.
 */
#ifndef PITH_LIFECYCLE_H
#define PITH_LIFECYCLE_H

#include <pith/compiler.h>
#include <xen/sched.h> /* SHUTDOWN_* */

/* Called once, from the highest level down (posix "100" flushes files before
 * drivers "080" close), from the highest level that was started. Thread
 * context; may block, but not for ever: 5 s is the custom. */
struct lifecycle_hook {
    const char *level; /* as in pith/room.h */
    const char *name;
    void (*closing)(void);
};

#define LIFECYCLE_HOOK(hook_level, ident, closing_fn) \
    static const struct lifecycle_hook hook_##ident __used __section( \
        ".pith.hooks." hook_level "." #ident) \
        __aligned(8) = {hook_level, #ident, closing_fn}

/* Runs the hooks, waits until the console has taken what was written (a second
 * without progress at most) and ends with SHUTDOWN_* reason. First caller wins,
 * later ones block for ever. Thread context. */
void lifecycle_end(unsigned reason) __attribute__((noreturn));

/* Somebody outside wishes the end, with SHUTDOWN_* reason: by way of the
 * program's own end, if there is a program, else by lifecycle_end. Returns at
 * once; further calls do nothing. Thread context. */
void lifecycle_ask(unsigned reason);

/* How the program is ended then: asked runs in a thread of its own, may block,
 * and must end the system. posix/'s, once; before that there is no program. */
void lifecycle_set_program(void (*asked)(unsigned reason));

#endif
