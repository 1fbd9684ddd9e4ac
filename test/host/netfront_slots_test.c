/* SPDX-License-Identifier: BSD-2-Clause */
/* netfront/slots.c against responses that a peer may invent. */
/* sources: netfront/slots.c */
#include "../../netfront/private.h"
#include "test.h"
#include <pith/errno.h>

TEST(slots_unknown_id_is_refused)
{
    struct slot_pool pool = {0};

    CHECK_EQ(slot_pool_take(&pool), -1);
    slot_pool_add(&pool);
    slot_pool_add(&pool);
    CHECK_EQ(slot_pool_return(&pool, 0), -XEN_EIO);
    CHECK_EQ(slot_pool_return(&pool, 2), -XEN_EIO);
    CHECK_EQ(slot_pool_return(&pool, 0xffff), -XEN_EIO);
}

TEST(slots_id_returned_twice_is_refused)
{
    struct slot_pool pool = {0};
    int id;

    slot_pool_add(&pool);
    id = slot_pool_take(&pool);
    CHECK_EQ(id, 0);
    CHECK_EQ(slot_pool_take(&pool), -1);
    CHECK_EQ(slot_pool_return(&pool, id), 0);
    CHECK_EQ(slot_pool_return(&pool, id), -XEN_EIO);
    CHECK_EQ(pool.free_count, 1);
}

TEST(slots_all_ids_go_round)
{
    struct slot_pool pool = {0};
    bool seen[RING_SLOTS] = {false};

    for (unsigned i = 0; i < RING_SLOTS; i++)
        slot_pool_add(&pool);
    for (unsigned i = 0; i < RING_SLOTS; i++) {
        int id = slot_pool_take(&pool);

        CHECK(id >= 0 && id < (int)RING_SLOTS && !seen[id]);
        if (id >= 0)
            seen[id] = true;
    }
    CHECK_EQ(slot_pool_take(&pool), -1);
    for (unsigned i = 0; i < RING_SLOTS; i++)
        CHECK_EQ(slot_pool_return(&pool, i), 0);
    CHECK_EQ(pool.free_count, RING_SLOTS);
}

static enum rx_verdict judge(unsigned offset, int status, unsigned flags)
{
    const char *why = NULL;
    uint64_t value;
    struct netif_rx_response rsp = {
        .offset = offset, .flags = flags, .status = status};
    enum rx_verdict verdict = rx_response_judge(&rsp, &why, &value);

    CHECK_EQ(why != NULL, verdict == RX_LIE);
    return verdict;
}

TEST(rx_response_frame_in_its_page_is_taken)
{
    CHECK_EQ(judge(0, 60, 0), RX_FRAME);
    CHECK_EQ(judge(0, 4096, 0), RX_FRAME);
    CHECK_EQ(judge(4096 - 60, 60, 0), RX_FRAME);
    CHECK_EQ(judge(2, 1514, NETRXF_csum_blank | NETRXF_data_validated),
             RX_FRAME);
}

TEST(rx_response_that_leaves_its_page_is_a_lie)
{
    CHECK_EQ(judge(1, 4096, 0), RX_LIE);
    CHECK_EQ(judge(4096 - 59, 60, 0), RX_LIE);
    CHECK_EQ(judge(0xffff, 1, 0), RX_LIE);
    CHECK_EQ(judge(0, 32767, 0), RX_LIE);
    CHECK_EQ(judge(0xffff, 32767, 0), RX_LIE);
}

TEST(rx_response_error_or_runt_is_dropped)
{
    CHECK_EQ(judge(0, NETIF_RSP_ERROR, 0), RX_DROP);
    CHECK_EQ(judge(0xffff, NETIF_RSP_DROPPED, 0), RX_DROP);
    CHECK_EQ(judge(0, -32768, 0), RX_DROP);
    CHECK_EQ(judge(0, 0, 0), RX_DROP);
    CHECK_EQ(judge(0, 13, 0), RX_DROP);
}

TEST(rx_response_with_what_was_not_negotiated_is_a_lie)
{
    CHECK_EQ(judge(0, 60, NETRXF_extra_info), RX_LIE);
    CHECK_EQ(judge(0, 60, NETRXF_more_data), RX_LIE);
}
