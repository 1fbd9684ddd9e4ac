/* SPDX-License-Identifier: BSD-2-Clause */
/* Matching pith. words with the options of the rooms; pure, see the host test.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/format.h>
#include <pith/string.h>

/* Every key that some room of Pith owns, so that a command line is good for
 * all images: one whose room is not linked is told from a mistake. */
static const char *const known_keys[] = {
    "net#.ip",  "net#.gw", "net#.dns", "net#.ip6", "net#.mtu",
    "ip",       "gw",      "dns",      "ip6",      "mtu",
    "hostname", "env",     "loglevel", "upcall",   "on_failure",
    "trace",    "profile", "evtchn",   "grace",    "watchdog",
};

/* Compares key with pattern, whose # takes a number of at most three digits. */
static bool key_matches(const char *pattern, const char *key, unsigned *index)
{
    unsigned number = 0;

    for (; *pattern; pattern++) {
        unsigned digits = 0;

        if (*pattern != '#') {
            if (*pattern != *key++)
                return false;
            continue;
        }
        for (; *key >= '0' && *key <= '9'; key++, digits++)
            number = number * 10 + (unsigned)(*key - '0');
        if (digits < 1 || digits > 3)
            return false;
    }
    if (*key)
        return false;
    *index = number;
    return true;
}

static bool is_known(const char *key)
{
    unsigned index;

    for (size_t i = 0; i < ARRAY_SIZE(known_keys); i++)
        if (key_matches(known_keys[i], key, &index))
            return true;
    return false;
}

int option_apply_word(const struct option *first, const struct option *end,
                      char *word, char *error, size_t size)
{
    char *value = strchr(word, '=');
    const struct option *option;
    unsigned index = 0;

    if (value)
        *value++ = '\0';
    for (option = first; option < end; option++)
        if (key_matches(option->key, word, &index))
            break;
    if (option == end) {
        if (is_known(word))
            return -XEN_ENOENT;
        format(error, size, "unknown option \"pith.%s\"", word);
        return -XEN_EINVAL;
    }
    if (value && option->set(index, value) == 0)
        return 0;
    format(error, size, "pith.%s: bad value \"%s\": wants %s", word,
           value ? value : "", option->wants);
    return -XEN_EINVAL;
}
