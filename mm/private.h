/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of mm/ share: the record of each page, and RAM at boot. */
#ifndef MM_PRIVATE_H
#define MM_PRIVATE_H

#include <pith/bootinfo.h>
#include <pith/page.h>
#include <pith/spinlock.h>

enum page_state {
    PAGE_NONE,  /* not RAM, not ours, or not the first page of its block */
    PAGE_FREE,  /* first page of a free block of 2^order */
    PAGE_USED,  /* first page of what page_alloc gave, 2^order */
    PAGE_SLAB,  /* heap objects of one class */
    PAGE_LARGE, /* first page of a heap block of count pages */
};

struct page {
    uint8_t state;
    union {
        uint8_t order; /* FREE, USED */
        uint8_t class; /* SLAB */
    };
    uint16_t live;       /* SLAB: objects in use */
    uint16_t first_free; /* SLAB: offset of a free object, or SLAB_FULL */
    uint16_t reserved;
    union {
        struct {
            uint32_t next, prev; /* FREE, SLAB: page numbers, 0: none */
        };
        uint64_t count; /* LARGE */
    };
};
_Static_assert(sizeof(struct page) == 16, "a shift finds a page's record");

/* The records, by page number less first. One contiguous array: a hole in RAM
 * costs 1/256 of its size. */
extern struct page_table {
    struct page *array;
    uint64_t first; /* physical page number of array[0], which is unused */
    uint64_t count;
} page_table;

/* The record of the page that holds ptr, NULL if it has none. */
static inline struct page *page_of(const void *ptr)
{
    uint64_t n = ((uint64_t)ptr >> PAGE_SHIFT) - page_table.first;

    return n < page_table.count ? &page_table.array[n] : NULL;
}

static inline uint32_t page_number(const struct page *page)
{
    return (uint32_t)(page - page_table.array);
}

static inline char *page_address(const struct page *page)
{
    return (char *)((page_number(page) + page_table.first) << PAGE_SHIFT);
}

/* Starts with no pages; array: count records at will, zeroed here. */
void page_table_init(struct page *array, uint64_t first, uint64_t count);
/* count contiguous pages, aligned to the next power of two; NULL if there are
 * none. The first page's record is PAGE_USED with an order of no meaning. */
void *pages_take(uint64_t count);
/* Frees pages that are part of what pages_take gave. The caller has set the
 * records to PAGE_NONE. */
void pages_put(void *ptr, uint64_t count);

/* slab.c: the objects of up to HEAP_CLASS_MAX bytes. */
#define HEAP_CLASS_MAX 2048
void slab_init(void);
/* The class of size bytes, at most HEAP_CLASS_MAX. */
unsigned slab_class(size_t size);
size_t slab_class_bytes(unsigned class);
void *slab_alloc(unsigned class);
/* page is the record of ptr's page and PAGE_SLAB. */
void slab_free(struct page *page, void *ptr);
/* Adds what slabs hold. */
struct heap_stats;
void slab_add_stats(struct heap_stats *stats);

/* RAM that nobody has: sorted, whole pages. */
#define RANGES_MAX (BOOT_MAX_REGIONS + BOOT_MAX_MODULES + 2)
struct ranges {
    unsigned count;
    struct {
        uint64_t start, end;
    } list[RANGES_MAX];
};

/* All RAM but page 0, the image and the modules. */
void ranges_init(struct ranges *ranges, const struct boot_info *info);
/* Takes bytes (whole pages) from the lowest range that has them below limit.
 * Returns their physical address, 0 if there are none. */
uint64_t ranges_take(struct ranges *ranges, uint64_t bytes, uint64_t limit);

/* map.c: continues with the tables at root. */
void mm_map_init(uint64_t root_paddr, bool leaves_1g);

#endif
