/* SPDX-License-Identifier: BSD-2-Clause */
/* What holds for a file: pathconf; and confstr. */

#include "private.h"
#include <errno.h>
#include <limits.h>
#include <pith/page.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_BUF_BYTES 4096

static long value_of(int name)
{
    switch (name) {
    case _PC_LINK_MAX:
        return 32767;
    case _PC_MAX_CANON:
    case _PC_MAX_INPUT:
        return 255;
    case _PC_NAME_MAX:
        return NAME_MAX;
    case _PC_PATH_MAX:
        return 1024;
    case _PC_SYMLINK_MAX:
        return 1023;
    case _PC_PIPE_BUF:
        return PIPE_BUF_BYTES;
    case _PC_FILESIZEBITS:
        return 42;
    case _PC_ALLOC_SIZE_MIN:
    case _PC_REC_INCR_XFER_SIZE:
    case _PC_REC_MIN_XFER_SIZE:
    case _PC_REC_XFER_ALIGN:
        return PAGE_SIZE;
    case _PC_CHOWN_RESTRICTED:
    case _PC_NO_TRUNC:
    case _PC_SYNC_IO:
    case _PC_2_SYMLINKS:
    case _PC_TIMESTAMP_RESOLUTION:
        return 1;
    case _PC_VDISABLE:
        return 0;
    case _PC_ASYNC_IO:
    case _PC_PRIO_IO:
    case _PC_REC_MAX_XFER_SIZE:
        return -1;
    default:
        return posix_fail(EINVAL);
    }
}

long pathconf(const char *path, int name)
{
    struct stat st;

    return stat(path, &st) ? -1 : value_of(name);
}

long fpathconf(int fd, int name)
{
    struct stat st;

    return fstat(fd, &st) ? -1 : value_of(name);
}

/* newlib has no names for it, so it knows none. */
size_t confstr(int name, char *out, size_t size)
{
    errno = EINVAL;
    return 0;
}
