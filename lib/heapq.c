/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pairing heap. Each node knows its first child and its siblings; prev is the
 * left sibling, or the parent for a first child.
 */

#include <pith/heapq.h>

/* Makes the root with the greater key the first child of the other. */
static struct heapq_node *merge(struct heapq_node *a, struct heapq_node *b)
{
    if (!a)
        return b;
    if (!b)
        return a;
    if (b->key < a->key) {
        struct heapq_node *t = a;

        a = b;
        b = t;
    }
    b->prev = a;
    b->next = a->child;
    if (a->child)
        a->child->prev = b;
    a->child = b;
    a->next = a->prev = NULL;
    return a;
}

/* Two passes: pairs from left to right, then all from right to left. The
 * pairs are kept on a stack made of their next links. */
static struct heapq_node *merge_siblings(struct heapq_node *first)
{
    struct heapq_node *stack = NULL, *root = NULL;

    while (first) {
        struct heapq_node *a = first, *b = a->next;

        first = b ? b->next : NULL;
        a->next = a->prev = NULL;
        if (b)
            b->next = b->prev = NULL;
        a = merge(a, b);
        a->next = stack;
        stack = a;
    }
    while (stack) {
        struct heapq_node *next = stack->next;

        stack->next = NULL;
        root = merge(root, stack);
        stack = next;
    }
    return root;
}

void heapq_insert(struct heapq *q, struct heapq_node *node, uint64_t key)
{
    node->key = key;
    node->child = node->next = node->prev = NULL;
    q->root = merge(q->root, node);
}

void heapq_remove(struct heapq *q, struct heapq_node *node)
{
    struct heapq_node *rest = merge_siblings(node->child);

    if (node == q->root) {
        q->root = rest;
    } else {
        if (node->prev->child == node)
            node->prev->child = node->next;
        else
            node->prev->next = node->next;
        if (node->next)
            node->next->prev = node->prev;
        q->root = merge(q->root, rest);
    }
    node->child = node->next = node->prev = NULL;
}
