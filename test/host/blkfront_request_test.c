/* SPDX-License-Identifier: BSD-2-Clause */
/* sources: blkfront/request.c */

#include "../../blkfront/request.h"
#include "test.h"
#include <pith/errno.h>

static const char *name_of(uint32_t vdev)
{
    static char name[16];

    return blk_name(vdev, name, sizeof(name)) ? "none" : name;
}

TEST(name_of_each_kind_of_number)
{
    CHECK_STR(name_of(51712), "xvda");
    CHECK_STR(name_of(51713), "xvda1");
    CHECK_STR(name_of(51728), "xvdb");
    CHECK_STR(name_of(202 << 8 | 15 << 4), "xvdp");
    CHECK_STR(name_of(1 << 28 | 16 << 8), "xvdq");
    CHECK_STR(name_of(1 << 28 | 25 << 8 | 3), "xvdz3");
    CHECK_STR(name_of(1 << 28 | 26 << 8), "xvdaa");
    CHECK_STR(name_of(1 << 28 | 701 << 8), "xvdzz");
    CHECK_STR(name_of(1 << 28 | 702 << 8), "xvdaaa");
    CHECK_STR(name_of(1 << 28 | 0xfffff << 8 | 255), "xvdbgqcv255");
    CHECK_STR(name_of(8 << 8), "xvda");
    CHECK_STR(name_of(8 << 8 | 17), "xvdb1");
    CHECK_STR(name_of(3 << 8), "xvda");
    CHECK_STR(name_of(3 << 8 | 64), "xvdb");
    CHECK_STR(name_of(22 << 8 | 65), "xvdd1");
}

TEST(name_of_an_unknown_number_is_refused)
{
    CHECK_STR(name_of(0), "none");
    CHECK_STR(name_of(7 << 8), "none");
    CHECK_STR(name_of(2u << 28), "none");
    CHECK_STR(name_of(0xffffffff), "none");
    CHECK_EQ(blk_name(51712, (char[4]){0}, 4), -XEN_EINVAL);
}

TEST(size_of_a_disk)
{
    uint64_t bytes = 7;

    CHECK_EQ(blk_size(2048, 512, &bytes), 0);
    CHECK_EQ(bytes, 1 << 20);
    CHECK_EQ(blk_size(9, 4096, &bytes), 0); /* a last part sector is lost */
    CHECK_EQ(bytes, 4096);
    CHECK_EQ(blk_size(UINT64_MAX / 512, 512, &bytes), 0);
}

TEST(size_that_cannot_be_is_refused)
{
    uint64_t bytes = 7;

    CHECK_EQ(blk_size(0, 512, &bytes), -XEN_EINVAL);
    CHECK_EQ(blk_size(7, 4096, &bytes), -XEN_EINVAL);
    CHECK_EQ(blk_size(UINT64_MAX, 512, &bytes), -XEN_EINVAL);
    CHECK_EQ(blk_size(UINT64_MAX / 512 + 1, 512, &bytes), -XEN_EINVAL);
    CHECK_EQ(blk_size(2048, 0, &bytes), -XEN_EINVAL);
    CHECK_EQ(blk_size(2048, 3, &bytes), -XEN_EINVAL);
    CHECK_EQ(blk_size(2048, 256, &bytes), -XEN_EINVAL);
    CHECK_EQ(blk_size(2048, 513, &bytes), -XEN_EINVAL);
    CHECK_EQ(blk_size(2048, 8192, &bytes), -XEN_EINVAL);
    CHECK_EQ(blk_size(2048, 1ull << 31, &bytes), -XEN_EINVAL);
    CHECK_EQ(bytes, 7);
}

