/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several pieces as one transfer. They cross a buffer, so that a datagram
 * stays one and a stream does not block for the second piece when it had
 * enough for the first.
 */

#include "vector.h"
#include "private.h"
#include <errno.h>
#include <limits.h>
#include <pith/file.h>
#include <pith/heap.h>
#include <string.h>
#include <unistd.h>

#define AT_POSITION (-1) /* in place of an offset */

long vector_bytes(const struct iovec *iov, int count)
{
    size_t sum = 0;

    if (count < 0 || count > IOV_MAX)
        return -1;
    for (int i = 0; i < count; i++)
        if (__builtin_add_overflow(sum, iov[i].iov_len, &sum) ||
            sum > (size_t)LONG_MAX)
            return -1;
    return (long)sum;
}

/* Copies size bytes between buf and the pieces, whose first from bytes are left
 * out; returns how many there were. */
static size_t copy(const struct iovec *iov, int count, size_t from, char *buf,
                   size_t size, bool gather)
{
    size_t done = 0;

    for (int i = 0; i < count && done < size; i++) {
        size_t skip = MIN(from, iov[i].iov_len);
        size_t part = MIN(size - done, iov[i].iov_len - skip);
        char *piece = (char *)iov[i].iov_base + skip;

        from -= skip;
        if (part)
            memcpy(gather ? buf + done : piece, gather ? piece : buf + done,
                   part);
        done += part;
    }
    return done;
}

size_t vector_gather(void *buf, size_t size, const struct iovec *iov, int count,
                     size_t from)
{
    return copy(iov, count, from, buf, size, true);
}

void vector_scatter(const struct iovec *iov, int count, size_t from,
                    const void *buf, size_t size)
{
    copy(iov, count, from, (char *)(uintptr_t)buf, size, false);
}

/* A stream has given what it had; a file gives as much as it has. */
static bool gives_all(int fd)
{
    struct file *f = fd_get(fd);
    bool all;

    if (!f)
        return false;
    all = f->seekable;
    file_put(f);
    return all;
}

static ssize_t read_pieces(int fd, const struct iovec *iov, int count,
                           off_t offset, char *buf, size_t size)
{
    size_t total = (size_t)vector_bytes(iov, count), done = 0, part;
    bool all = total > size && gives_all(fd);
    ssize_t rc;

    do {
        part = MIN(size, total - done);
        rc = offset == AT_POSITION ? read(fd, buf, part)
                                   : pread(fd, buf, part, offset + (off_t)done);
        if (rc <= 0)
            break;
        vector_scatter(iov, count, done, buf, (size_t)rc);
        done += (size_t)rc;
    } while (all && (size_t)rc == part && done < total);
    return done ? (ssize_t)done : rc;
}

static ssize_t write_pieces(int fd, const struct iovec *iov, int count,
                            off_t offset, char *buf, size_t size)
{
    size_t total = (size_t)vector_bytes(iov, count), done = 0, part;
    ssize_t rc;

    do {
        part = vector_gather(buf, size, iov, count, done);
        rc = offset == AT_POSITION
                 ? write(fd, buf, part)
                 : pwrite(fd, buf, part, offset + (off_t)done);
        if (rc > 0)
            done += (size_t)rc;
    } while (rc > 0 && (size_t)rc == part && done < total);
    return done ? (ssize_t)done : rc;
}

static ssize_t transfer(int fd, const struct iovec *iov, int count,
                        off_t offset, bool out)
{
    long total = vector_bytes(iov, count);
    size_t size = MIN((size_t)total, VECTOR_BUFFER_BYTES);
    ssize_t rc;
    char *buf;

    if (total < 0)
        return posix_fail(EINVAL);
    buf = heap_alloc(MAX(size, 1));
    if (!buf)
        return posix_fail(ENOMEM);
    rc = out ? write_pieces(fd, iov, count, offset, buf, size)
             : read_pieces(fd, iov, count, offset, buf, size);
    heap_free(buf);
    return rc;
}

ssize_t readv(int fd, const struct iovec *iov, int count)
{
    if (count == 1)
        return read(fd, iov->iov_base, iov->iov_len);
    return transfer(fd, iov, count, AT_POSITION, false);
}

ssize_t writev(int fd, const struct iovec *iov, int count)
{
    if (count == 1)
        return write(fd, iov->iov_base, iov->iov_len);
    return transfer(fd, iov, count, AT_POSITION, true);
}

ssize_t preadv(int fd, const struct iovec *iov, int count, off_t offset)
{
    if (offset < 0)
        return posix_fail(EINVAL);
    return transfer(fd, iov, count, offset, false);
}

ssize_t pwritev(int fd, const struct iovec *iov, int count, off_t offset)
{
    if (offset < 0)
        return posix_fail(EINVAL);
    return transfer(fd, iov, count, offset, true);
}
