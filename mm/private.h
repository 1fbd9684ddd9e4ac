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
    PAGE_AWAY,  /* first page of a block of 2^order that Xen has */
};

struct page {
    uint8_t state;
    uint8_t class;       /* SLAB: its class; else 0 */
    uint16_t live;       /* SLAB: objects in use */
    uint16_t first_free; /* SLAB: offset of a free object, or SLAB_FULL */
    uint8_t order;       /* FREE, USED, AWAY */
    uint8_t poisoned;    /* NONE, FREE: of each page, with CONFIG_CHECKS */
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
/* page_alloc where locks of mm/ are held: without page_reclaim. */
void *page_alloc_now(unsigned order);
/* count contiguous pages, aligned to the next power of two; NULL if there are
 * none. The first page's record is PAGE_USED with an order of no meaning. No
 * page_reclaim either. */
void *pages_take(uint64_t count);
/* Frees pages that are part of what pages_take gave. The caller has set the
 * records to PAGE_NONE. */
void pages_put(void *ptr, uint64_t count);
/* count more pages (or fewer, if negative) that page_reclaim would free, and
 * that page_get_stats therefore counts as free. */
void pages_add_idle(int64_t count);

/* --- for balloon.c: what it takes from page.c's pool --- */

/* A free block of exactly that order, or of a larger one that is cut, that is
 * RAM of ours no more then: its number, or 0 if there is none, or fewer than
 * keep pages would stay free. */
uint32_t pool_take_spare(unsigned order, uint64_t keep);
/* It is RAM of ours again, and free. */
void pool_put(uint32_t n, unsigned order);
/* RAM that has yet to join does so up to this address. */
uint64_t pool_limit(void);
/* Lowers it past so many pages of such RAM, or all there are. */
void pool_lower_limit(uint64_t pages);
void pool_raise_limit(uint64_t paddr);
/* How many pages lie above. */
uint64_t pool_held_pages(void);
/* The last 2 MiB or page of such RAM in [from, to); false: there is none. */
bool pool_last_block(uint64_t from, uint64_t to, uint64_t *out_start,
                     unsigned *out_order);
/* The first one at or above from, of order max_order if it can be. */
bool pool_first_block(uint64_t from, unsigned max_order, uint64_t *out_start,
                      unsigned *out_order);

/* --- what is kept for quick reuse: reclaim.c --- */

/* Whether the caller may wait for other vCPUs: interrupts and preemption are
 * on, so it holds no spin lock that one of them might spin on with interrupts
 * off, deaf to what it is to do for the caller. */
bool reclaim_may_wait(void);
/* stack.c: unmaps and frees the stacks of ended threads, if reclaim_may_wait.
 */
void stacks_reclaim(void);
/* cache.c: empties the caches of this vCPU and, if reclaim_may_wait, of all
 * others; frees the classes' empty pages. */
void cache_reclaim(void);

/* --- poison, if CONFIG_CHECKS: poison.c --- */

#define POISON_BYTE 0xf5 /* as a pointer it is not canonical */

/* Marks memory as free. */
void poison_fill(void *ptr, size_t bytes);
/* Panics, with the address, where it was written since. Multiples of 8. */
void poison_check(const void *ptr, size_t bytes);

/* --- large.c: heap blocks of whole pages --- */

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

/* --- slab.c: pages of equal objects, of up to SLAB_MAX bytes --- */

#define SLAB_MAX 2048
#define SLAB_GRAIN 16   /* sizes are multiples, and so objects are aligned */
#define SLAB_CLASSES 22 /* from 1: 0 is none */
#define SLAB_FULL 0xffff
#define SLAB_MARK 0x74eed00b

/* lock protects the class and the records of its pages. It is taken with
 * preemption off and interrupts as they are; the page pool's nests. */
struct slab_class {
    struct spinlock lock;
    uint32_t partial; /* number of a page with free objects, 0: none */
    uint32_t bytes;
    uint32_t cached; /* objects that a vCPU's cache may hold */
    uint64_t pages;
} __aligned(64); /* two vCPUs in two classes do not share a line */

extern struct slabs {
    struct slab_class classes[SLAB_CLASSES];
    uint32_t reciprocals[SLAB_CLASSES]; /* 2^32 / bytes, rounded up */
    uint8_t by_grains[SLAB_MAX / SLAB_GRAIN + 1];
} slabs;

/* The class for size bytes, at most SLAB_MAX. */
static inline size_t slab_class(size_t size)
{
    return slabs.by_grains[(size + SLAB_GRAIN - 1) / SLAB_GRAIN];
}

/* What a free object holds. The mark is the sum of the object's address, next
 * and SLAB_MARK (all of which one instruction adds). It tells a second free (a
 * program could only have written it by restoring what it read from a free
 * object), and a write to either word after the free damages it. */
struct slab_object {
    uint64_t next; /* on a page: offset in it, or SLAB_FULL; or a cache word */
    uint64_t mark;
};

/* next is what was read from object. */
static inline bool slab_is_marked(const struct slab_object *object,
                                  uint64_t next)
{
    return object->mark == (uint64_t)object + next + SLAB_MARK;
}

static inline void slab_set_marked(struct slab_object *object, uint64_t next)
{
    object->next = next;
    object->mark = (uint64_t)object + next + SLAB_MARK;
}

/* Free objects in a list, in one word: the first one's address, and how many
 * more the list may take. An object's next is the word without it. */
static inline uint64_t cache_word(const struct slab_object *first,
                                  uint64_t room)
{
    return ((uint64_t)first << 16) + room;
}

static inline struct slab_object *cache_first(uint64_t word)
{
    return (struct slab_object *)(word >> 16);
}

static inline uint16_t cache_room(uint64_t word)
{
    return (uint16_t)word;
}

/* object as the new first one of the list word; returns the list. */
static inline uint64_t cache_push(uint64_t word, struct slab_object *object)
{
    slab_set_marked(object, word);
    return cache_word(object, (uint64_t)cache_room(word) - 1);
}

void slab_init(void);
/* Moves up to count free objects to the list word, which has room for them;
 * returns the list. None moved: out of memory. */
uint64_t slab_take(size_t class, uint64_t word, unsigned count);
/* Gives the first count objects of the list word, or all of them, back to
 * their pages; returns what is left of it. */
uint64_t slab_put(size_t class, uint64_t word, unsigned count);
/* Frees pages of which no object is in use. */
void slab_trim(size_t class);
void slab_add_stats(struct heap_stats *stats);
/* Panics: object, which is free, is not as it was left. */
void slab_damaged(const struct slab_object *object) __attribute__((noreturn));

/* --- cache.c: each vCPU's free objects, in front of the pages --- */

/* Its vCPU alone changes lists, with preemption off, but for the upcall by
 * which another one asks for the objects: it moves a list to drained, which
 * may happen between any two instructions. All others only take drained. */
struct heap_cache {
    uint64_t lists[SLAB_CLASSES];
    uint64_t drained[SLAB_CLASSES]; /* 0: none */
    struct heap_cache *next;
};

/* No vCPU has one. */
void cache_init(void);
/* What heap_alloc and heap_free do when the short path does not serve. Enter
 * with preemption disabled once, return with it enabled. */
void *cache_alloc(size_t class);
void cache_free(size_t class, struct slab_object *object);
/* Objects in caches, and those that the caches themselves are. */
uint64_t cache_count(size_t class);

/* --- ranges.c --- */

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

/* --- map.c: the area of mappings that are not the direct map's --- */

/* Continues with the tables at root. */
void mm_map_init(uint64_t root_paddr, bool leaves_1g);
/* Addresses for count pages, with a gap behind; 0: there are none. */
uint64_t map_take(uint64_t count);
/* Gives back what map_take gave, when no vCPU can reach anything there. */
void map_put(uint64_t vaddr, uint64_t count);
/* As pt_map, for count pages of such addresses. */
int map_enter(uint64_t vaddr, uint64_t paddr, uint64_t count, unsigned prot);
/* Unmaps the page at vaddr; vCPUs may reach it until map_shoot_down. Its
 * address in the direct map, NULL if nothing was mapped. */
void *map_end_page(uint64_t vaddr);
/* The same for the whole area, after map_end_page. See tlb_shootdown. */
void map_shoot_down(void);

#endif
