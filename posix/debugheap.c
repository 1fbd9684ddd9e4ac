/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The debug heap of `pith-cc --debug-heap`. Each block has pages of its own,
 * ends with a page, and has a page without access behind it; a freed block has
 * no access either. So an overrun and a use after free are page faults at the
 * instruction that does it, and the report of the fault goes on with where the
 * block was allocated and freed. The bytes that the alignment leaves before and
 * behind the block hold a pattern, which is looked at when it is freed.
 *
 * Addresses are a ring, used again as late as possible: then the oldest freed
 * blocks are forgotten. heap.mutex protects all of it but what a panic reads.
 */

#include "debugheap.h"
#include "private.h"
#include <pith/area.h>
#include <pith/backtrace.h>
#include <pith/heap.h>
#include <pith/mutex.h>
#include <pith/page.h>
#include <pith/panic.h>
#include <pith/report.h>
#include <pith/string.h>
#include <pith/thread.h>

#define FRAMES 12
#define FILL_AROUND 0xa5 /* what nobody may write */
#define FILL_NEW 0xf1    /* what nobody has written yet */
#define RING_PER_RAM 4   /* pages of addresses for each page of RAM */

/* Who called, and in which thread. */
struct trace {
    uint32_t count;
    char thread[16];
    uint64_t callers[FRAMES];
};

struct block {
    char *start;
    size_t bytes;
    uint64_t page, pages; /* in the ring, the one without access included */
    bool freed;
    struct trace allocated, ended;
};

static struct {
    struct mutex mutex;
    uint64_t base;               /* of the ring; 0: not yet */
    uint64_t pages, next;        /* of the ring; where to look for room */
    struct block **blocks;       /* by page */
    const struct block *culprit; /* of a panic of our own */
} heap = {.mutex = MUTEX_INIT(heap.mutex)};

static void take_trace(struct trace *trace)
{
    trace->count = backtrace_collect((uint64_t)__builtin_frame_address(0),
                                     trace->callers, FRAMES);
    str_copy(trace->thread, thread_name(thread_current()),
             sizeof(trace->thread));
}

/* --- what a panic tells --- */

static void show_trace(const char *what, const struct trace *trace,
                       report_print_fn *print)
{
    report_printf(print, "%s in thread \"%s\" by:\n", what, trace->thread);
    backtrace_show(trace->callers, trace->count, print);
}

static void show_place(const struct block *b, uint64_t addr,
                       report_print_fn *print)
{
    uint64_t start = (uint64_t)b->start, end = start + b->bytes;
    const char *kind = b->freed ? "a freed block" : "a block";

    if (addr < start)
        report_printf(print, "debug heap: 0x%lx is %lu bytes before %s", addr,
                      start - addr, kind);
    else if (addr >= end)
        report_printf(print, "debug heap: 0x%lx is %lu bytes behind %s", addr,
                      addr - end, kind);
    else
        report_printf(print, "debug heap: 0x%lx is byte %lu in %s", addr,
                      addr - start, kind);
    report_printf(print, " of %lu bytes at 0x%lx\n", b->bytes, start);
}

static struct block *block_at(uint64_t addr)
{
    uint64_t page = (addr - heap.base) / PAGE_SIZE;

    return heap.base && page < heap.pages ? heap.blocks[page] : NULL;
}

/* The block that a fault is about. Where the fault does not tell its address
 * (Xen 4.17 on QEMU's SVM), one that a register points to. */
static struct block *find_culprit(const struct report_fault *fault,
                                  uint64_t *out_addr)
{
    struct block *b;

    *out_addr = fault->address;
    if (fault->address)
        return block_at(fault->address);
    for (size_t i = 0; i < ARRAY_SIZE(fault->registers); i++) {
        *out_addr = fault->registers[i];
        b = block_at(*out_addr);
        if (b && (b->freed || *out_addr >= (uint64_t)b->start + b->bytes))
            return b;
    }
    return NULL;
}

static void explain(const struct report_fault *fault, report_print_fn *print)
{
    const struct block *b = heap.culprit;
    uint64_t addr;

    if (b)
        addr = (uint64_t)b->start;
    else if (fault)
        b = find_culprit(fault, &addr);
    if (!b)
        return;
    show_place(b, addr, print);
    show_trace("allocated", &b->allocated, print);
    if (b->freed)
        show_trace("freed", &b->ended, print);
}

/* --- the ring of addresses --- */

static int start(void)
{
    struct area_request ring = {0};
    struct page_stats stats;
    int rc;

    page_get_stats(&stats);
    heap.pages = stats.total_pages * RING_PER_RAM;
    ring.bytes = heap.pages * PAGE_SIZE;
    heap.blocks = heap_zalloc(heap.pages * sizeof(*heap.blocks));
    if (!heap.blocks)
        return -1;
    rc = area_map(&ring, &heap.base);
    if (rc) {
        heap_free(heap.blocks);
        return rc;
    }
    report_explain_panics(explain);
    return 0;
}

