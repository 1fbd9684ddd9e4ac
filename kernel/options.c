/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line: options to the rooms that own them, arguments to the
 * program; and the two options of kernel/ itself. */

#include "private.h"
#include <pith/bootinfo.h>
#include <pith/cmdline.h>
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <pith/format.h>
#include <pith/heap.h>
#include <pith/log.h>
#include <pith/string.h>

/* boot/'s linker script. */
extern const struct option options_start[], options_end[];

/* argv[0]. Xen does not tell the image's name; the SDK may link a stronger
 * definition. */
char kernel_program_name[] __attribute__((weak)) = "pith";

static struct cmdline cmdline;

static int set_loglevel(unsigned index, const char *value)
{
    static const char *const names[] = {[LOG_ERROR] = "error",
                                        [LOG_WARNING] = "warning",
                                        [LOG_INFO] = "info",
                                        [LOG_DEBUG] = "debug"};

    for (unsigned level = 0; level < ARRAY_SIZE(names); level++)
        if (strcmp(value, names[level]) == 0) {
            log_set_level(level);
            return 0;
        }
    return -XEN_EINVAL;
}

static int set_upcall(unsigned index, const char *value)
{
    return evtchn_set_upcall_mode(value);
}

OPTION(loglevel, "loglevel", set_loglevel, "error, warning, info or debug");
static int set_evtchn(unsigned index, const char *value)
{
    return evtchn_set_abi(value);
}

OPTION(upcall, "upcall", set_upcall, "auto, vcpu or callback");
OPTION(evtchn, "evtchn", set_evtchn, "auto, fifo or 2level");

/* Splits a copy of the text. One slot more for each blank suffices: every word
 * but the first follows one. */
static int split(char *error, size_t size)
{
    size_t length = strlen(boot_info.cmdline), slots = 4;
    char *text = heap_alloc(length + 1), **slot;
    int rc;

    for (size_t i = 0; i < length; i++)
        slots += boot_info.cmdline[i] <= ' ';
    slot = heap_alloc(slots * sizeof(*slot));
    if (!text || !slot) {
        format(error, size, "command line: out of memory");
        return -XEN_ENOMEM;
    }
    memcpy(text, boot_info.cmdline, length + 1);
    rc = cmdline_split(text, slot, slots, &cmdline);
    if (rc)
        format(error, size, "command line: a quote is not closed");
    return rc;
}

int options_apply(char *error, size_t size)
{
    int rc = split(error, size);

    if (rc)
        return rc;
    cmdline.argv[0] = kernel_program_name;
    for (int i = 0; i < cmdline.word_count; i++) {
        char *word = cmdline.words[i];

        rc = option_apply_word(options_start, options_end, word, error, size);
        if (rc == -XEN_ENOENT)
            log_info("kernel: pith.%s: nothing in this image uses it", word);
        else if (rc)
            return rc;
    }
    return 0;
}

int program_argc(void)
{
    return cmdline.argc;
}

char **program_argv(void)
{
    return cmdline.argv;
}
