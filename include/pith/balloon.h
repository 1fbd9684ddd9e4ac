/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that the domain does without: free pages go back to Xen and come
 * again when the toolstack says so. mm/; control/ calls it.
 *
 * A page that is away keeps its mapping and its record and is never touched:
 * no page table changes, no TLB is shot down. Only free pages go away, so none
 * that a peer may still map.
 */
#ifndef PITH_BALLOON_H
#define PITH_BALLOON_H

#include <pith/compiler.h>

/* 2 MiB: what Xen and the processor map as one. */
#define BALLOON_ORDER_MAX 9
/* So many pages stay free, that the kernel can still work. */
#define BALLOON_KEEP_PAGES 64ul

/* Does with count blocks of 2^order pages, whose page numbers gfns holds, what
 * it is called for: gives them to Xen, or has Xen put pages there. Returns how
 * many of them, the first ones. Thread context; may block. */
typedef unsigned balloon_fn(const uint64_t *gfns, unsigned count,
                            unsigned order);

/* Takes up to pages free pages out of use, zeroed, largest blocks first, and
 * calls give with them. Returns how many went away. One of these calls at a
 * time; thread context. */
uint64_t balloon_inflate(uint64_t pages, balloon_fn *give);
/* Has up to pages of those that are away come back, and frees them. Where fill
 * has no 2 MiB in one piece it is asked for smaller blocks. */
uint64_t balloon_deflate(uint64_t pages, balloon_fn *fill);
/* How many pages are away. Any context. */
uint64_t balloon_pages(void);
/* How many pages of RAM the memory map has, with those away and those that the
 * allocator never had. */
uint64_t balloon_ram_pages(void);

/*
 * How many pages of the memory map's RAM Xen has none for, when it is asked
 * (populate on demand). They are held back, unused, before more is used than
 * the first 2 to 4 MiB of free memory, and count as away; Xen still thinks that
 * they are ours until balloon_inflate has given them, which comes first. ask
 * may be called with preemption off and must not block. xen/ sets it, before
 * threads.
 */
void balloon_set_shortage(uint64_t (*ask)(void));

#endif
