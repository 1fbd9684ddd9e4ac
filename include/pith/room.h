/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot as a list: each room that takes part describes itself, the linker
 * gathers the descriptions in order of level, kernel/ runs them. An image
 * holds just the rooms that its program's objects pulled in. kernel/.
 */
#ifndef PITH_ROOM_H
#define PITH_ROOM_H

#include <pith/compiler.h>

struct room {
    const char *level; /* as text, "020" */
    const char *name;
    /* 0, or -XEN_E*: the message "pith: NAME: cannot start: E..." and an
     * orderly end, unless optional. Levels below ROOM_LEVEL_THREADS run on the
     * boot stack and must not block; the others in the thread "main" and may.
     * NULL: nothing to do, the room is only to be there. */
    int (*init)(void);
    int optional;
};

/* Levels are three digits, compared as text: 020 arch, 040 mm, 050 xen,
 * 060 kernel, 070 xenstore, 080 drivers and control, 085 waiting for disks,
 * 090 net, 095 fs, 110 waiting for addresses, 118 what the program's threads
 * need, 120 the program. */
#define ROOM_LEVEL_THREADS "060"

#define ROOM(room_level, ident, init_fn, is_optional) \
    const struct room room_##ident __used __section(".pith.rooms." room_level \
                                                    "." #ident) \
        __aligned(8) = {room_level, #ident, init_fn, is_optional}

/* Makes the linker pull in the object that defines room ident. */
#define ROOM_NEEDS(ident) \
    extern const struct room room_##ident; \
    static const struct room *const room_needs_##ident __used __section( \
        ".pith.needs") = &room_##ident

/* The same for an array of rooms, ended by NULL, that the SDK composes
 * (tools/sdk/drivers_*.c): the drivers that serve a device class come with the
 * class, and the class does not know them. */
#define ROOM_NEEDS_LIST(list) \
    extern const struct room *const list[]; \
    static const struct room *const *const room_needs_##list __used __section( \
        ".pith.needs") = list

#endif
