/* SPDX-License-Identifier: BSD-2-Clause */
/* Splitting the command line into kernel words and arguments, in place. */

#include <pith/cmdline.h>
#include <pith/errno.h>
#include <pith/string.h>
#include <stdbool.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Cuts the next word out of *text, quotes resolved. 1, 0 at the end, or
 * -XEN_EINVAL for a quote that is not closed. */
static int next_word(char **text, char **word)
{
    char *in = *text, *out;
    bool quoted = false;

    while (is_space(*in))
        in++;
    if (!*in)
        return 0;
    *word = out = in;
    for (; *in && (quoted || !is_space(*in)); in++) {
        if (*in == '"') {
            quoted = !quoted;
            continue;
        }
        if (quoted && *in == '\\' && in[1])
            in++;
        *out++ = *in;
    }
    if (quoted)
        return -XEN_EINVAL;
    *text = *in ? in + 1 : in;
    *out = '\0';
    return 1;
}

int cmdline_split(char *text, char **slots, size_t max_slots,
                  struct cmdline *out)
{
    struct cmdline result = {.argc = 1};
    bool kernel_words = true;
    size_t used = 0;
    char *args_at = text, *word;
    int rc;

    if (max_slots < 3)
        return -XEN_E2BIG;
    /* Kernel words fill slots from the front, arguments from the back (in
     * reverse, turned round below): neither count is known beforehand. */
    slots[max_slots - 1] = NULL;
    while ((rc = next_word(&args_at, &word)) > 0) {
        if (kernel_words && strcmp(word, "--") == 0) {
            kernel_words = false;
            continue;
        }
        /* one slot for the word, two for argv[0] and the final NULL */
        if (used + 3 > max_slots)
            return -XEN_E2BIG;
        used++;
        if (kernel_words && strncmp(word, "pith.", 5) == 0)
            slots[result.word_count++] = word + 5;
        else
            slots[max_slots - 1 - (size_t)result.argc++] = word;
    }
    if (rc < 0)
        return rc;
    result.words = slots;
    result.argv = &slots[max_slots - 1 - (size_t)result.argc];
    result.argv[0] = NULL;
    for (int i = 1, j = result.argc - 1; i < j; i++, j--) {
        word = result.argv[i];
        result.argv[i] = result.argv[j];
        result.argv[j] = word;
    }
    *out = result;
    return 0;
}
