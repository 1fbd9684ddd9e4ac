/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest command line: words that start with "pith." configure the kernel,
 * a word "--" ends them, every other word is an argument of the program.
 * Double quotes group, a backslash inside quotes takes the next character as
 * it is. lib/ splits; kernel/ hands each pith. word to the room that owns the
 * key (pith/option.h).
 */
#ifndef PITH_CMDLINE_H
#define PITH_CMDLINE_H

#include <pith/compiler.h>

/* Results borrow the text that was split. */
struct cmdline {
    char **words; /* kernel words, "pith." removed, as KEY=VALUE */
    int word_count;
    char **argv; /* argv[0] is left NULL for the caller; NULL-terminated */
    int argc;    /* counts argv[0] */
};

/*
 * Splits text in place. slots is an array of max_slots pointers that words and
 * argv are carved from. Returns 0, -XEN_EINVAL for an unclosed quote,
 * -XEN_E2BIG when slots do not suffice. Any context. lib/.
 */
int cmdline_split(char *text, char **slots, size_t max_slots,
                  struct cmdline *out);

#endif
