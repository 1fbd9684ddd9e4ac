/* SPDX-License-Identifier: BSD-2-Clause */
/* Searching bitmaps a word at a time. */

#include <pith/bitmap.h>

size_t bitmap_find_clear(const unsigned long *map, size_t bits, size_t from)
{
    while (from < bits) {
        size_t shift = from % BITS_PER_LONG;
        unsigned long clear = ~map[from / BITS_PER_LONG] >> shift;

        if (clear) {
            from += (size_t)__builtin_ctzl(clear);
            return from < bits ? from : bits;
        }
        from += BITS_PER_LONG - shift;
    }
    return bits;
}
