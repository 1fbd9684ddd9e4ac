/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pattern that free memory holds in test builds: whoever writes through a
 * stale pointer, or lets a peer write to a page that was given back, is named
 * when the memory is handed out next. Pure.
 */

#include "private.h"
#include <pith/panic.h>
#include <pith/string.h>

#define POISON_WORD (0x0101010101010101ull * POISON_BYTE)

void poison_fill(void *ptr, size_t bytes)
{
    memset(ptr, POISON_BYTE, bytes);
}

static __attribute__((noinline, noreturn)) void damaged(const uint64_t *word)
{
    panic("mm: %p was written after it was freed (%016llx)", (const void *)word,
          (unsigned long long)*word);
}

/* Eight at a time: a test that takes all of its memory looks at each word of
 * it, many times. */
void poison_check(const void *ptr, size_t bytes)
{
    const uint64_t *word = ptr, *end = word + bytes / sizeof(*word);

    for (; end - word >= 8; word += 8) {
        uint64_t bad = 0;

        for (unsigned i = 0; i < 8; i++)
            bad |= word[i] ^ POISON_WORD;
        if (unlikely(bad))
            break;
    }
    for (; word < end; word++)
        if (unlikely(*word != POISON_WORD))
            damaged(word);
}
