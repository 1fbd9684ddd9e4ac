/* SPDX-License-Identifier: BSD-2-Clause */
/* The grant table on Xen: it grows, and a peer, here this domain itself, that
 * keeps a page mapped keeps it out of reuse. */

#include <pith/bootinfo.h>
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/grant.h>
#include <pith/hypercall.h>
#include <pith/page.h>
#include <pith/xeninfo.h>
#include <xen/arch-x86/cpuid.h>
#include <xen/grant_table.h>
#include <xen/xen.h>

#include "guest_test.h"

#define MANY 1300 /* three frames of 512 */

static grant_ref_t refs[MANY];
static grant_handle_t handle;

static struct grant_stats stats(void)
{
    struct grant_stats result;

    grant_get_stats(&result);
    return result;
}

static uint64_t free_pages(void)
{
    struct page_stats result;

    page_get_stats(&result);
    return result.free_pages;
}

static uint16_t own_domid(void)
{
    return (uint16_t)cpuid(boot_info.xen_cpuid_base + 4, 0).ecx;
}

/* Does what a peer does that maps the page. Xen lets a domain map its own
 * grant, and where the page is already, but takes the memory away when it is
 * unmapped: after release, page must not be used any more. */
static int hold(grant_ref_t ref, void *page)
{
    struct gnttab_map_grant_ref op = {
        .host_addr = virt_to_phys(page),
        .flags = GNTMAP_host_map,
        .ref = ref,
        .dom = own_domid(),
    };
    long rc = hypercall_grant_table_op(GNTTABOP_map_grant_ref, &op, 1);

    handle = op.handle;
    return rc ? (int)rc : op.status;
}

static int release(void *page)
{
    struct gnttab_unmap_grant_ref op = {.host_addr = virt_to_phys(page),
                                        .handle = handle};
    long rc = hypercall_grant_table_op(GNTTABOP_unmap_grant_ref, &op, 1);

    return rc ? (int)rc : op.status;
}

/* Has Xen copy between the page behind ref and one of our own, as a peer. */
static int copy(grant_ref_t ref, void *own, int to_ref)
{
    struct gnttab_copy op = {.len = PAGE_SIZE};
    uint64_t gfn = virt_to_phys(own) >> PAGE_SHIFT;
    long rc;

    if (to_ref) {
        op.flags = GNTCOPY_dest_gref;
        op.dest.u.ref = ref;
        op.dest.domid = own_domid();
        op.source.u.gmfn = gfn;
        op.source.domid = DOMID_SELF;
    } else {
        op.flags = GNTCOPY_source_gref;
        op.source.u.ref = ref;
        op.source.domid = own_domid();
        op.dest.u.gmfn = gfn;
        op.dest.domid = DOMID_SELF;
    }
    rc = hypercall_grant_table_op(GNTTABOP_copy, &op, 1);
    return rc ? (int)rc : op.status;
}

TEST(grants_beyond_a_frame_grow_the_table)
{
    void *page = page_alloc_zeroed(0);
    unsigned used = stats().used;

    for (int i = 0; i < MANY; i++) {
        CHECK_EQ(grant_access(0, page, i & 1, &refs[i]), 0);
        CHECK(refs[i] >= GNTTAB_NR_RESERVED_ENTRIES);
    }
    CHECK_EQ(stats().used, used + MANY);
    CHECK_EQ(stats().frames, 3);
    CHECK(stats().max_frames >= 32);
    for (int i = 0; i < MANY; i++)
        CHECK_EQ(grant_end(refs[i]), 0);
    CHECK_EQ(stats().used, used);
    page_free(page, 0);
}

TEST(grant_gives_the_peer_the_page_until_it_ends)
{
    char *page = page_alloc_zeroed(0), *own = page_alloc_zeroed(0);
    grant_ref_t ref;

    strcpy(page, "shared");
    CHECK_EQ(grant_access(own_domid(), page, false, &ref), 0);
    CHECK_EQ(copy(ref, own, 0), GNTST_okay);
    CHECK_STR(own, "shared");
    strcpy(own, "answer");
    CHECK_EQ(copy(ref, own, 1), GNTST_okay);
    CHECK_STR(page, "answer");
    CHECK_EQ(grant_end(ref), 0);
    CHECK(copy(ref, own, 0) < 0);
    page_free(page, 0);
    page_free(own, 0);
}

TEST(grant_that_is_readonly_cannot_be_written)
{
    char *page = page_alloc_zeroed(0), *own = page_alloc_zeroed(0);
    grant_ref_t ref;

    CHECK_EQ(grant_access(own_domid(), page, true, &ref), 0);
    CHECK_EQ(copy(ref, own, 0), GNTST_okay);
    CHECK(copy(ref, own, 1) < 0);
    CHECK_EQ(grant_end(ref), 0);
    page_free(page, 0);
    page_free(own, 0);
}

TEST(grant_end_of_a_mapped_page_is_refused)
{
    char *page = page_alloc_zeroed(0);
    grant_ref_t ref;

    CHECK_EQ(grant_access(own_domid(), page, false, &ref), 0);
    CHECK_EQ(hold(ref, page), 0);
    CHECK_EQ(grant_end(ref), -XEN_EBUSY);
    page[0] = 'x'; /* still there */
    CHECK_EQ(page[0], 'x');
    CHECK_EQ(release(page), 0);
    CHECK_EQ(grant_end(ref), 0);
}

/* Holding maps the page over itself, which takes its memory away for good: so
 * this image is not built with checks, which look at what free pages hold. */
TEST(grant_of_a_mapped_page_is_quarantined_until_it_is_released)
{
    char *page = page_alloc_zeroed(0);
    grant_ref_t ref, other;
    uint64_t before;

    CHECK_EQ(grant_access(own_domid(), page, false, &ref), 0);
    CHECK_EQ(hold(ref, page), 0);
    before = free_pages();
    grant_end_and_free(ref, page);
    CHECK_EQ(stats().quarantined, 1);
    CHECK_EQ(free_pages(), before);
    CHECK_EQ(release(page), 0);
    for (unsigned i = 0; i < stats().frames; i++) { /* it looks at one each */
        CHECK_EQ(grant_access(0, image_data_start, true, &other), 0);
        CHECK_EQ(grant_end(other), 0);
    }
    CHECK_EQ(stats().quarantined, 0);
    CHECK_EQ(free_pages(), before + 1);
    CHECK(page_alloc(0) == page); /* and keep it: it has no memory */
}

int main(void)
{
    if (!(xen_info()->hvm_features & XEN_HVM_CPUID_DOMID_PRESENT)) {
        printf("FAIL own domain id is not in CPUID\n");
        return 1;
    }
    return test_run_all();
}
