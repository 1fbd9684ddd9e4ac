/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intrusive priority queue (pairing heap) ordered by a 64-bit key: insert in
 * O(1), remove of any node in amortised O(log n), no allocation. The caller
 * locks. Any context. lib/.
 */
#ifndef PITH_HEAPQ_H
#define PITH_HEAPQ_H

#include <pith/compiler.h>

struct heapq_node {
    uint64_t key;
    struct heapq_node *child, *next, *prev; /* prev: parent if first child */
};

struct heapq {
    struct heapq_node *root;
};

/* Inserts node (borrowed until removed) under key. node must not be in a
 * queue. */
void heapq_insert(struct heapq *q, struct heapq_node *node, uint64_t key);

/* Removes node, which must be in q. */
void heapq_remove(struct heapq *q, struct heapq_node *node);

/* The node with the least key, NULL when empty; it stays in q. */
static inline struct heapq_node *heapq_first(const struct heapq *q)
{
    return q->root;
}

#endif
