/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pool of granted pages that all data crosses in: the backend sees these
 * pages and nothing else of our memory. They come zeroed and grow in number
 * with the load.
 */

#include "private.h"

#include <pith/errno.h>
#include <pith/page.h>

/* One full request must fit, or nothing moves. */
#define POOL_PAGES_MIN BLK_SEGMENTS
/* Share of the free memory that the pool of one disk may grow to. */
#define POOL_SHARE 8

static int grow(struct blk_pool *pool, uint16_t domid)
{
    unsigned number = pool->page_count;
    void *page = page_alloc_zeroed(0);
    int rc;

    if (!page)
        return -XEN_ENOMEM;
    rc = grant_access(domid, page, false, &pool->refs[number]);
    if (rc) {
        page_free(page, 0);
        return rc;
    }
    pool->pages[number] = page;
    pool->page_count++;
    pool->free[pool->free_count++] = (uint16_t)number;
    return 0;
}

int pool_init(struct blk_pool *pool, uint16_t domid)
{
    struct page_stats stats;
    int rc = 0;

    page_get_stats(&stats);
    pool->limit = (unsigned)MIN(stats.free_pages / POOL_SHARE, BLK_POOL_PAGES);
    pool->limit = MAX(pool->limit, POOL_PAGES_MIN);
    while (pool->page_count < POOL_PAGES_MIN && !rc)
        rc = grow(pool, domid);
    if (rc)
        pool_fini(pool);
    return rc;
}

void pool_fini(struct blk_pool *pool)
{
    while (pool->page_count) {
        pool->page_count--;
        grant_end_and_free(pool->refs[pool->page_count],
                           pool->pages[pool->page_count]);
    }
    pool->free_count = 0;
}

unsigned pool_take(struct blk_pool *pool, uint16_t domid, uint16_t *numbers,
                   unsigned count)
{
    unsigned taken = 0;

    while (pool->free_count < count && pool->page_count < pool->limit)
        if (grow(pool, domid))
            break;
    while (taken < count && pool->free_count)
        numbers[taken++] = pool->free[--pool->free_count];
    return taken;
}

void pool_give(struct blk_pool *pool, const uint16_t *numbers, unsigned count)
{
    while (count)
        pool->free[pool->free_count++] = numbers[--count];
}
