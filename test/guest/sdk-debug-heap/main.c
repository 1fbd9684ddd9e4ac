/* SPDX-License-Identifier: BSD-2-Clause */
/* pith-cc --debug-heap: what is right works as with the other heap. */
/* cc: --debug-heap */
/* xl: memory=16 */

#include "guest_test.h"
#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

static bool is_filled(const char *p, char with, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (p[i] != with)
            return false;
    return true;
}

TEST(blocks_of_all_sizes_hold_their_bytes)
{
    enum { COUNT = 40 };
    static char *blocks[COUNT];

    for (int i = 0; i < COUNT; i++) {
        blocks[i] = malloc((size_t)i * 137);
        CHECK(blocks[i] && (uintptr_t)blocks[i] % 16 == 0);
        CHECK_EQ(malloc_usable_size(blocks[i]), i * 137);
        memset(blocks[i], i, (size_t)i * 137);
    }
    for (int i = 0; i < COUNT; i++) {
        CHECK(is_filled(blocks[i], (char)i, (size_t)i * 137));
        free(blocks[i]);
    }
}

/* More than there are addresses in the ring, which has four times the RAM. */
TEST(addresses_come_again)
{
    char *kept = malloc(100), *p;

    CHECK(kept);
    memset(kept, 7, 100);
    for (int i = 0; i < 400; i++) {
        p = malloc(200000);
        CHECK(p && p != kept);
        free(p);
    }
    CHECK(is_filled(kept, 7, 100));
    free(kept);
}

TEST(realloc_moves_and_keeps_contents)
{
    char *p = malloc(3), *q;

    CHECK(p);
    memcpy(p, "abc", 3);
    q = realloc(p, 5000);
    CHECK(q && q != p && !memcmp(q, "abc", 3));
    q = realloc(q, 2);
    CHECK(q && !memcmp(q, "ab", 2));
    free(q);
}

TEST(calloc_is_zeroed_and_alignment_is_kept)
{
    char *p = calloc(3, 1000);
    void *aligned = NULL;

    CHECK(p && is_filled(p, 0, 3000));
    free(p);
    for (size_t align = 8; align <= 1 << 20; align *= 2) {
        CHECK_EQ(posix_memalign(&aligned, align, 10), 0);
        CHECK((uintptr_t)aligned % align == 0);
        memset(aligned, 1, 10);
        free(aligned);
    }
    CHECK_EQ(posix_memalign(&aligned, 3, 10), EINVAL);
    CHECK(!memalign(3, 10) && errno == EINVAL);
}

TEST(too_much_is_enomem)
{
    volatile size_t half = SIZE_MAX / 2;

    errno = 0;
    CHECK(!malloc((size_t)1 << 40) && errno == ENOMEM);
    errno = 0;
    CHECK(!malloc((size_t)64 << 20) && errno == ENOMEM);
    errno = 0;
    CHECK(!calloc(half, 3) && errno == ENOMEM);
}

int main(void)
{
    return test_run_all();
}
