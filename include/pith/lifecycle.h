/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The orderly end of the system. kernel/. Rooms hook in; posix/ (exit) and
 * control/ (the toolstack's wishes) start it.
 */
#ifndef PITH_LIFECYCLE_H
#define PITH_LIFECYCLE_H

#include <pith/compiler.h>
#include <stdbool.h>
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

/*
 * What a room does when the domain is saved, and restored or not. suspend is
 * called from the highest level down, resume from the lowest up; thread
 * context, in one and the same thread. Each may be NULL.
 */
struct suspend_hook {
    const char *level, *name;
    /* Comes to rest, holding what locks it takes: after it, the room sends no
     * event and grants nothing. Must not fail. */
    void (*suspend)(void);
    /* In a restored domain: forgets what belonged to the old one, such as
     * ports. Nothing else runs, nobody holds a spin lock; interrupts are off,
     * must neither block, wake nor allocate. */
    void (*renew)(void);
    /* Goes on. renewed: renew has run. */
    void (*resume)(bool renewed);
};

#define SUSPEND_HOOK(hook_level, ident, suspend_fn, renew_fn, resume_fn) \
    static const struct suspend_hook suspend_##ident __used __section( \
        ".pith.suspend." hook_level "." #ident) \
        __aligned(8) = {hook_level, #ident, suspend_fn, renew_fn, resume_fn}

/*
 * Has the domain suspended, so that the toolstack can save it. agree is called
 * once it is sure to work out: if it says no (not 0), or if there is no memory,
 * nothing has happened, and its error is returned. Else 1 when the domain goes
 * on as it was, and 0 when it is a restored one. In one thread at a time, which
 * has normal priority and no affinity; blocks.
 */
int lifecycle_suspend(int (*agree)(void *arg), void *arg);

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
