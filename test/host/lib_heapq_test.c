/* SPDX-License-Identifier: BSD-2-Clause */
/* The pairing heap against a plain array, under random inserts and removes. */

#include "test.h"
#include <pith/bitmap.h>
#include <pith/heapq.h>
#include <stdbool.h>

#define NODES 500

static struct heapq_node nodes[NODES];
static bool queued[NODES];

static uint64_t least(void)
{
    uint64_t key = UINT64_MAX;

    for (int i = 0; i < NODES; i++)
        if (queued[i] && nodes[i].key < key)
            key = nodes[i].key;
    return key;
}

TEST(heapq_random_operations_keep_the_least_first)
{
    struct heapq q = {NULL};

    srand(1);
    for (int step = 0; step < 50000; step++) {
        int i = rand() % NODES;

        if (queued[i])
            heapq_remove(&q, &nodes[i]);
        else
            heapq_insert(&q, &nodes[i], (uint64_t)(rand() % 1000));
        queued[i] = !queued[i];
        if (heapq_first(&q))
            CHECK_EQ(heapq_first(&q)->key, least());
        else
            CHECK(least() == UINT64_MAX);
    }
}

TEST(heapq_drained_comes_out_sorted)
{
    struct heapq q = {NULL};
    uint64_t last = 0;
    int count = 0;

    for (int i = 0; i < NODES; i++)
        heapq_insert(&q, &nodes[i], (uint64_t)(i * 7919 % 1009));
    for (struct heapq_node *n; (n = heapq_first(&q)); count++) {
        CHECK(n->key >= last);
        last = n->key;
        heapq_remove(&q, n);
    }
    CHECK_EQ(count, NODES);
}

TEST(bitmap_find_clear_skips_full_words)
{
    unsigned long map[BITMAP_LONGS(200)] = {~0ul, ~0ul, ~0ul, ~0ul};

    CHECK_EQ(bitmap_find_clear(map, 200, 0), 200);
    bitmap_clear(map, 130);
    CHECK_EQ(bitmap_find_clear(map, 200, 0), 130);
    CHECK_EQ(bitmap_find_clear(map, 200, 131), 200);
    bitmap_clear(map, 199);
    CHECK_EQ(bitmap_find_clear(map, 200, 131), 199);
    CHECK_EQ(bitmap_find_clear(map, 199, 131), 199);
}
