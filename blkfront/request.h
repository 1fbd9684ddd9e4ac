/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pure parts of the block protocol: names, checks on what the backend says,
 * cutting requests to fit. No state; any context; runs in host tests.
 * Source: xen/io/blkif.h, docs/man/xen-vbd-interface.
 */
#ifndef PITH_BLKFRONT_REQUEST_H
#define PITH_BLKFRONT_REQUEST_H

#include <pith/compiler.h>
#include <stdbool.h>
#include <xen/grant_table.h>
#include <xen/io/blkif.h>
#include <xen/xen.h>

/* What sector numbers and segment bounds count, whatever the disk's sectors. */
#define BLK_UNIT_BYTES 512u
#define BLK_SEGMENTS BLKIF_MAX_SEGMENTS_PER_REQUEST
#define BLK_PAGE_BYTES 4096u
/* Requests on the way: the slots of a ring of one page. */
#define BLK_FLIGHTS 32u

union blk_slot {
    struct blkif_request request;
    struct blkif_response response;
};

struct blk_request;

/* One request on the ring: a piece of a struct blk_request. */
struct blk_flight {
    bool busy;
    uint8_t operation; /* BLKIF_OP_* */
    uint8_t page_count;
    uint16_t pages[BLK_SEGMENTS]; /* numbers in the pool */
    uint32_t bytes;
    uint64_t at_bytes; /* offset of the piece in the request's buffer */
    uint64_t id;       /* on the ring: a count, and below it our index */
    struct blk_request *request;
};

/* Name of virtual device vdev: "xvda" for 51712 and, by libxl's rule, for hda
 * and sda; "xvda1" for a partition. 0 or -XEN_EINVAL. */
int blk_name(uint32_t vdev, char *name, size_t size);

/* Checks a disk of sectors units with sectors of sector_bytes. 0 and its size,
 * or -XEN_EINVAL. */
int blk_size(uint64_t sectors, uint64_t sector_bytes, uint64_t *out_bytes);

/* True if [offset, offset + length) lies on a disk of size_bytes and both are
 * multiples of sector_bytes. */
bool blk_range_valid(uint64_t offset_bytes, uint64_t length_bytes,
                     uint64_t size_bytes, uint32_t sector_bytes);

/* Bytes of the next piece of a request of which left_bytes are left, and the
 * pages that takes. */
uint32_t blk_piece_bytes(uint64_t left_bytes);
uint32_t blk_pages_of(uint32_t bytes);
/* Fills in segment i of a piece of bytes that starts at its first page. */
void blk_segment(struct blkif_request_segment *segment, grant_ref_t ref,
                 uint32_t i, uint32_t bytes);

/* Index of the flight that response answers, or -XEN_EIO with *why saying what
 * is wrong with it, and *value the wrong value. */
int blk_response_match(const struct blk_flight *flights,
                       const struct blkif_response *response, const char **why,
                       uint64_t *value);

#endif
