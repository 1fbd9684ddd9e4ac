/* SPDX-License-Identifier: BSD-2-Clause */
/* The grant table against a fake Xen that has three frames to give, and peers
 * that hold on to pages. */
/* sources: xen/grant.c */
/* flags: -include test/host/fake_spinlock.h */

#define _GNU_SOURCE
#include "../../xen/private.h"
#include "test.h"
#include <pith/errno.h>
#include <pith/grant.h>
#include <pith/heap.h>
#include <pith/hypercall.h>
#include <pith/log.h>
#include <pith/page.h>
#include <sys/mman.h>
#include <xen/grant_table.h>
#include <xen/memory.h>

#define MAX_FRAMES 3
#define PER_FRAME (PAGE_SIZE / sizeof(struct grant_entry_v1))
#define ALL_REFS (MAX_FRAMES * PER_FRAME - GNTTAB_NR_RESERVED_ENTRIES)

static struct grant_entry_v1 *frames[MAX_FRAMES];
static unsigned frame_count, pages_out;

/* Below 2 GiB, so that page numbers fit the table's 32 bits as they do in a
 * guest. */
void *page_alloc(unsigned order)
{
    void *page = mmap(NULL, PAGE_SIZE << order, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

    pages_out++;
    return page == MAP_FAILED ? NULL : page;
}

/* Unmaps, so that a second free or a late use is a fault. */
void page_free(void *page, unsigned order)
{
    CHECK_EQ(munmap(page, PAGE_SIZE << order), 0);
    pages_out--;
}

static bool no_memory;
static char said[256];
static unsigned said_count;

static void say(const char *line, size_t length)
{
    snprintf(said, sizeof(said), "%.*s", (int)length, line);
    said_count++;
}

void *heap_realloc(void *ptr, size_t size_bytes)
{
    return no_memory ? NULL : realloc(ptr, size_bytes);
}

int physmap_add(unsigned space, uint64_t idx, void **out)
{
    CHECK_EQ(space, XENMAPSPACE_grant_table);
    CHECK_EQ(idx, frame_count);
    CHECK(idx < MAX_FRAMES);
    *out = frames[frame_count++] = page_alloc(0);
    return 0;
}

int physmap_renew(unsigned space, uint64_t idx, const void *page)
{
    CHECK_EQ(space, XENMAPSPACE_grant_table);
    CHECK(page == frames[idx]);
    memset(frames[idx], 0, PAGE_SIZE); /* another domain's table */
    return 0;
}

long hypercall_grant_table_op(unsigned cmd, void *ops, unsigned count)
{
    struct gnttab_query_size *op = ops;

    CHECK_EQ(cmd, GNTTABOP_query_size);
    op->max_nr_frames = MAX_FRAMES;
    op->status = GNTST_okay;
    return 0;
}

static struct grant_entry_v1 *entry(grant_ref_t ref)
{
    return &frames[ref / PER_FRAME][ref % PER_FRAME];
}

static struct grant_stats stats(void)
{
    struct grant_stats result;

    grant_get_stats(&result);
    return result;
}

TEST(grant_access_fills_the_entry)
{
    void *page = page_alloc(0);
    grant_ref_t ref = 0;

    CHECK_EQ(grant_access(7, page, true, &ref), 0);
    CHECK(ref >= GNTTAB_NR_RESERVED_ENTRIES);
    CHECK_EQ(entry(ref)->domid, 7);
    CHECK_EQ(entry(ref)->frame, (uintptr_t)page >> PAGE_SHIFT);
    CHECK_EQ(entry(ref)->flags, GTF_permit_access | GTF_readonly);
    CHECK_EQ(grant_end(ref), 0);
    CHECK_EQ(entry(ref)->flags, 0);
    CHECK_EQ(grant_access(7, page, false, &ref), 0);
    CHECK_EQ(entry(ref)->flags, GTF_permit_access);
    grant_end_and_free(ref, page);
    CHECK_EQ(stats().used, 0);
}

TEST(grant_end_of_a_mapped_page_changes_nothing)
{
    void *page = page_alloc(0);
    grant_ref_t ref = 0;
    uint16_t flags;

    grant_access(1, page, false, &ref);
    flags = entry(ref)->flags |= GTF_reading | GTF_writing;
    CHECK_EQ(grant_end(ref), -XEN_EBUSY);
    CHECK_EQ(entry(ref)->flags, flags);
    CHECK_EQ(entry(ref)->frame, (uintptr_t)page >> PAGE_SHIFT);
    entry(ref)->flags = GTF_permit_access | GTF_reading;
    CHECK_EQ(grant_end(ref), -XEN_EBUSY);
    entry(ref)->flags = GTF_permit_access;
    CHECK_EQ(grant_end(ref), 0);
    page_free(page, 0);
}

TEST(grant_of_a_restored_domain_is_to_nobody_and_ends_as_ever)
{
    void *held = page_alloc(0), *page = page_alloc(0);
    grant_ref_t mapped = 0, ref = 0, freed = 0;
    struct grant_entry_v1 *copy;

    grant_access(1, held, false, &mapped);
    grant_access(2, page, true, &freed);
    CHECK_EQ(grant_end(freed), 0); /* the free list goes through here */
    grant_access(2, page, true, &ref);
    entry(mapped)->flags |= GTF_reading | GTF_writing;
    copy = malloc(grants_frame_count() * PAGE_SIZE);
    grants_copy(copy);
    CHECK_EQ(grants_renew(copy), 0);
    free(copy);
    CHECK_EQ(entry(mapped)->domid, DOMID_INVALID);
    CHECK_EQ(entry(mapped)->flags, GTF_permit_access);
    CHECK_EQ(grant_end(ref), 0);
    grant_end_and_free(mapped, held);
    CHECK_EQ(stats().used, 0);
    CHECK_EQ(stats().quarantined, 0);
    CHECK_EQ(grant_access(3, page, false, &ref), 0);
    CHECK_EQ(entry(ref)->domid, 3);
    grant_end_and_free(ref, page);
}

TEST(grant_page_held_by_the_peer_is_quarantined_until_released)
{
    unsigned before = pages_out;
    grant_ref_t held = 0, ref = 0;
    void *page = page_alloc(0), *other = page_alloc(0);

    grant_access(1, page, false, &held);
    entry(held)->flags |= GTF_reading;
    grant_end_and_free(held, page);
    CHECK_EQ(stats().quarantined, 1);
    CHECK_EQ(stats().used, 1);
    for (int i = 0; i < 10; i++) {
        CHECK_EQ(grant_access(1, other, false, &ref), 0);
        CHECK(ref != held);
        CHECK_EQ(grant_end(ref), 0);
    }
    CHECK_EQ(pages_out, before + 2);
    entry(held)->flags &= ~GTF_reading; /* the peer lets go */
    grant_access(1, other, false, &ref);
    CHECK_EQ(stats().quarantined, 0);
    CHECK_EQ(pages_out, before + 1);
    grant_end_and_free(ref, other);
    CHECK_EQ(pages_out, before);
}

TEST(grant_table_grows_to_its_limit_and_says_when_it_is_full)
{
    static grant_ref_t refs[ALL_REFS];
    static uint8_t seen[MAX_FRAMES * PER_FRAME];
    grant_ref_t extra = 4711;
    void *page = page_alloc(0);

    log_set_sink(say);
    for (unsigned i = 0; i < ALL_REFS; i++) {
        if (i == PER_FRAME - GNTTAB_NR_RESERVED_ENTRIES) {
            no_memory = true;
            CHECK_EQ(grant_access(7, page, false, &extra), -XEN_ENOMEM);
            CHECK_EQ(grant_access(7, page, false, &extra), -XEN_ENOMEM);
            CHECK_STR(said, "xen: no grant reference for a page to domain 7: "
                            "no memory for more than 1 frames of the grant "
                            "table\n");
            CHECK_EQ(said_count, 1);
            no_memory = false;
        }
        CHECK_EQ(grant_access(2, page, false, &refs[i]), 0);
        CHECK(refs[i] >= GNTTAB_NR_RESERVED_ENTRIES && !seen[refs[i]]);
        seen[refs[i]] = 1;
    }
    CHECK_EQ(stats().frames, MAX_FRAMES);
    CHECK_EQ(stats().max_frames, MAX_FRAMES);
    CHECK_EQ(stats().used, ALL_REFS);
    CHECK_EQ(grant_access(2, page, false, &extra), -XEN_ENOSPC);
    CHECK_EQ(grant_access(2, page, false, &extra), -XEN_ENOSPC);
    CHECK_EQ(extra, 4711);
    CHECK_STR(said, "xen: no grant reference left for a page to domain 2: all "
                    "3 frames of the grant table are in use, the limit is "
                    "max_grant_frames in the guest's configuration\n");
    CHECK_EQ(said_count, 2);
    CHECK_EQ(grant_end(refs[100]), 0);
    CHECK_EQ(grant_access(2, page, false, &extra), 0);
    CHECK_EQ(extra, refs[100]);
    for (unsigned i = 0; i < ALL_REFS; i++)
        CHECK_EQ(grant_end(refs[i]), 0);
    CHECK_EQ(stats().used, 0);
    page_free(page, 0);
}

TEST(grant_many_held_pages_all_come_back)
{
    static grant_ref_t refs[700]; /* in two frames */
    unsigned before = pages_out;
    grant_ref_t ref = 0;
    void *other = page_alloc(0);

    for (int i = 0; i < 700; i++) {
        void *page = page_alloc(0);

        grant_access(3, page, false, &refs[i]);
        entry(refs[i])->flags |= GTF_writing;
        grant_end_and_free(refs[i], page);
    }
    CHECK_EQ(stats().quarantined, 700);
    CHECK_EQ(pages_out, before + 701);
    for (int i = 0; i < 700; i++)
        entry(refs[i])->flags &= ~GTF_writing;
    for (int i = 0; i < 800; i++) { /* a page a call, and empty frames */
        grant_access(3, other, false, &ref);
        grant_end(ref);
    }
    CHECK_EQ(stats().quarantined, 0);
    CHECK_EQ(stats().used, 0);
    CHECK_EQ(pages_out, before + 1);
    page_free(other, 0);
}