static void set_pages(const struct block *b, struct block *value)
{
    for (uint64_t i = 0; i < b->pages; i++)
        heap.blocks[b->page + i] = value;
}

/* Forgets the freed blocks in the way. False: a live one is, and *page is
 * behind it. */
static bool make_room(uint64_t *page, uint64_t pages)
{
    for (uint64_t i = *page; i < *page + pages; i++) {
        struct block *b = heap.blocks[i];

        if (b && !b->freed) {
            *page = b->page + b->pages;
            return false;
        }
        if (b) {
            set_pages(b, NULL);
            heap_free(b);
        }
    }
    return true;
}

/* pages of the ring without a live block, from heap.next on and once round. */
static bool find_room(uint64_t pages, uint64_t *out_page)
{
    uint64_t page = heap.next;

    for (int round = 0; round < 2; round++) {
        while (page + pages <= heap.pages)
            if (make_room(&page, pages)) {
                *out_page = page;
                heap.next = page + pages;
                return true;
            }
        page = 0;
    }
    return false;
}

static uint64_t address(uint64_t page)
{
    return heap.base + page * PAGE_SIZE;
}

/* Pages with access, and memory, or without both. */
static int map(const struct block *b, unsigned prot)
{
    const struct area_request request = {
        .hint = address(b->page),
        .bytes = (b->pages - 1) * PAGE_SIZE,
        .prot = prot,
        .flags = AREA_FIXED | (prot ? AREA_POPULATE : 0),
    };
    uint64_t vaddr;

    return area_map(&request, &vaddr);
}

/* --- blocks --- */

static char *first_byte(const struct block *b)
{
    return (char *)address(b->page);
}

static char *last_byte(const struct block *b)
{
    return first_byte(b) + (b->pages - 1) * PAGE_SIZE;
}

static int place(struct block *b, size_t align)
{
    uint64_t end;

    if ((!heap.base && start()) || !find_room(b->pages, &b->page))
        return -1;
    if (map(b, AREA_READ | AREA_WRITE)) {
        map(b, 0); /* what was there has ended */
        return -1;
    }
    end = (uint64_t)last_byte(b);
    b->start = (char *)((end - b->bytes) & ~(align - 1));
    set_pages(b, b);
    return 0;
}

void *debugheap_alloc(size_t align, size_t size)
{
    struct block *b = size <= 1ul << 40 ? heap_zalloc(sizeof(*b)) : NULL;
    int rc;

    if (!b)
        return NULL;
    b->bytes = size;
    /* Room to move the start down to where it is aligned; a page behind. */
    b->pages = (size + align - 1 + PAGE_SIZE - 1) / PAGE_SIZE + 1;
    if (b->pages == 1)
        b->pages = 2;
    take_trace(&b->allocated);
    mutex_lock(&heap.mutex);
    rc = place(b, align);
    mutex_unlock(&heap.mutex);
    if (rc) {
        heap_free(b);
        return NULL;
    }
    memset(first_byte(b), FILL_AROUND, (size_t)(b->start - first_byte(b)));
    memset(b->start, FILL_NEW, size);
    memset(b->start + size, FILL_AROUND,
           (size_t)(last_byte(b) - b->start) - size);
    return b->start;
}

static void check_around(const struct block *b, const char *from,
                         const char *to)
{
    for (const char *at = from; at < to; at++)
        if ((unsigned char)*at != FILL_AROUND) {
            heap.culprit = b;
            panic("debug heap: byte %ld of a block of %lu bytes was written",
                  (long)(at - b->start), b->bytes);
        }
}

/* The live block at ptr; NULL: the kernel's heap gave it. */
static struct block *find(void *ptr, const char *what)
{
    struct block *b = block_at((uint64_t)ptr);

    if (!b &&
        (!heap.base || (uint64_t)ptr - heap.base >= heap.pages * PAGE_SIZE))
        return NULL;
    heap.culprit = b;
    if (!b)
        panic("debug heap: %s of %p, which was never allocated", what, ptr);
    if (b->start != ptr)
        panic("debug heap: %s of %p, which is not the start of a block", what,
              ptr);
    if (b->freed)
        panic("debug heap: %s of %p, which was freed already", what, ptr);
    heap.culprit = NULL;
    return b;
}

void debugheap_free(void *ptr)
{
    struct block *b;

    mutex_lock(&heap.mutex);
    b = find(ptr, "free");
    if (b) {
        check_around(b, first_byte(b), b->start);
        check_around(b, b->start + b->bytes, last_byte(b));
        take_trace(&b->ended);
        b->freed = true;
        if (map(b, 0))
            panic("debug heap: out of memory");
    }
    mutex_unlock(&heap.mutex);
    if (!b)
        heap_free(ptr);
}

size_t debugheap_bytes(void *ptr)
{
    struct block *b;

    mutex_lock(&heap.mutex);
    b = find(ptr, "realloc or malloc_usable_size");
    mutex_unlock(&heap.mutex);
    return b ? b->bytes : heap_usable_bytes(ptr);
}
