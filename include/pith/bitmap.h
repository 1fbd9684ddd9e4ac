/* SPDX-License-Identifier: BSD-2-Clause */
/* Bitmaps over arrays of unsigned long. The caller locks. Any context. lib/. */
#ifndef PITH_BITMAP_H
#define PITH_BITMAP_H

#include <pith/compiler.h>
#include <stdbool.h>

#define BITS_PER_LONG (8 * sizeof(unsigned long))
#define BITMAP_LONGS(bits) (((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG)

static inline bool bitmap_test(const unsigned long *map, size_t bit)
{
    return map[bit / BITS_PER_LONG] >> (bit % BITS_PER_LONG) & 1;
}

static inline void bitmap_set(unsigned long *map, size_t bit)
{
    map[bit / BITS_PER_LONG] |= 1ul << (bit % BITS_PER_LONG);
}

static inline void bitmap_clear(unsigned long *map, size_t bit)
{
    map[bit / BITS_PER_LONG] &= ~(1ul << (bit % BITS_PER_LONG));
}

/* The first clear bit at or after from, or bits when there is none. */
size_t bitmap_find_clear(const unsigned long *map, size_t bits, size_t from);

#endif
