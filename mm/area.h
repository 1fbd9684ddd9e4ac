/* SPDX-License-Identifier: BSD-2-Clause */
/* What the area files of mm/ share: an area, and the tree of them. */
#ifndef MM_AREA_H
#define MM_AREA_H

#include <pith/area.h>
#include <pith/spinlock.h>

/* A node of the tree, and an address range with one set of rights. The heap
 * gives it. */
struct area {
    uint64_t start, end;
    struct area *left, *right;
    uint64_t low, high; /* the bounds of the subtree */
    uint64_t gap;       /* the widest one between two areas of it */
    uint32_t weight;    /* at least the children's */
    uint32_t prot;
    const struct area_ops *ops;
    void *object;
    uint64_t offset; /* of start in object */
};

/* --- area_tree.c: the caller locks --- */

/* Areas that start below at go to *left, the others to *right. */
void area_tree_split(struct area *tree, uint64_t at, struct area **left,
                     struct area **right);
/* All of left lie below all of right. */
struct area *area_tree_merge(struct area *left, struct area *right);
/* The first area that ends above vaddr, or NULL. */
struct area *area_tree_find(struct area *tree, uint64_t vaddr);
/* The lowest bytes within [low, high) that no area has, the whole tree lying
 * in there. 0: there are none. */
uint64_t area_tree_room(const struct area *tree, uint64_t bytes, uint64_t low,
                        uint64_t high);
/* Makes a new area (zeroed but for what it is) a tree of one. */
struct area *area_tree_leaf(struct area *area);
/* Cuts the area that begins before at and ends after it in two; *spare becomes
 * the upper one, and NULL. Nothing to cut: nothing happens. */
struct area *area_tree_cut(struct area *tree, uint64_t at, struct area **spare);
/* area_tree_merge; if the two areas that meet are anonymous and alike they
 * become one, and the other is put on *dead, by its right. */
struct area *area_tree_glue(struct area *left, struct area *right,
                            struct area **dead);

/* --- area.c, area_pages.c --- */

/*
 * lock protects tree, what is in it, and the page tables of AREA_START to
 * AREA_END. Taken with interrupts off, since faults come with them off; page
 * pool's nests in it.
 */
extern struct areas {
    struct spinlock lock;
    struct area *tree;
    uint64_t replaced_start, replaced_end; /* what AREA_FIXED now takes away */
    bool eager;
} areas;

/* The first two are called with area.c's change lock held, lock not. */

/* Frees the pages of [start, end), which were owner's, once no vCPU reaches
 * them. */
void area_pages_drop(const struct area *owner, uint64_t start, uint64_t end);
/* Gives the pages that are in [start, end) the rights prot. */
void area_pages_protect(uint64_t start, uint64_t end, unsigned prot);
/* Touches all pages of the range that allow access. 0 or -XEN_ENOMEM. */
int area_pages_populate(uint64_t start, uint64_t end);

#endif
