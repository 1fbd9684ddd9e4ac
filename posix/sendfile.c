/* SPDX-License-Identifier: BSD-2-Clause */
/* From a file to a descriptor, through a buffer. Spec: sendfile(2) of Linux's
 * manual. */

#include "private.h"
#include <errno.h>
#include <pith/heap.h>
#include <sys/sendfile.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)64 << 10)

/* From offset at of in to out: how much, or -1 with errno if nothing. */
static ssize_t copy(int out, int in, off_t at, size_t count, char *buf)
{
    size_t done = 0;
    ssize_t got, put;

    do {
        got = pread(in, buf, MIN(count - done, BUFFER_BYTES), at + (off_t)done);
        if (got <= 0)
            return done ? (ssize_t)done : got;
        put = write(out, buf, (size_t)got);
        if (put < 0)
            return done ? (ssize_t)done : put;
        done += (size_t)put;
    } while (put == got && done < count);
    return (ssize_t)done;
}

ssize_t sendfile(int out, int in, off_t *offset, size_t count)
{
    off_t at = offset ? *offset : lseek(in, 0, SEEK_CUR);
    ssize_t done;
    char *buf;

    if (at < 0) /* nothing that seeks, or a bad descriptor */
        return posix_fail(offset || errno == ESPIPE ? EINVAL : errno);
    buf = heap_alloc(MIN(count, BUFFER_BYTES) + 1);
    if (!buf)
        return posix_fail(ENOMEM);
    done = copy(out, in, at, count, buf);
    heap_free(buf);
    if (done > 0 && offset)
        *offset = at + done;
    else if (done > 0)
        lseek(in, at + done, SEEK_SET);
    return done;
}
