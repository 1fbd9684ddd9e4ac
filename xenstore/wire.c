/* SPDX-License-Identifier: BSD-2-Clause */
/* The xenstore wire format: see wire.h. */

#include "wire.h"

#include <pith/errno.h>
#include <pith/ringidx.h>
#include <pith/string.h>

_Static_assert(sizeof(struct xsd_sockmsg) == 16, "wire header");
_Static_assert(offsetof(struct xenstore_domain_interface, rsp_cons) ==
                   2 * XENSTORE_RING_SIZE + 8,
               "ring page layout");

static const struct {
    int number;
    const char *name;
} errors[] = {
#define WIRE_ERROR(name) \
    { \
        XEN_##name, #name \
    }
    WIRE_ERROR(EINVAL), WIRE_ERROR(EACCES),  WIRE_ERROR(EEXIST),
    WIRE_ERROR(EISDIR), WIRE_ERROR(ENOENT),  WIRE_ERROR(ENOMEM),
    WIRE_ERROR(ENOSPC), WIRE_ERROR(EIO),     WIRE_ERROR(ENOTEMPTY),
    WIRE_ERROR(ENOSYS), WIRE_ERROR(EROFS),   WIRE_ERROR(EBUSY),
    WIRE_ERROR(EAGAIN), WIRE_ERROR(EISCONN), WIRE_ERROR(E2BIG),
    WIRE_ERROR(EPERM),
#undef WIRE_ERROR
};

int wire_ring_used(uint32_t prod, uint32_t cons)
{
    if (ringidx_overflows(prod, cons, XENSTORE_RING_SIZE))
        return -XEN_EIO;
    return (int)ringidx_ahead(prod, cons);
}

void wire_ring_put(char *ring, uint32_t prod, const void *src, uint32_t bytes)
{
    uint32_t at = MASK_XENSTORE_IDX(prod);
    uint32_t first = MIN(bytes, XENSTORE_RING_SIZE - at);

    memcpy(ring + at, src, first);
    memcpy(ring, (const char *)src + first, bytes - first);
}

void wire_ring_get(const char *ring, uint32_t cons, void *dst, uint32_t bytes)
{
    uint32_t at = MASK_XENSTORE_IDX(cons);
    uint32_t first = MIN(bytes, XENSTORE_RING_SIZE - at);

    memcpy(dst, ring + at, first);
    memcpy((char *)dst + first, ring, bytes - first);
}

static bool path_char_valid(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '@' ||
           c == '/';
}

/* True for non-empty names joined by single slashes. A leading slash is
 * accepted where it makes the path absolute. */
static bool path_part_valid(const char *part, bool may_be_absolute)
{
    char before = may_be_absolute ? 'x' : '/';

    if (!*part)
        return false;
    for (; *part; before = *part++)
        if (!path_char_valid(*part) || (*part == '/' && before == '/'))
            return false;
    return before != '/';
}

int wire_path_length(const char *dir, const char *node)
{
    size_t length = strlen(dir) + (node ? 1 + strlen(node) : 0);
    size_t max = *dir == '/' ? XENSTORE_ABS_PATH_MAX : XENSTORE_REL_PATH_MAX;

    if (length > max)
        return -XEN_E2BIG;
    if (!path_part_valid(dir, true) || (node && !path_part_valid(node, false)))
        return -XEN_EINVAL;
    return (int)length;
}

unsigned wire_path_pieces(const char *dir, const char *node,
                          struct wire_piece *pieces)
{
    const char *last = node ? node : dir;
    unsigned count = 0;

    if (node) {
        pieces[count++] = (struct wire_piece){dir, (uint32_t)strlen(dir)};
        pieces[count++] = (struct wire_piece){"/", 1};
    }
    pieces[count++] = (struct wire_piece){last, (uint32_t)strlen(last) + 1};
    return count;
}

int wire_path_join(const char *dir, const char *node, char *out, size_t size)
{
    int length = wire_path_length(dir, node);
    size_t at;

    if (length < 0)
        return length;
    if ((size_t)length >= size)
        return -XEN_E2BIG;
    at = str_copy(out, dir, size);
    if (node) {
        out[at++] = '/';
        str_copy(out + at, node, size - at);
    }
    return 0;
}

bool wire_perms_valid(const char *perms, size_t bytes)
{
    const char *end = perms + bytes;

    if (!bytes || end[-1])
        return false;
    while (perms < end) {
        if (!*perms || !strchr("nrwb", *perms))
            return false;
        if (!*++perms)
            return false;
        for (; *perms; perms++)
            if (*perms < '0' || *perms > '9')
                return false;
        perms++;
    }
    return true;
}

bool wire_list_valid(const char *list, size_t bytes)
{
    char before = '\0';

    for (size_t i = 0; i < bytes; before = list[i++])
        if (!list[i] && !before)
            return false;
    return before == '\0';
}

int wire_error_number(const char *name, size_t bytes)
{
    size_t length = strnlen(name, bytes);

    for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
        if (strlen(errors[i].name) == length &&
            !memcmp(errors[i].name, name, length))
            return -errors[i].number;
    return -XEN_EIO;
}

int wire_event_split(const char *body, size_t bytes, const char **path,
                     const char **token)
{
    size_t length = strnlen(body, bytes);

    if (!length || length + 1 >= bytes ||
        strnlen(body + length + 1, bytes - length - 1) + length + 2 != bytes)
        return -XEN_EIO;
    *path = body;
    *token = body + length + 1;
    return 0;
}
