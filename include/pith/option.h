/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pith.KEY=VALUE words. The room that owns a key declares it; kernel/ parses
 * all words before any room from level 060 on starts, so nothing starts
 * half-configured. kernel/.
 */
#ifndef PITH_OPTION_H
#define PITH_OPTION_H

#include <pith/compiler.h>

struct option {
    /* The key without "pith."; one "#" in it stands for a decimal number. */
    const char *key;
    /* index: the number, else 0. value is borrowed for ever. Returns 0 or
     * -XEN_EINVAL: then the boot ends with "pith.KEY: bad value \"VALUE\":
     * wants WANTS". Thread "main", before the
     * rooms from level 060 on: must not block. */
    int (*set)(unsigned index, const char *value);
    const char *wants; /* such as "auto, vcpu or callback" */
};

#define OPTION(ident, key_text, set_fn, wants_text) \
    static const struct option option_##ident __used __section( \
        ".pith.options") __aligned(8) = {key_text, set_fn, wants_text}

/* The program's arguments from the command line, argv[0] being the image's
 * name; valid for ever. */
int program_argc(void);
char **program_argv(void);

#endif
