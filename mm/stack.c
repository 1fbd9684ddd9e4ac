/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Guarded stacks, and those of ended threads, which are kept for the next
 * ones. Owns the list of these.
 *
 * A page of a stack may be used for something else only when no vCPU can reach
 * it through the stack's address any more, which takes an IPI to each, and
 * cannot be waited for everywhere. So a stack is kept as it is, and many are
 * unmapped at once: when there are more than is useful, or when memory runs
 * out.
 */

#include "private.h"
#include <pith/map.h>

/* Pages of idle stacks that are useful: eight stacks of 32 KiB. In test builds
 * a stack goes as soon as it can, so that a stale pointer to it faults. */
#define KEEP_PAGES (IS_ENABLED(CONFIG_CHECKS) ? 0u : 64u)

/* At the lowest address of a stack that nobody uses. */
struct idle_stack {
    struct idle_stack *next;
    uint64_t count;  /* pages of addresses */
    uint64_t usable; /* the same, 0 if not all of it is mapped */
};

/* At the start of a page that other vCPUs may still reach. */
struct lost_page {
    struct lost_page *next;
    uint64_t vaddr, count; /* addresses that go with it, if count */
};

/* lock protects both; it may be taken with interrupts off. No lock nests. */
static struct {
    struct spinlock lock;
    struct idle_stack *idle;
    uint64_t idle_pages;
} stacks;

static void keep(uint64_t vaddr, uint64_t count, uint64_t mapped)
{
    struct idle_stack *stack = (struct idle_stack *)vaddr;

    stack->count = count;
    stack->usable = mapped == count ? count : 0;
    spin_lock(&stacks.lock);
    stack->next = stacks.idle;
    stacks.idle = stack;
    stacks.idle_pages += count;
    spin_unlock(&stacks.lock);
    pages_add_idle((int64_t)mapped);
}

/* One of just that size. */
static void *take_idle(uint64_t count)
{
    struct idle_stack **at = &stacks.idle, *stack;

    spin_lock(&stacks.lock);
    while ((stack = *at) && stack->usable != count)
        at = &stack->next;
    if (stack) {
        *at = stack->next;
        stacks.idle_pages -= count;
    }
    spin_unlock(&stacks.lock);
    if (stack)
        pages_add_idle(-(int64_t)count);
    return stack;
}

/* Pages one by one, so that fragmented memory serves as well. */
static void *map_new(uint64_t count)
{
    uint64_t vaddr = map_take(count);

    for (uint64_t i = 0; vaddr && i < count; i++) {
        void *page = page_alloc_now(0);

        if (page &&
            !map_enter(vaddr + i * PAGE_SIZE, virt_to_phys(page), 1, PT_WRITE))
            continue;
        if (page)
            page_free(page, 0);
        if (i)
            keep(vaddr, count, i);
        else
            map_put(vaddr, count);
        return NULL;
    }
    return (void *)vaddr;
}

/* Takes stacks off the list until no more than keep_pages stay. */
static struct idle_stack *detach(uint64_t keep_pages)
{
    struct idle_stack *list = NULL, *stack;

    spin_lock(&stacks.lock);
    while ((stack = stacks.idle) && stacks.idle_pages > keep_pages) {
        stacks.idle = stack->next;
        stacks.idle_pages -= stack->count;
        stack->next = list;
        list = stack;
    }
    spin_unlock(&stacks.lock);
    return list;
}

/* Unmaps stack; returns its pages and those of list. */
static struct lost_page *unmap(const struct idle_stack *stack,
                               struct lost_page *list)
{
    uint64_t vaddr = (uint64_t)stack, count = stack->count;
    struct lost_page *page;

    for (uint64_t i = 0; i < count; i++) {
        page = map_end_page(vaddr + i * PAGE_SIZE);
        if (!page)
            break;
        *page = (struct lost_page){list, vaddr, i ? 0 : count};
        list = page;
    }
    return list;
}

static void free_lost(struct lost_page *page)
{
    int64_t count = 0;

    while (page) {
        struct lost_page *next = page->next;

        if (page->count)
            map_put(page->vaddr, page->count);
        page_free(page, 0);
        page = next;
        count++;
    }
    pages_add_idle(-count);
}

/* The caller may wait for other vCPUs. */
static void trim(uint64_t keep_pages)
{
    struct idle_stack *stack = detach(keep_pages), *next;
    struct lost_page *pages = NULL;

    if (!stack)
        return;
    for (; stack; stack = next) {
        next = stack->next;
        pages = unmap(stack, pages);
    }
    map_shoot_down();
    free_lost(pages);
}

/* Half of them, that not each end of a thread from now on takes its IPI. */
static void trim_surplus(void)
{
    if (READ_ONCE(stacks.idle_pages) > KEEP_PAGES && reclaim_may_wait())
        trim(KEEP_PAGES / 2);
}

void stacks_reclaim(void)
{
    if (READ_ONCE(stacks.idle) && reclaim_may_wait())
        trim(0);
}

void *kstack_alloc(size_t size_bytes)
{
    uint64_t count = ALIGN_UP(size_bytes, PAGE_SIZE) >> PAGE_SHIFT;
    void *stack;

    if (!count)
        return NULL;
    stack = take_idle(count);
    if (!stack)
        stack = map_new(count);
    if (!stack) {
        page_reclaim();
        stack = map_new(count);
    }
    trim_surplus();
    return stack;
}

void kstack_free(void *stack, size_t size_bytes)
{
    uint64_t count = ALIGN_UP(size_bytes, PAGE_SIZE) >> PAGE_SHIFT;

    keep((uint64_t)stack, count, count);
    trim_surplus();
}
