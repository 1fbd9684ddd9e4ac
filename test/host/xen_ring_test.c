/* SPDX-License-Identifier: BSD-2-Clause */
/* The frontend ring against a backend made of Xen's own macros, across the
 * wrap of the indices, and against one that lies. */
/* sources: xen/ring.c */

#include "test.h"
#include <pith/errno.h>
#include <pith/ring.h>

#define xen_mb() __sync_synchronize()
#define xen_rmb() __sync_synchronize()
#define xen_wmb() __sync_synchronize()
#include <xen/xen.h>

#include <xen/io/ring.h>

struct request {
    uint32_t id, value;
};
struct response {
    uint32_t id, square;
};
DEFINE_RING_TYPES(sq, struct request, struct response);

#define RING_BYTES 4096
#define SLOTS 256u

static _Alignas(64) uint8_t page[RING_BYTES];
static struct front_ring front;
static sq_back_ring_t back;

/* Both ends with every index at start, as after that many requests. */
static void rings_init(uint32_t start)
{
    sq_sring_t *shared = (sq_sring_t *)page;

    front_ring_init(&front, page, sizeof(page), sizeof(union sq_sring_entry));
    front.req_prod = front.rsp_cons = front.pushed = start;
    shared->req_prod = shared->rsp_prod = start;
    shared->req_event = shared->rsp_event = start + 1;
    BACK_RING_ATTACH(&back, shared, start, sizeof(page));
}

static void send(uint32_t id)
{
    struct request request = {.id = id, .value = id * 3};

    front_ring_put(&front, &request, sizeof(request));
}

/* Answers up to count requests; true if the front asked for an event. */
static int backend_answer(uint32_t count)
{
    int notify;

    while (count-- && RING_HAS_UNCONSUMED_REQUESTS(&back)) {
        struct request request;
        struct response *response;

        RING_COPY_REQUEST(&back, back.req_cons, &request);
        back.req_cons++;
        response = RING_GET_RESPONSE(&back, back.rsp_prod_pvt);
        response->id = request.id;
        response->square = request.value * request.value;
        back.rsp_prod_pvt++;
    }
    RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&back, notify);
    return notify;
}

TEST(ring_init_rounds_size_down_as_xen_does)
{
    rings_init(0);
    CHECK_EQ(front.size, SLOTS);
    CHECK_EQ(front.size, RING_SIZE(&back));
    front_ring_init(&front, page, sizeof(page), 112);
    CHECK_EQ(front.size, 32);
    front_ring_init(&front, page, sizeof(page), 12);
    CHECK_EQ(front.size, 256);
}

TEST(ring_random_traffic_survives_the_index_wrap)
{
    uint32_t sent = 0, got = 0;

    srand(1);
    rings_init(UINT32_MAX - 1000);
    while (got < 20000) {
        uint32_t burst = (uint32_t)rand() % (SLOTS + 1);
        struct response response;

        while (burst-- && front_ring_free(&front))
            send(sent++);
        front_ring_push(&front);
        backend_answer((uint32_t)rand() % (SLOTS + 1));
        while (front_ring_get(&front, &response, sizeof(response)) == 1) {
            CHECK_EQ(response.id, got);
            CHECK_EQ(response.square, got * 3 * got * 3);
            got++;
        }
        CHECK_EQ(front_ring_free(&front), SLOTS - (sent - got));
    }
    CHECK(!front.broken);
}

TEST(ring_push_notifies_only_when_asked)
{
    rings_init(UINT32_MAX);
    CHECK(!front_ring_push(&front)); /* nothing to publish */
    send(1);
    CHECK(front_ring_push(&front));
    send(2);
    CHECK(!front_ring_push(&front)); /* the backend did not sleep yet */
    backend_answer(2);
    back.sring->req_event = back.req_cons + 1;
    send(3);
    CHECK(front_ring_push(&front));
}

TEST(ring_arm_after_n_wakes_at_the_nth)
{
    struct response response;

    rings_init(UINT32_MAX - 1);
    for (uint32_t i = 0; i < 8; i++)
        send(i);
    front_ring_push(&front);
    CHECK_EQ(front_ring_arm(&front, 3), 0);
    CHECK(!backend_answer(2));
    CHECK_EQ(front_ring_arm(&front, 3), 0);
    CHECK(backend_answer(1));
    CHECK_EQ(front_ring_arm(&front, 3), 1); /* too late for an event */
    CHECK_EQ(front_ring_arm(&front, 1), 1);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(front_ring_get(&front, &response, sizeof(response)), 1);
    CHECK_EQ(front_ring_arm(&front, 1), 0);
    CHECK(backend_answer(1));
}

/* The peer moves rsp_prod to rsp_cons + ahead with 4 requests published. */
static int get_with_lie(uint32_t start, uint32_t ahead)
{
    struct response response;

    rings_init(start);
    for (uint32_t i = 0; i < 4; i++)
        send(i);
    front_ring_push(&front);
    send(4); /* put, not published: must not be answered */
    ((sq_sring_t *)page)->rsp_prod = start + ahead;
    return front_ring_get(&front, &response, sizeof(response));
}

TEST(ring_more_responses_than_published_breaks_it)
{
    static const uint32_t starts[] = {0, UINT32_MAX - 2, 1u << 31};

    for (int i = 0; i < 3; i++) {
        CHECK_EQ(get_with_lie(starts[i], 4), 1);
        CHECK_EQ(get_with_lie(starts[i], 5), -XEN_EIO);
        CHECK_EQ(get_with_lie(starts[i], SLOTS + 1), -XEN_EIO);
        CHECK_EQ(get_with_lie(starts[i], 1u << 31), -XEN_EIO);
    }
}

TEST(ring_response_index_moved_back_breaks_it)
{
    CHECK_EQ(get_with_lie(0, UINT32_MAX), -XEN_EIO);
    CHECK_EQ(get_with_lie(7, UINT32_MAX), -XEN_EIO);
}

TEST(ring_broken_stays_broken)
{
    struct response response;

    get_with_lie(0, 5);
    ((sq_sring_t *)page)->rsp_prod = 1; /* the peer repents */
    CHECK_EQ(front_ring_get(&front, &response, sizeof(response)), -XEN_EIO);
    CHECK_EQ(front_ring_arm(&front, 1), -XEN_EIO);
    CHECK(!front_ring_push(&front));
    CHECK_EQ(((sq_sring_t *)page)->req_prod, 4);
}

TEST(ring_arm_notices_the_lie)
{
    rings_init(0);
    ((sq_sring_t *)page)->rsp_prod = 1;
    CHECK_EQ(front_ring_arm(&front, 1), -XEN_EIO);
    CHECK(front.broken);
}

/* Our indices are private: what the peer writes over the shared ones changes
 * nothing. */
TEST(ring_own_indices_overwritten_by_the_peer_are_ignored)
{
    struct response response;

    rings_init(0);
    send(0);
    front_ring_push(&front);
    ((sq_sring_t *)page)->req_prod = 0x12345678;
    send(1);
    front_ring_push(&front);
    CHECK_EQ(((sq_sring_t *)page)->req_prod, 2);
    backend_answer(2);
    CHECK_EQ(front_ring_get(&front, &response, sizeof(response)), 1);
    CHECK_EQ(front_ring_get(&front, &response, sizeof(response)), 1);
    CHECK_EQ(response.id, 1);
    CHECK_EQ(front_ring_get(&front, &response, sizeof(response)), 0);
}
