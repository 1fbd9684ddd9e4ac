/* SPDX-License-Identifier: BSD-2-Clause */
/* A queue of bytes that takes as much memory as it has held at once. Pure; the
 * caller locks. */
#ifndef POSIX_BYTES_H
#define POSIX_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BYTES_FIRST 4096 /* what it begins with */

struct bytes {
    uint8_t *data;
    size_t capacity; /* a power of two */
    size_t limit;    /* capacity grows up to it, as far as memory suffices */
    size_t head, count;
};

/* limit: a power of two of at least BYTES_FIRST. False: out of memory. */
bool bytes_init(struct bytes *b, size_t limit);
void bytes_fini(struct bytes *b);
static inline size_t bytes_room(const struct bytes *b)
{
    return b->limit - b->count;
}
/* Takes what fits; returns how much. When memory is short the limit sinks to
 * what there is. */
size_t bytes_put(struct bytes *b, const void *buf, size_t size);
/* Gives at most size; returns how much. */
size_t bytes_get(struct bytes *b, void *buf, size_t size);

#endif
