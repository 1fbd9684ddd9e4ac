/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Grant table, version 1. Owns the table's frames, which are mapped one by one
 * when they are needed, and the pages in quarantine: those that a peer did not
 * let go when it should have. Source: xen/grant_table.h.
 *
 * Only Xen and this domain can write the table, and Xen looks at an entry only
 * while its flags are set: the frame field of a free entry links the free
 * list.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/bitmap.h>
#include <pith/errno.h>
#include <pith/grant.h>
#include <pith/heap.h>
#include <pith/hypercall.h>
#include <pith/log.h>
#include <pith/page.h>
#include <pith/panic.h>
#include <pith/spinlock.h>
#include <pith/string.h>
#include <xen/grant_table.h>
#include <xen/memory.h>

#define ENTRIES_PER_FRAME (PAGE_SIZE / sizeof(struct grant_entry_v1))
/* The first references are the toolstack's: 0 never stands for one of ours. */
#define NO_REF 0u

struct frame {
    struct grant_entry_v1 *entries;
    unsigned long quarantine[BITMAP_LONGS(ENTRIES_PER_FRAME)];
};

static struct {
    struct spinlock lock; /* everything here; no upcall takes it */
    struct frame *frames;
    uint32_t frame_count;
    uint32_t max_frames; /* 0: not asked yet */
    uint32_t free_head;  /* references that were used and are free again */
    uint32_t next_fresh; /* this one and those above were never used */
    uint32_t used, quarantined;
    uint32_t quarantine_frame; /* where the next look at quarantine goes */
    bool told_full, told_short;
} grants = {.lock = SPINLOCK_INIT, .next_fresh = GNTTAB_NR_RESERVED_ENTRIES};

static struct grant_entry_v1 *entry_locked(grant_ref_t ref)
{
    ASSERT(ref >= GNTTAB_NR_RESERVED_ENTRIES && ref < grants.next_fresh);
    return &grants.frames[ref / ENTRIES_PER_FRAME]
                .entries[ref % ENTRIES_PER_FRAME];
}

static uint32_t ask_max_frames(void)
{
    struct gnttab_query_size op = {.dom = DOMID_SELF};
    long rc = hypercall_grant_table_op(GNTTABOP_query_size, &op, 1);

    return rc || op.status != GNTST_okay ? 1 : op.max_nr_frames;
}

/* Adds a frame to the table: Xen makes it when it is first mapped. One is
 * always granted, so the limit is asked for only before the second. */
static int grow_locked(void)
{
    struct frame *frames;
    void *page;

    if (grants.frame_count && !grants.max_frames)
        grants.max_frames = ask_max_frames();
    if (grants.frame_count && grants.frame_count >= grants.max_frames)
        return -XEN_ENOSPC;
    frames =
        heap_realloc(grants.frames, (grants.frame_count + 1) * sizeof(*frames));
    if (!frames)
        return -XEN_ENOMEM;
    grants.frames = frames;
    if (physmap_add(XENMAPSPACE_grant_table, grants.frame_count, &page))
        return -XEN_ENOMEM;
    frames[grants.frame_count++] = (struct frame){.entries = page};
    return 0;
}

static int ref_alloc_locked(grant_ref_t *out)
{
    if (grants.free_head != NO_REF) {
        *out = grants.free_head;
        grants.free_head = entry_locked(*out)->frame;
        return 0;
    }
    if (grants.next_fresh == grants.frame_count * ENTRIES_PER_FRAME ||
        !grants.frame_count) {
        int rc = grow_locked();

        if (rc)
            return rc;
    }
    *out = grants.next_fresh++;
    return 0;
}

/* Ends the access if the peer does not use it right now, and frees ref. */
static int revoke_locked(grant_ref_t ref)
{
    struct grant_entry_v1 *entry = entry_locked(ref);
    uint16_t flags = READ_ONCE(entry->flags);

    ASSERT((flags & GTF_type_mask) == GTF_permit_access);
    /* Xen sets these two when the peer maps or copies. If it does so between
     * the look and the exchange, the exchange fails and we look again. */
    do {
        if (flags & (GTF_reading | GTF_writing))
            return -XEN_EBUSY;
    } while (!atomic_compare_exchange(&entry->flags, &flags, 0));
    entry->frame = grants.free_head;
    grants.free_head = ref;
    grants.used--;
    return 0;
}

static void *page_locked(grant_ref_t ref)
{
    return phys_to_virt((uint64_t)entry_locked(ref)->frame << PAGE_SHIFT);
}

static void quarantine_add_locked(grant_ref_t ref)
{
    bitmap_set(grants.frames[ref / ENTRIES_PER_FRAME].quarantine,
               ref % ENTRIES_PER_FRAME);
    grants.quarantined++;
}

/* Takes one page out of quarantine that the peer has released since, or NULL.
 * Looks at one frame a call, the next frame the next time, so that a peer that
 * holds on to many pages costs every caller little. */
