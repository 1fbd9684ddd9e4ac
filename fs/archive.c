/* SPDX-License-Identifier: BSD-2-Clause */
/* What the two archive parsers share: names and errors. Pure. */

#include "private.h"
#include <pith/errno.h>
#include <string.h>

static bool has_dotdot(const char *name, size_t length)
{
    size_t start = 0;

    for (size_t i = 0; i <= length; i++) {
        if (i < length && name[i] != '/')
            continue;
        if (i - start == 2 && name[start] == '.' && name[start + 1] == '.')
            return true;
        start = i + 1;
    }
    return false;
}

const char *archive_set_name(struct archive_entry *out, const char *name,
                             size_t length)
{
    if (!length)
        return "empty name";
    if (name[0] == '/')
        return "absolute name";
    if (has_dotdot(name, length))
        return "name with \"..\"";
    while (length >= 2 && name[0] == '.' && name[1] == '/') {
        name += 2;
        length -= 2;
        while (length && name[0] == '/') {
            name++;
            length--;
        }
    }
    while (length && name[length - 1] == '/')
        length--;
    if (length == 1 && name[0] == '.')
        length = 0;
    if (length >= sizeof(out->name))
        return "name too long";
    memcpy(out->name, name, length);
    out->name[length] = '\0';
    return NULL;
}

int archive_fail(struct archive *a, size_t offset, const char *error)
{
    a->offset = offset;
    a->error = error;
    return -XEN_EINVAL;
}
