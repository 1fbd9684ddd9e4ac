/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cleans paths. ".." takes the name before it away as text: there are no
 * symbolic links that could make that wrong, and no lookup is spent on it.
 */

#include "private.h"
#include <pith/errno.h>
#include <string.h>

/* Cuts the last "/name" off out, which is length bytes long. */
static size_t drop_last(const char *out, size_t length)
{
    while (length && out[length - 1] != '/')
        length--;
    return length ? length - 1 : 0;
}

int path_clean(const char *path, char out[VFS_PATH_MAX], bool *out_slash)
{
    size_t length = 0, name;
    bool slash = false;

    if (!*path)
        return -XEN_ENOENT;
    if (*path != '/')
        return -XEN_EINVAL;
    while (*path) {
        path += strspn(path, "/");
        name = strcspn(path, "/");
        slash = name == 0 || (name <= 2 && !memcmp(path, "..", name));
        if (name == 2 && slash) {
            length = drop_last(out, length);
        } else if (!slash) {
            if (name > FS_NAME_MAX || length + 1 + name >= VFS_PATH_MAX)
                return -XEN_ENAMETOOLONG;
            out[length++] = '/';
            memcpy(out + length, path, name);
            length += name;
        }
        path += name;
    }
    if (!length)
        out[length++] = '/';
    out[length] = '\0';
    if (out_slash)
        *out_slash = slash;
    return 0;
}
