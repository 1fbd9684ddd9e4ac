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
#include <pith/heap.h>
#include <string.h>
#include <unistd.h>

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

size_t vector_gather(void *buf, size_t size, const struct iovec *iov, int count,
                     size_t from)
{
    size_t done = 0, part;

    for (int i = 0; i < count && done < size; from -= part, i++) {
        part = MIN(from, iov[i].iov_len);
        if (part < iov[i].iov_len) {
            size_t copy = MIN(size - done, iov[i].iov_len - part);

            memcpy((char *)buf + done, (char *)iov[i].iov_base + part, copy);
            done += copy;
        }
    }
    return done;
}

void vector_scatter(const struct iovec *iov, int count, const void *buf,
                    size_t size)
{
    for (int i = 0; i < count && size; i++) {
        size_t part = MIN(size, iov[i].iov_len);

        memcpy(iov[i].iov_base, buf, part);
        buf = (const char *)buf + part;
        size -= part;
    }
}

ssize_t readv(int fd, const struct iovec *iov, int count)
{
    long total = vector_bytes(iov, count);
    size_t size = MIN((size_t)total, VECTOR_BUFFER_BYTES);
    ssize_t rc;
    void *buf;

    if (total < 0)
        return posix_fail(EINVAL);
    if (count == 1)
        return read(fd, iov->iov_base, iov->iov_len);
    buf = heap_alloc(size);
    if (!buf)
        return posix_fail(ENOMEM);
    rc = read(fd, buf, size);
    if (rc > 0)
        vector_scatter(iov, count, buf, (size_t)rc);
    heap_free(buf);
    return rc;
}

ssize_t writev(int fd, const struct iovec *iov, int count)
{
    long total = vector_bytes(iov, count);
    size_t size = MIN((size_t)total, VECTOR_BUFFER_BYTES), part;
    ssize_t done = 0, rc;
    void *buf;

    if (total < 0)
        return posix_fail(EINVAL);
    if (count == 1)
        return write(fd, iov->iov_base, iov->iov_len);
    buf = heap_alloc(size);
    if (!buf)
        return posix_fail(ENOMEM);
    do {
        part = vector_gather(buf, size, iov, count, (size_t)done);
        rc = write(fd, buf, part);
        if (rc > 0)
            done += rc;
    } while (rc > 0 && (size_t)rc == part && done < total);
    heap_free(buf);
    return done ? done : rc;
}
