/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Intrusive doubly linked list, circular, with a head that is itself a node.
 * The caller locks. Header only. lib/.
 */
#ifndef PITH_LIST_H
#define PITH_LIST_H

#include <pith/compiler.h>
#include <stdbool.h>

struct list {
    struct list *next, *prev;
};

#define LIST_INIT(name) \
    { \
        &(name), &(name) \
    }

static inline void list_init(struct list *head)
{
    head->next = head->prev = head;
}

static inline bool list_empty(const struct list *head)
{
    return head->next == head;
}

static inline void list_insert_between(struct list *node, struct list *prev,
                                       struct list *next)
{
    node->prev = prev;
    node->next = next;
    prev->next = node;
    next->prev = node;
}

static inline void list_push_back(struct list *head, struct list *node)
{
    list_insert_between(node, head->prev, head);
}

static inline void list_push_front(struct list *head, struct list *node)
{
    list_insert_between(node, head, head->next);
}

/* Leaves node pointing at itself, so removing twice is harmless. */
static inline void list_remove(struct list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

/* Removes and returns the first node, NULL when empty. */
static inline struct list *list_pop_front(struct list *head)
{
    struct list *node = head->next;

    if (node == head)
        return NULL;
    list_remove(node);
    return node;
}

#define list_entry(node, type, member) container_of(node, type, member)

#define list_for_each(it, head, member) \
    for ((it) = list_entry((head)->next, __typeof__(*(it)), member); \
         &(it)->member != (head); \
         (it) = list_entry((it)->member.next, __typeof__(*(it)), member))

/* it may be removed (and freed) in the body; tmp holds the next one. */
#define list_for_each_safe(it, tmp, head, member) \
    for ((it) = list_entry((head)->next, __typeof__(*(it)), member), \
        (tmp) = list_entry((it)->member.next, __typeof__(*(it)), member); \
         &(it)->member != (head); (it) = (tmp), \
        (tmp) = list_entry((it)->member.next, __typeof__(*(it)), member))

#endif
