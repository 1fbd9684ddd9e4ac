/* SPDX-License-Identifier: BSD-2-Clause */
/* The grant table up to the limit that the guest's configuration sets. */
/* clang-format off */
/* xl: max_grant_frames=4 */
/* console: xen: no grant reference left for a page to domain 0: all 4 frames of the grant table are in use, the limit is max_grant_frames */
/* check: [ $(grep -c 'no grant reference' $log) = 1 ] */
/* clang-format on */

#include <pith/errno.h>
#include <pith/grant.h>
#include <pith/page.h>
#include <xen/grant_table.h>

#include "guest_test.h"

#define FRAMES 4
#define ENTRIES (FRAMES * PAGE_SIZE / sizeof(struct grant_entry_v1))

static grant_ref_t refs[ENTRIES];
static bool granted[ENTRIES];

static struct grant_stats stats(void)
{
    struct grant_stats result;

    grant_get_stats(&result);
    return result;
}

/* Grants page until that fails; stores how often it went well. */
static int grant_all(const void *page, unsigned *out_count)
{
    int rc = 0;

    *out_count = 0;
    while (*out_count < ENTRIES) {
        rc = grant_access(0, page, false, &refs[*out_count]);
        if (rc)
            break;
        ++*out_count;
    }
    return rc;
}

TEST(grants_beyond_the_limit_are_enospc)
{
    unsigned used = stats().used, count, again;
    void *page = page_alloc_zeroed(0);
    grant_ref_t none = 4711;

    CHECK_EQ(stats().max_frames, FRAMES);
    CHECK_EQ(grant_all(page, &count), -XEN_ENOSPC);
    CHECK_EQ(count, ENTRIES - GNTTAB_NR_RESERVED_ENTRIES - used);
    CHECK_EQ(stats().frames, FRAMES);
    for (unsigned i = 0; i < count; i++) {
        CHECK(refs[i] >= GNTTAB_NR_RESERVED_ENTRIES && refs[i] < ENTRIES);
        CHECK(!granted[refs[i]]); /* each once */
        granted[refs[i]] = true;
    }
    CHECK_EQ(grant_access(0, page, false, &none), -XEN_ENOSPC);
    CHECK_EQ(none, 4711);
    /* One that ends is one that can be had. */
    CHECK_EQ(grant_end(refs[77]), 0);
    CHECK_EQ(grant_access(0, page, true, &refs[77]), 0);
    CHECK_EQ(grant_access(0, page, true, &none), -XEN_ENOSPC);
    for (unsigned i = 0; i < count; i += 2)
        CHECK_EQ(grant_end(refs[i]), 0);
    for (unsigned i = 1; i < count; i += 2)
        CHECK_EQ(grant_end(refs[i]), 0);
    CHECK_EQ(stats().used, used);
    CHECK_EQ(grant_all(page, &again), -XEN_ENOSPC);
    CHECK_EQ(again, count);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(grant_end(refs[i]), 0);
    CHECK_EQ(stats().used, used);
    page_free(page, 0);
}

int main(void)
{
    return test_run_all();
}
