/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * qsort: merges sorted halves through memory from malloc, which takes the
 * fewest comparisons; without that memory a heap in place. Neither is ever
 * quadratic, which newlib's can be.
 */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef int compare_fn(const void *a, const void *b);

/* Of up to this size elements are sorted within the stack. */
#define ON_STACK 512

/* A function that sorts count elements, 2 or more, at base, which take bytes
 * each; spare has room for half of them. Of equals the first stays first. */
#define MERGE_SORT(name, bytes) \
    static void name(char *base, size_t count, size_t size, \
                     compare_fn *compare, char *spare) \
    { \
        size_t half = count / 2; \
        char *left = spare, *left_end = spare + half * (bytes); \
        char *right = base + half * (bytes), *to = base; \
        const char *end = base + count * (bytes); \
\
        if (half > 1) \
            name(base, half, size, compare, spare); \
        if (count - half > 1) \
            name(right, count - half, size, compare, spare); \
        if ((count > SORTED_MIN || count == 2) && \
            compare(right - (bytes), right) <= 0) \
            return; \
        memcpy(spare, base, half *(bytes)); \
        if (count == 2) { \
            memcpy(base, right, bytes); \
            memcpy(right, spare, bytes); \
            return; \
        } \
        for (;; to += (bytes)) { \
            if (compare(left, right) <= 0) { \
                memcpy(to, left, bytes); \
                left += (bytes); \
                if (left == left_end) \
                    return; \
            } else { \
                memcpy(to, right, bytes); \
                right += (bytes); \
                if (right == end) \
                    break; \
            } \
        } \
        memcpy(to + (bytes), left, (size_t)(left_end - left)); \
    }

/* From how many on it is worth a comparison to see whether they are sorted. */
#define SORTED_MIN 16

MERGE_SORT(merge_words, 8)
MERGE_SORT(merge_any, size)

static void swap(char *a, char *b, size_t size)
{
    for (; size; size--, a++, b++) {
        char c = *a;

        *a = *b;
        *b = c;
    }
}

/* Lets the element at the root sink to its place in a heap of count. */
static void sink(char *base, size_t root, size_t count, size_t size,
                 compare_fn *compare)
{
    size_t child;

    for (; (child = 2 * root + 1) < count; root = child) {
        char *at = base + root * size, *below = base + child * size;

        if (child + 1 < count && compare(below, below + size) < 0) {
            child++;
            below += size;
        }
        if (compare(at, below) >= 0)
            return;
        swap(at, below, size);
    }
}

static void heap_sort(char *base, size_t count, size_t size,
                      compare_fn *compare)
{
    for (size_t root = count / 2; root--;)
        sink(base, root, count, size, compare);
    while (count-- > 1) {
        swap(base, base + count * size, size);
        sink(base, 0, count, size, compare);
    }
}

__attribute__((weak)) void qsort(void *base, size_t count, size_t size,
                                 compare_fn *compare)
{
    size_t bytes;
    char few[ON_STACK], *spare = few;

    if (count < 2 || !size)
        return;
    if (__builtin_mul_overflow(count / 2, size, &bytes))
        return;
    if (bytes > sizeof(few))
        spare = malloc(bytes);
    if (!spare) {
        heap_sort(base, count, size, compare);
        return;
    }
    if (size == 8)
        merge_words(base, count, size, compare, spare);
    else
        merge_any(base, count, size, compare, spare);
    if (spare != few)
        free(spare);
}
