/* SPDX-License-Identifier: BSD-2-Clause */
/* The queue of bytes in pipes: a ring that doubles. */

#include "bytes.h"
#include <pith/compiler.h>
#include <pith/heap.h>
#include <string.h>

bool bytes_init(struct bytes *b, size_t limit)
{
    *b = (struct bytes){.data = heap_alloc(BYTES_FIRST),
                        .capacity = BYTES_FIRST,
                        .limit = limit};
    return b->data;
}

void bytes_fini(struct bytes *b)
{
    heap_free(b->data);
}

/* Copies size bytes from the head on, without taking them. */
static void copy_out(const struct bytes *b, uint8_t *out, size_t size)
{
    size_t part = MIN(size, b->capacity - b->head);

    memcpy(out, b->data + b->head, part);
    memcpy(out + part, b->data, size - part);
}

/* Makes room for want bytes in all, or as many as memory gives. */
static void grow(struct bytes *b, size_t want)
{
    size_t capacity = b->capacity;
    uint8_t *data;

    while (capacity < want && capacity < b->limit)
        capacity *= 2;
    data = heap_alloc(capacity);
    if (!data) {
        b->limit = b->capacity;
        return;
    }
    copy_out(b, data, b->count);
    heap_free(b->data);
    b->data = data;
    b->capacity = capacity;
    b->head = 0;
}

size_t bytes_put(struct bytes *b, const void *buf, size_t size)
{
    size_t tail, part;

    size = MIN(size, bytes_room(b));
    if (b->count + size > b->capacity) {
        grow(b, b->count + size);
        size = MIN(size, bytes_room(b));
    }
    tail = (b->head + b->count) & (b->capacity - 1);
    part = MIN(size, b->capacity - tail);
    memcpy(b->data + tail, buf, part);
    memcpy(b->data, (const uint8_t *)buf + part, size - part);
    b->count += size;
    return size;
}

size_t bytes_get(struct bytes *b, void *buf, size_t size)
{
    size = MIN(size, b->count);
    copy_out(b, buf, size);
    b->head = (b->head + size) & (b->capacity - 1);
    b->count -= size;
    return size;
}
