/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of mm/ share: the record of each page, and RAM at boot. */
#ifndef MM_PRIVATE_H
#define MM_PRIVATE_H

#include <pith/bootinfo.h>
#include <pith/heap.h>
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
        uint64_t links; /* SLAB: both at once */
        uint64_t count; /* LARGE */
    };
};
_Static_assert(sizeof(struct page) == 16, "a shift finds a page's record");

/* The records, by page number less first: one contiguous array, in which a
 * hole in RAM costs 1/256 of its size. Those from count on are not yet
 * initialised, and nothing has pages there. */
extern struct page_table {
    struct page *array;
    uint64_t first; /* physical page number of array[0], which is unused */
    uint64_t count;
} page_table;

/* At least page_table.count if ptr is on no page that has a record. */
static inline uint64_t page_number(const void *ptr)
{
    return ((uint64_t)ptr >> PAGE_SHIFT) - page_table.first;
}

static inline char *page_address(uint64_t number)
{
    return (char *)((number + page_table.first) << PAGE_SHIFT);
}

/* The record of the page that holds ptr, NULL if it has none. */
static inline struct page *page_of(const void *ptr)
{
    uint64_t n = page_number(ptr);

    return n < page_table.count ? &page_table.array[n] : NULL;
}

struct ranges;

/* Starts the allocator. array has room for total records; it and pending, the
 * RAM to manage, sorted, are taken for ever. */
void page_table_init(struct page *array, uint64_t first, uint64_t total,
                     struct ranges *pending);
/* count contiguous pages, aligned to the next power of two; NULL if there are
 * none. The first page's record is PAGE_USED with an order of no meaning. */
void *pages_take(uint64_t count);
/* Frees pages that are part of what pages_take gave. The caller has set the
 * records to PAGE_NONE. */
void pages_put(void *ptr, uint64_t count);

/* large.c: heap blocks of whole pages. */
#define LARGE_MAX (PAGE_SIZE << PAGE_MAX_ORDER)
/* Pages for size bytes, at most LARGE_MAX, of which the first is aligned to
 * 2^order pages at least. */
void *large_alloc(size_t size, unsigned order);
/* Panics if ptr is not what large_alloc gave. */
void large_free(void *ptr);
/* The same. */
size_t large_bytes(const void *ptr);
/* Gives back the pages that the first size bytes do not need. */
void large_trim(void *ptr, size_t size);
void large_add_stats(struct heap_stats *stats);

/* slab.c: pages of equal objects, of up to SLAB_MAX bytes. heap.c takes from
 * them and gives to them while a page has neither its last object taken nor
 * its first; slab.c does the rest. */
#define SLAB_MAX 2048
#define SLAB_GRAIN 16 /* sizes are multiples, and so objects are aligned */
#define SLAB_CLASSES 21
#define SLAB_FULL 0xffff
#define SLAB_MARK 0xf4eed00bf4eed00bull

/* lock protects the class and the records of its pages. */
struct slab_class {
    struct spinlock lock;
    uint32_t partial;    /* number of a page with free objects, 0: none */
    uint32_t reciprocal; /* 2^32 / bytes, rounded up */
    uint32_t bytes;
    uint64_t pages;
    uint64_t reserved; /* a shift finds a class */
};

extern struct slabs {
    struct slab_class classes[SLAB_CLASSES];
    struct slab_class *by_grains[SLAB_MAX / SLAB_GRAIN + 1];
} slabs;

/* The class for size bytes, at most SLAB_MAX. */
static inline struct slab_class *slab_class(size_t size)
{
    return slabs.by_grains[(size + SLAB_GRAIN - 1) / SLAB_GRAIN];
}

/* What a free object holds. The mark is made from its own address: it tells a
 * second free, and a write after the free damages it. */
struct slab_object {
    uint64_t next; /* offset in the page, or SLAB_FULL */
    uint64_t mark;
};

static inline uint64_t slab_mark(const struct slab_object *object)
{
    return (uint64_t)object ^ SLAB_MARK;
}

void slab_init(void);
/* A new page on the class's list. The lock is held. */
bool slab_grow(struct slab_class *class);
/* The page on top of the list has no free object any more. The same. */
void slab_filled(struct slab_class *class);
/* Frees object, whatever it takes. The same. */
void slab_put(struct slab_class *class, struct page *page,
              struct slab_object *object);
void slab_add_stats(struct heap_stats *stats);

/* RAM that nobody has: sorted, whole pages. */
#define RANGES_MAX (BOOT_MAX_REGIONS + BOOT_MAX_MODULES + 2)
struct ranges {
    unsigned count;
    struct {
        uint64_t start, end;
    } list[RANGES_MAX];
};

/* All RAM but page 0, the image and the modules. Empty ranges may remain. */
void ranges_init(struct ranges *ranges, const struct boot_info *info);
/* Takes bytes (whole pages) from the lowest range that has them below limit.
 * Returns their physical address, 0 if there are none. */
uint64_t ranges_take(struct ranges *ranges, uint64_t bytes, uint64_t limit);
/* Takes record_bytes for each page up to the end of RAM. Where they fit
 * nowhere, because of a hole that is out of all proportion, the RAM above the
 * hole is given up, and so on downwards. *out_count: how many there are, 32
 * bits. Returns their physical address, 0 if not even the lowest region's fit.
 */
uint64_t ranges_take_records(struct ranges *ranges,
                             const struct boot_info *info,
                             uint64_t record_bytes, uint64_t *out_count);

/* map.c: continues with the tables at root. */
void mm_map_init(uint64_t root_paddr, bool leaves_1g);

#endif
