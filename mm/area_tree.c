/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The areas, by address: a treap (a search tree by start, a heap by random
 * weights), whose two operations are to split it at an address and to merge
 * two trees. So a range of areas is a tree of its own for as long as it takes
 * to change it. Each node knows the widest gap below it: room is found, and
 * coverage is without going through all areas. Pure.
 *
 * Recursion goes as deep as the tree, some 40 levels for 65536 areas.
 */

#include "area.h"
#include <pith/atomic.h>

static void refresh(struct area *a)
{
    a->low = a->left ? a->left->low : a->start;
    a->high = a->right ? a->right->high : a->end;
    a->gap = 0;
    if (a->left)
        a->gap = MAX(a->left->gap, a->start - a->left->high);
    if (a->right) {
        a->gap = MAX(a->gap, a->right->gap);
        a->gap = MAX(a->gap, a->right->low - a->end);
    }
}

void area_tree_split(struct area *tree, uint64_t at, struct area **left,
                     struct area **right)
{
    if (!tree) {
        *left = *right = NULL;
        return;
    }
    if (tree->start < at) {
        area_tree_split(tree->right, at, &tree->right, right);
        *left = tree;
    } else {
        area_tree_split(tree->left, at, left, &tree->left);
        *right = tree;
    }
    refresh(tree);
}

struct area *area_tree_merge(struct area *left, struct area *right)
{
    if (!left || !right)
        return left ? left : right;
    if (left->weight > right->weight) {
        left->right = area_tree_merge(left->right, right);
        refresh(left);
        return left;
    }
    right->left = area_tree_merge(left, right->left);
    refresh(right);
    return right;
}

struct area *area_tree_find(struct area *tree, uint64_t vaddr)
{
    struct area *found = NULL;

    while (tree) {
        if (tree->end > vaddr) {
            found = tree;
            tree = tree->left;
        } else {
            tree = tree->right;
        }
    }
    return found;
}

/* tree->gap is wide enough. */
static uint64_t gap_inside(const struct area *tree, uint64_t bytes)
{
    for (;;) {
        const struct area *left = tree->left;

        if (left && left->gap >= bytes) {
            tree = left;
            continue;
        }
        if (left && tree->start - left->high >= bytes)
            return left->high;
        if (tree->right->low - tree->end >= bytes)
            return tree->end;
        tree = tree->right;
    }
}

uint64_t area_tree_room(const struct area *tree, uint64_t bytes, uint64_t low,
                        uint64_t high)
{
    if (!tree)
        return high - low >= bytes ? low : 0;
    if (tree->low - low >= bytes)
        return low;
    if (tree->gap >= bytes)
        return gap_inside(tree, bytes);
    return high - tree->high >= bytes ? tree->high : 0;
}

/* Weights only have to be unlike each other, so a counter does that is
 * scattered by a multiplication (Knuth, volume 3, 6.4). */
static uint32_t next_weight(void)
{
    static uint32_t count;

    return atomic_add(&count, 1) * 2654435769u;
}

struct area *area_tree_leaf(struct area *area)
{
    area->weight = next_weight();
    area->left = area->right = NULL;
    refresh(area);
    return area;
}

struct area *area_tree_cut(struct area *tree, uint64_t at, struct area **spare)
{
    struct area *area = area_tree_find(tree, at), *upper = *spare;
    struct area *below, *above;

    if (!area || area->start >= at)
        return tree;
    area_tree_split(tree, area->start, &below, &tree);
    area_tree_split(tree, area->start + 1, &area, &above);
    *upper = *area;
    upper->start = at;
    upper->offset += at - area->start;
    if (upper->ops)
        upper->ops->get(upper->object);
    area->end = at;
    *spare = NULL;
    below = area_tree_merge(below, area_tree_leaf(area));
    return area_tree_merge(below,
                           area_tree_merge(area_tree_leaf(upper), above));
}

static struct area *last(struct area *tree)
{
    while (tree->right)
        tree = tree->right;
    return tree;
}

struct area *area_tree_glue(struct area *left, struct area *right,
                            struct area **dead)
{
    struct area *lower, *upper;

    if (!left || !right || left->high != right->low)
        return area_tree_merge(left, right);
    lower = last(left);
    upper = area_tree_find(right, right->low);
    if (lower->ops || upper->ops || lower->prot != upper->prot)
        return area_tree_merge(left, right);
    area_tree_split(left, lower->start, &left, &lower);
    area_tree_split(right, upper->start + 1, &upper, &right);
    lower->end = upper->end;
    upper->right = *dead;
    *dead = upper;
    return area_tree_merge(area_tree_merge(left, area_tree_leaf(lower)), right);
}