static void *quarantine_take_locked(void)
{
    uint32_t number = grants.quarantine_frame;
    struct frame *frame = &grants.frames[number];

    for (unsigned i = 0; i < ARRAY_SIZE(frame->quarantine); i++) {
        unsigned long left = frame->quarantine[i];

        for (; left; left &= left - 1) {
            unsigned index = i * BITS_PER_LONG + __builtin_ctzl(left);
            grant_ref_t ref = number * ENTRIES_PER_FRAME + index;
            void *page = page_locked(ref);

            if (revoke_locked(ref))
                continue;
            bitmap_clear(frame->quarantine, index);
            grants.quarantined--;
            return page;
        }
    }
    grants.quarantine_frame = (number + 1) % grants.frame_count;
    return NULL;
}

/* Whether nobody was told yet of a failure like rc. */
static bool is_news_locked(int rc)
{
    bool *told = rc == -XEN_ENOSPC ? &grants.told_full : &grants.told_short;
    bool news = !*told;

    *told = true;
    return news;
}

static void say_refused(int rc, uint16_t domid, uint32_t frames)
{
    if (rc == -XEN_ENOSPC)
        log_error("xen: no grant reference left for a page to domain %u: all "
                  "%u frames of the grant table are in use, the limit is "
                  "max_grant_frames in the guest's configuration",
                  domid, frames);
    else
        log_error("xen: no grant reference for a page to domain %u: no memory "
                  "for more than %u frames of the grant table",
                  domid, frames);
}

int grant_access(uint16_t domid, const void *page, bool readonly,
                 grant_ref_t *out)
{
    struct grant_entry_v1 *entry;
    void *released = NULL;
    uint32_t frames;
    bool say;
    int rc;

    ASSERT(virt_to_phys(page) % PAGE_SIZE == 0);
    spin_lock(&grants.lock);
    if (grants.quarantined)
        released = quarantine_take_locked();
    rc = ref_alloc_locked(out);
    if (!rc) {
        entry = entry_locked(*out);
        entry->domid = domid;
        entry->frame = virt_to_phys(page) >> PAGE_SHIFT;
        /* Xen must not see the flags before the rest. */
        barrier_write();
        WRITE_ONCE(entry->flags,
                   GTF_permit_access | (readonly ? GTF_readonly : 0));
        grants.used++;
    }
    say = rc && is_news_locked(rc);
    frames = grants.frame_count;
    spin_unlock(&grants.lock);
    if (released)
        page_free(released, 0);
    if (say)
        say_refused(rc, domid, frames);
    return rc;
}

int grant_end(grant_ref_t ref)
{
    int rc;

    spin_lock(&grants.lock);
    rc = revoke_locked(ref);
    spin_unlock(&grants.lock);
    return rc;
}

void grant_end_and_free(grant_ref_t ref, void *page)
{
    void *released = page;

    spin_lock(&grants.lock);
    ASSERT(page_locked(ref) == page);
    if (revoke_locked(ref)) {
        quarantine_add_locked(ref);
        released = quarantine_take_locked();
    }
    spin_unlock(&grants.lock);
    if (released)
        page_free(released, 0);
}

uint32_t grants_frame_count(void)
{
    return grants.frame_count;
}

void grants_copy(struct grant_entry_v1 *copy)
{
    for (uint32_t i = 0; i < grants.frame_count; i++)
        memcpy(copy + i * ENTRIES_PER_FRAME, grants.frames[i].entries,
               PAGE_SIZE);
}

/* In the new domain nobody has any of our pages. A reference that was granted
 * is so again, to nobody, until its owner ends it as ever: so a driver needs
 * not know. The first entries are the toolstack's. */
int grants_renew(const struct grant_entry_v1 *copy)
{
    int rc = 0;

    for (uint32_t i = 0; i < grants.frame_count && !rc; i++)
        rc =
            physmap_renew(XENMAPSPACE_grant_table, i, grants.frames[i].entries);
    if (rc)
        return rc;
    for (grant_ref_t ref = GNTTAB_NR_RESERVED_ENTRIES; ref < grants.next_fresh;
         ref++) {
        struct grant_entry_v1 *entry = entry_locked(ref);

        entry->frame = copy[ref].frame;
        entry->domid = DOMID_INVALID;
        barrier_write(); /* before the flags, which Xen looks at first */
        WRITE_ONCE(entry->flags, copy[ref].flags & GTF_type_mask);
    }
    return 0;
}

void grant_get_stats(struct grant_stats *out)
{
    spin_lock(&grants.lock);
    if (!grants.max_frames)
        grants.max_frames = ask_max_frames();
    out->frames = grants.frame_count;
    out->max_frames = grants.max_frames;
    out->used = grants.used;
    out->quarantined = grants.quarantined;
    spin_unlock(&grants.lock);
}