TEST(range_beyond_the_disk_or_unaligned_is_refused)
{
    CHECK(blk_range_valid(0, 8192, 8192, 512));
    CHECK(blk_range_valid(8192, 0, 8192, 512));
    CHECK(!blk_range_valid(512, 8192, 8192, 512));
    CHECK(!blk_range_valid(UINT64_MAX - 511, 1024, 8192, 512));
    CHECK(!blk_range_valid(512, UINT64_MAX - 511, 8192, 512));
    CHECK(!blk_range_valid(256, 512, 8192, 512));
    CHECK(!blk_range_valid(0, 512, 8192, 4096));
}

TEST(pieces_of_any_length_cover_it)
{
    for (uint64_t length = 512; length < 300000; length += 512) {
        uint64_t left = length;

        while (left) {
            uint32_t bytes = blk_piece_bytes(left), covered = 0;
            uint32_t pages = blk_pages_of(bytes);
            struct blkif_request_segment s;

            CHECK(bytes && bytes <= left && pages <= BLK_SEGMENTS);
            for (uint32_t i = 0; i < pages; i++) {
                blk_segment(&s, 40 + i, i, bytes);
                CHECK(s.gref == 40 + i && s.first_sect == 0 && s.last_sect < 8);
                covered += (s.last_sect + 1u) * BLK_UNIT_BYTES;
            }
            CHECK_EQ(covered, bytes);
            left -= bytes;
        }
    }
}

TEST(piece_of_a_huge_request_is_one_slot)
{
    CHECK_EQ(blk_piece_bytes(UINT64_MAX), BLK_SEGMENTS * BLK_PAGE_BYTES);
    CHECK_EQ(blk_pages_of(0), 0);
}

static struct blk_flight flights[BLK_FLIGHTS];

static int match(uint64_t id, uint8_t operation, int16_t status)
{
    struct blkif_response rsp = {
        .id = id, .operation = operation, .status = status};
    const char *why = NULL;
    uint64_t value;
    int index;

    memset(flights, 0, sizeof(flights));
    flights[5].busy = true;
    flights[5].id = 1000 * BLK_FLIGHTS + 5;
    flights[5].operation = BLKIF_OP_WRITE;
    flights[6].id = 1000 * BLK_FLIGHTS + 6; /* was answered before */
    index = blk_response_match(flights, &rsp, &why, &value);
    CHECK_EQ(index < 0, why != NULL);
    /* The value that is named is the one that differs. */
    if (index < 0)
        CHECK_EQ(value, id != flights[5].id           ? id
                        : operation != BLKIF_OP_WRITE ? operation
                                                      : (uint16_t)status);
    return index;
}

TEST(response_to_a_request_on_the_way_is_taken)
{
    uint64_t id = 1000 * BLK_FLIGHTS + 5;

    CHECK_EQ(match(id, BLKIF_OP_WRITE, BLKIF_RSP_OKAY), 5);
    CHECK_EQ(match(id, BLKIF_OP_WRITE, BLKIF_RSP_ERROR), 5);
    CHECK_EQ(match(id, BLKIF_OP_WRITE, BLKIF_RSP_EOPNOTSUPP), 5);
}

TEST(response_that_lies_is_refused)
{
    uint64_t id = 1000 * BLK_FLIGHTS + 5;

    CHECK_EQ(match(id + 1, BLKIF_OP_WRITE, 0), -XEN_EIO);
    CHECK_EQ(match(id - BLK_FLIGHTS, BLKIF_OP_WRITE, 0), -XEN_EIO);
    CHECK_EQ(match(5, BLKIF_OP_WRITE, 0), -XEN_EIO);
    CHECK_EQ(match(UINT64_MAX, BLKIF_OP_WRITE, 0), -XEN_EIO);
    CHECK_EQ(match(id, BLKIF_OP_READ, 0), -XEN_EIO);
    CHECK_EQ(match(id, BLKIF_OP_WRITE, 1), -XEN_EIO);
    CHECK_EQ(match(id, BLKIF_OP_WRITE, -3), -XEN_EIO);
    CHECK_EQ(match(id, BLKIF_OP_WRITE, INT16_MIN), -XEN_EIO);
}
