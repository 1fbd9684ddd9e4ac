/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists of buffers (struct iovec). */
#ifndef POSIX_VECTOR_H
#define POSIX_VECTOR_H

#include <pith/compiler.h>
#include <sys/uio.h>

/* Moved at once; a UDP datagram fits. */
#define VECTOR_BUFFER_BYTES ((size_t)64 << 10)

/* Sum of the lengths; -1: count or sum out of range. */
long vector_bytes(const struct iovec *iov, int count);
/* Copies at most size bytes, leaving out the first from; returns how many. */
size_t vector_gather(void *buf, size_t size, const struct iovec *iov, int count,
                     size_t from);
/* Copies size bytes into the pieces, behind their first from bytes; what is
 * more than they hold stays. */
void vector_scatter(const struct iovec *iov, int count, size_t from,
                    const void *buf, size_t size);

#endif
