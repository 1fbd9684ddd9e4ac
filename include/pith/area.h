/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Areas: ranges of addresses whose pages appear when they are touched. mm/
 * keeps the areas, kernel/ answers page faults from them. An address range of
 * its own, from AREA_START on; never writable and executable at once.
 *
 * Calls that change areas: thread context, interrupts on, no spin lock held;
 * they never block, and work on whole pages. Errors are Xen's.
 */
#ifndef PITH_AREA_H
#define PITH_AREA_H

#include <pith/pagetable.h>

#define AREA_START 0x500000000000ul
#define AREA_END 0x600000000000ul /* 16 TiB */

/* What an area allows, and what a fault wanted. 0: no access; the CPU cannot
 * refuse to read what may be written or executed. */
enum { AREA_READ = 1, AREA_WRITE = 2, AREA_EXEC = 4 };

enum {
    AREA_FIXED = 1,     /* at the hint and nowhere else; ends what is there */
    AREA_NOREPLACE = 2, /* with AREA_FIXED: -XEN_EEXIST if something is there */
    AREA_POPULATE = 4,  /* with all its pages at once, if it allows access */
};

/*
 * Where the pages of an area come from: its pager. offset counts bytes in
 * object, and is a multiple of PAGE_SIZE. An object is held once for each area
 * that maps it (a split makes two of one), and during each fault.
 */
struct area_ops {
    /* The page for offset, now a user more of it. May run on several vCPUs for
     * one page: all but one answer are put again. Interrupts are off, nothing
     * may block, and SSE registers are the program's. 0, -XEN_ENOMEM, or
     * -XEN_EIO: the page cannot be had. */
    int (*fault)(void *object, uint64_t offset, unsigned access,
                 void **out_page);
    /* No vCPU reaches the page through this area any more. The context is that
     * of fault, or of the call that ends the area. */
    void (*page_put)(void *object, uint64_t offset, void *page);
    /* One holder more: must not take a lock. One less: of a call that ends an
     * area, or of a fault. */
    void (*get)(void *object);
    void (*put)(void *object);
};

struct area_request {
    uint64_t hint;  /* taken if it is free; 0: none */
    uint64_t bytes; /* a multiple of PAGE_SIZE */
    unsigned prot, flags;
    const struct area_ops *ops; /* NULL: zeroed pages of its own */
    void *object;               /* the area takes the caller's hold */
    uint64_t offset;            /* of the area's first byte */
};

/* 0 and where the area lies; -XEN_ENOMEM: no memory for what describes it, or
 * no room, or AREA_FIXED outside of AREA_START to AREA_END; -XEN_EACCES: both
 * AREA_WRITE and AREA_EXEC; -XEN_EINVAL: not whole pages, or none;
 * -XEN_EEXIST. The object's hold stays the caller's then. */
int area_map(const struct area_request *request, uint64_t *out_vaddr);
/* Ends all areas in the range, and splits those that are partly in it. Nothing
 * being there is no error. 0, -XEN_EINVAL, or -XEN_ENOMEM to split: nothing has
 * changed. */
int area_unmap(uint64_t vaddr, uint64_t bytes);
/* Gives the range other rights; pages keep their contents, without access too.
 * 0, -XEN_EINVAL, -XEN_EACCES, or -XEN_ENOMEM: some of it is no area (or what
 * area_unmap says), and nothing has changed. */
int area_protect(uint64_t vaddr, uint64_t bytes, unsigned prot);
/* Drops the pages in the range: the next touch finds new ones. 0, -XEN_EINVAL,
 * or -XEN_ENOMEM: some of it is no area; what is there has been dropped. */
int area_discard(uint64_t vaddr, uint64_t bytes);

struct area_info {
    uint64_t start, end;
    unsigned prot;
};
/* The area at vaddr, or the first above: 0 or -XEN_ENOENT. Neighbours that are
 * alike may be one area. Any context. */
int area_find(uint64_t vaddr, struct area_info *out);

/* A fault of the given access at vaddr. 0: repeat the access. -XEN_ENOENT: no
 * area allows it. -XEN_EAGAIN: another vCPU changes the area; repeat the access
 * with interrupts on. -XEN_ENOMEM or -XEN_EIO: the page cannot be had.
 * Interrupts may be off; no lock of mm/ is held. */
int area_fault(uint64_t vaddr, unsigned access);
/* kernel/ found that faults do not tell their address here: from now on areas
 * get their pages when they get rights. Before the first area. */
void area_set_eager(void);

#endif
