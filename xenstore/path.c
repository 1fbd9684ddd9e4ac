/* SPDX-License-Identifier: BSD-2-Clause */
/* Names and paths of devices. Pure: runs in host tests. */

#include "bus.h"

#include <pith/errno.h>
#include <pith/format.h>
#include <pith/string.h>

int bus_id_parse(const char *name, unsigned *id)
{
    uint64_t value;

    /* One device must not be found under two names. */
    if ((name[0] == '0' && name[1]) || xs_parse_u64(name, UINT32_MAX, &value))
        return -XEN_EINVAL;
    *id = (unsigned)value;
    return 0;
}

/* If path starts with prefix and a slash or its end, what follows the prefix;
 * else NULL. */
static const char *path_after(const char *path, const char *prefix)
{
    size_t length = strlen(prefix);

    if (strncmp(path, prefix, length) || (path[length] && path[length] != '/'))
        return NULL;
    return path + length;
}

enum bus_event bus_event_parse(const char *type, const char *path, unsigned *id)
{
    char name[16];
    const char *rest = path_after(path, "device"), *end;

    if (!rest)
        return BUS_EVENT_OTHER;
    if (!*rest)
        return BUS_EVENT_TYPE; /* device itself: removed with all in it */
    rest = path_after(rest + 1, type);
    if (!rest)
        return BUS_EVENT_OTHER;
    if (!*rest)
        return BUS_EVENT_TYPE;
    end = strchr(++rest, '/');
    if (!end)
        end = rest + strlen(rest);
    if ((size_t)(end - rest) >= sizeof(name))
        return BUS_EVENT_OTHER;
    str_copy(name, rest, (size_t)(end - rest) + 1);
    if (bus_id_parse(name, id))
        return BUS_EVENT_OTHER;
    return *end ? BUS_EVENT_BELOW : BUS_EVENT_DEVICE;
}

bool bus_peer_path_valid(const char *path, unsigned domid)
{
    char prefix[48];
    const char *rest;

    format(prefix, sizeof(prefix), "/local/domain/%u/backend", domid);
    rest = path_after(path, prefix);
    return rest && rest[0] && rest[1];
}
