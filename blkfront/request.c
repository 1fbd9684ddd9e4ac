/* SPDX-License-Identifier: BSD-2-Clause */
/* Pure parts of the block protocol: see request.h. */

#include "request.h"

#include <pith/errno.h>
#include <pith/format.h>
#include <pith/string.h>

_Static_assert(sizeof(union blk_slot) == 112, "layout of blkif's ring slots");

/* Linux's numbers of the majors that names of virtual devices stem from. */
enum {
    MAJOR_HD0 = 3,
    MAJOR_SD = 8,
    MAJOR_HD1 = 22,
    MAJOR_XVD = 202,
};

/* Splits vdev by the table of xen-vbd-interface. */
static int vdev_split(uint32_t vdev, uint32_t *disk, uint32_t *partition)
{
    uint32_t major = vdev >> 8, minor = vdev & 0xff;

    if (vdev >> 28 == 1) {
        *disk = vdev >> 8 & 0xfffff;
        *partition = minor;
    } else if (major == MAJOR_XVD || major == MAJOR_SD) {
        *disk = minor >> 4;
        *partition = minor & 15;
    } else if (major == MAJOR_HD0 || major == MAJOR_HD1) {
        *disk = (minor >> 6) + (major == MAJOR_HD1 ? 2 : 0);
        *partition = minor & 63;
    } else {
        return -XEN_EINVAL;
    }
    return 0;
}

int blk_name(uint32_t vdev, char *name, size_t size)
{
    char letters[8];
    size_t at = sizeof(letters) - 1;
    uint32_t disk, partition;
    int length;

    if (vdev_split(vdev, &disk, &partition))
        return -XEN_EINVAL;
    letters[at] = '\0';
    /* a to z, aa to zz: digits of base 26 without a zero. */
    for (disk++; disk; disk = (disk - 1) / 26)
        letters[--at] = (char)('a' + (disk - 1) % 26);
    if (partition)
        length = format(name, size, "xvd%s%u", letters + at, partition);
    else
        length = format(name, size, "xvd%s", letters + at);
    return (size_t)length < size ? 0 : -XEN_EINVAL;
}

int blk_size(uint64_t sectors, uint64_t sector_bytes, uint64_t *out_bytes)
{
    if (sector_bytes < BLK_UNIT_BYTES || sector_bytes > BLK_PAGE_BYTES ||
        (sector_bytes & (sector_bytes - 1)) ||
        sectors > UINT64_MAX / BLK_UNIT_BYTES ||
        sectors < sector_bytes / BLK_UNIT_BYTES)
        return -XEN_EINVAL;
    *out_bytes = ALIGN_DOWN(sectors * BLK_UNIT_BYTES, sector_bytes);
    return 0;
}

bool blk_range_valid(uint64_t offset_bytes, uint64_t length_bytes,
                     uint64_t size_bytes, uint32_t sector_bytes)
{
    return offset_bytes <= size_bytes &&
           length_bytes <= size_bytes - offset_bytes &&
           !((offset_bytes | length_bytes) & (sector_bytes - 1));
}

uint32_t blk_piece_bytes(uint64_t left_bytes)
{
    return (uint32_t)MIN(left_bytes, BLK_SEGMENTS * BLK_PAGE_BYTES);
}

uint32_t blk_pages_of(uint32_t bytes)
{
    return (bytes + BLK_PAGE_BYTES - 1) / BLK_PAGE_BYTES;
}

void blk_segment(struct blkif_request_segment *segment, grant_ref_t ref,
                 uint32_t i, uint32_t bytes)
{
    uint32_t here = MIN(bytes - i * BLK_PAGE_BYTES, BLK_PAGE_BYTES);

    segment->gref = ref;
    segment->first_sect = 0;
    segment->last_sect = (uint8_t)(here / BLK_UNIT_BYTES - 1);
}

int blk_response_match(const struct blk_flight *flights,
                       const struct blkif_response *response, const char **why,
                       uint64_t *value)
{
    uint64_t index = response->id % BLK_FLIGHTS;
    const struct blk_flight *flight = &flights[index];

    if (!flight->busy || flight->id != response->id) {
        *why = "an answer to no request, its id";
        *value = response->id;
        return -XEN_EIO;
    }
    if (flight->operation != response->operation) {
        *why = "an answer to another operation";
        *value = response->operation;
        return -XEN_EIO;
    }
    if (response->status > BLKIF_RSP_OKAY ||
        response->status < BLKIF_RSP_EOPNOTSUPP) {
        *why = "an answer with an unknown status, as 16 bits";
        *value = (uint16_t)response->status;
        return -XEN_EIO;
    }
    return (int)index;
}
