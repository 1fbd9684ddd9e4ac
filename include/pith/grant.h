/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Grant table, version 1, grown frame by frame up to Xen's limit. xen/.
 * Source: xen/grant_table.h. Thread context unless said otherwise; never
 * block.
 */
#ifndef PITH_GRANT_H
#define PITH_GRANT_H

#include <pith/compiler.h>
#include <stdbool.h>

typedef uint32_t grant_ref_t; /* as xen/grant_table.h */

/* Grants domid access to the page at ptr (page aligned, direct map). The page
 * stays the caller's but must not be reused before grant_end succeeded.
 * Stores the reference in *out. Returns 0, -XEN_ENOSPC (table full), or
 * -XEN_ENOMEM (no memory to let it grow); the log says so the first time. */
int grant_access(uint16_t domid, const void *page, bool readonly,
                 grant_ref_t *out);

/*
 * Revokes by compare-and-exchange. Returns 0 if nobody can reach the page any
 * more (the reference is free again), -XEN_EBUSY if the peer still maps it:
 * then nothing changed.
 */
int grant_end(grant_ref_t ref);

/*
 * Revokes, then frees the page with page_free(page, 0). If the peer still maps
 * it, page and reference go into quarantine and are freed when a later call
 * finds them released; never reused before. Takes page in every case.
 */
void grant_end_and_free(grant_ref_t ref, void *page);

struct grant_stats {
    uint32_t frames, max_frames; /* of the table */
    uint32_t used;               /* references granted */
    uint32_t quarantined;        /* pages that a peer did not let go */
};
void grant_get_stats(struct grant_stats *out);

#endif
