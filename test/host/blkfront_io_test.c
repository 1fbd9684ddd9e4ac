/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests against a backend made of Xen's own ring macros and a disk in
 * memory: honest, slow, failing, lying, restarted, at the wrap of the
 * indices. */
/* sources: blkfront/io.c blkfront/request.c xen/ring.c */
/* flags: -include test/host/fake_spinlock.h */

#include "../../blkfront/private.h"
#include "test.h"
#include <pith/errno.h>

#define xen_mb() __sync_synchronize()
#define xen_rmb() __sync_synchronize()
#define xen_wmb() __sync_synchronize()

#define DISK_BYTES (1u << 20)
#define FIRST_REF 100u

static char disk_data[DISK_BYTES];
static char pool_pages[BLK_POOL_PAGES][BLK_PAGE_BYTES];
static _Alignas(64) char ring_page[4096];
static blkif_back_ring_t back;
static struct blkfront disk;
static struct blk_connection connection;
static struct xenbus_device bus;
static unsigned notified, pages_allowed, flushes;

int evtchn_notify(evtchn_port_t port)
{
    notified++;
    return 0;
}

void waitq_wake_all(struct waitq *q)
{
}

void xenbus_fail_deferred(struct xenbus_device *dev, const char *why,
                          uint64_t value)
{
    dev->dead = true;
}

int blk_reconnect(struct blkdev *dev)
{
    return 0;
}

void pool_give(struct blk_pool *pool, const uint16_t *numbers, unsigned count)
{
    while (count--)
        pool->free[pool->free_count++] = numbers[count];
}

unsigned pool_take(struct blk_pool *pool, uint16_t domid, uint16_t *numbers,
                   unsigned count)
{
    unsigned taken = 0;

    while (taken < count && pool->free_count)
        numbers[taken++] = pool->free[--pool->free_count];
    return taken;
}

/* A new connection; both sides' indices start at first. */
static void connect_at(uint32_t first)
{
    blkif_sring_t *shared = (blkif_sring_t *)ring_page;

    memset(&connection, 0, sizeof(connection));
    front_ring_init(&connection.ring, ring_page, sizeof(ring_page),
                    sizeof(union blk_slot));
    BACK_RING_INIT(&back, shared, sizeof(ring_page));
    connection.ring.req_prod = connection.ring.rsp_cons = first;
    connection.ring.pushed = first;
    shared->req_prod = shared->rsp_prod = first;
    shared->req_event = shared->rsp_event = first + 1;
    back.req_cons = back.rsp_prod_pvt = first;
    for (unsigned i = 0; i < BLK_FLIGHTS; i++)
        connection.free[connection.free_count++] = (uint8_t)i;
    for (unsigned i = 0; i < pages_allowed; i++) {
        connection.pool.pages[i] = pool_pages[i];
        connection.pool.refs[i] = FIRST_REF + i;
        connection.pool.free[connection.pool.free_count++] = (uint16_t)i;
    }
    bus = (struct xenbus_device){0};
    disk.bus = &bus;
    disk.connection = &connection;
    disk.running = true;
}

static void setup(uint32_t first, unsigned pages)
{
    disk = (struct blkfront){0};
    list_init(&disk.queue);
    list_init(&disk.sent);
    disk.blkdev.size_bytes = DISK_BYTES;
    disk.blkdev.sector_bytes = 512;
    disk.flush = BLK_FLUSH_CACHE;
    pages_allowed = pages;
    notified = flushes = 0;
    for (unsigned i = 0; i < DISK_BYTES; i++)
        disk_data[i] = (char)(i * 31 + (i >> 9));
    connect_at(first);
}

static void backend_move(const blkif_request_t *req)
{
    size_t at = req->sector_number * 512;

    CHECK(req->nr_segments >= 1 && req->nr_segments <= 11);
    for (unsigned i = 0; i < req->nr_segments; i++) {
        const struct blkif_request_segment *s = &req->seg[i];
        size_t bytes = (s->last_sect - s->first_sect + 1u) * 512u;
        char *page = pool_pages[s->gref - FIRST_REF] + s->first_sect * 512;

        CHECK(s->first_sect <= s->last_sect && s->last_sect < 8);
        CHECK(at + bytes <= DISK_BYTES);
        if (req->operation == BLKIF_OP_READ)
            memcpy(page, disk_data + at, bytes);
        else
            memcpy(disk_data + at, page, bytes);
        at += bytes;
    }
}

/* The backend works off at most count requests; status != 0 fails each. */
static unsigned backend_run(unsigned count, int16_t status)
{
    unsigned done = 0;

    while (done < count && RING_HAS_UNCONSUMED_REQUESTS(&back)) {
        blkif_request_t req;
        blkif_response_t *rsp;

        RING_COPY_REQUEST(&back, back.req_cons, &req);
        back.req_cons++;
        if (req.operation == BLKIF_OP_FLUSH_DISKCACHE)
            flushes++;
        else if (!status)
            backend_move(&req);
        rsp = RING_GET_RESPONSE(&back, back.rsp_prod_pvt);
        *rsp = (blkif_response_t){req.id, req.operation, status};
        back.rsp_prod_pvt++;
        RING_PUSH_RESPONSES(&back);
        done++;
    }
    return done;
}

static unsigned ends;
static int last_status;

static void on_done(struct blk_request *req, int status)
{
    ends++;
    last_status = status;
}

static int submit(struct blk_request *req, enum blk_op op, uint64_t at,
                  size_t length, void *buffer)
{
    *req = (struct blk_request){.op = op,
                                .offset_bytes = at,
                                .length_bytes = length,
                                .buffer = buffer,
                                .done = on_done};
    return blk_ops.submit(&disk.blkdev, req);
}

/* Lets both sides work until nothing moves. */
static void run_all(void)
{
    while (backend_run(3, 0))
        io_drain(&disk);
}

static void read_and_compare(uint64_t at, size_t length)
{
    struct blk_request req;
    char *buffer = malloc(length);

    ends = 0;
    CHECK_EQ(submit(&req, BLK_READ, at, length, buffer), 0);
    run_all();
    CHECK_EQ(ends, 1);
    CHECK_EQ(last_status, 0);
    CHECK(!memcmp(buffer, disk_data + at, length));
    free(buffer);
}

TEST(read_of_any_length_across_the_index_wrap_is_right)
{
    setup(0xfffffff0u, BLK_POOL_PAGES);
    for (size_t length = 512; length < 120000; length += 7 * 512)
        read_and_compare(length, length);
    read_and_compare(0, DISK_BYTES);
    CHECK_EQ(disk.blkdev.stats.errors, 0);
}

TEST(write_is_read_back)
{
    char *buffer = malloc(DISK_BYTES);
    struct blk_request req;

    setup(0xffffffffu, BLK_POOL_PAGES);
    for (unsigned i = 0; i < DISK_BYTES; i++)
        buffer[i] = (char)(i * 17 + 5);
    ends = 0;
    CHECK_EQ(submit(&req, BLK_WRITE, 0, DISK_BYTES, buffer), 0);
    run_all();
    CHECK_EQ(ends, 1);
    CHECK(!memcmp(buffer, disk_data, DISK_BYTES));
    free(buffer);
}

TEST(requests_beyond_ring_and_pool_wait_and_all_end)
{
    enum { N = 100 };
    static struct blk_request reqs[N];
    static char buffers[N][512 * 12];

    setup(5, 7); /* fewer pages than one full piece has */
    ends = 0;
    for (unsigned i = 0; i < N; i++)
        CHECK_EQ(submit(&reqs[i], BLK_READ, i * 1024, sizeof(buffers[i]),
                        buffers[i]),
                 0);
    run_all();
    CHECK_EQ(ends, N);
    for (unsigned i = 0; i < N; i++)
        CHECK(!memcmp(buffers[i], disk_data + i * 1024, sizeof(buffers[i])));
    CHECK_EQ(connection.pool.free_count, 7);
    CHECK_EQ(connection.free_count, BLK_FLIGHTS);
    CHECK(list_empty(&disk.queue) && list_empty(&disk.sent));
}

TEST(submissions_in_a_row_notify_once)
{
    struct blk_request reqs[20];
    char buffer[512];

    setup(0, BLK_POOL_PAGES);
    for (unsigned i = 0; i < 20; i++)
        submit(&reqs[i], BLK_READ, 0, 512, buffer);
    CHECK_EQ(notified, 1);
}

TEST(submit_checks_range_and_rights)
{
    struct blk_request req;
    char buffer[512];

    setup(0, BLK_POOL_PAGES);
    CHECK_EQ(submit(&req, BLK_READ, DISK_BYTES, 512, buffer), -XEN_EINVAL);
    CHECK_EQ(submit(&req, BLK_READ, 100, 512, buffer), -XEN_EINVAL);
    CHECK_EQ(submit(&req, BLK_READ, 0, 0, buffer), -XEN_EINVAL);
    disk.blkdev.readonly = true;
    CHECK_EQ(submit(&req, BLK_WRITE, 0, 512, buffer), -XEN_EROFS);
    disk.blkdev.lost = true;
    CHECK_EQ(submit(&req, BLK_READ, 0, 512, buffer), -XEN_EIO);
    CHECK_EQ(notified, 0);
}

TEST(flush_goes_to_a_backend_that_offers_it)
{
    struct blk_request req;

    setup(0, BLK_POOL_PAGES);
    ends = 0;
    CHECK_EQ(submit(&req, BLK_FLUSH, 0, 0, NULL), 0);
    CHECK_EQ(ends, 0);
    run_all();
    CHECK_EQ(ends, 1);
    CHECK_EQ(last_status, 0);
    CHECK_EQ(flushes, 1);
    disk.flush = BLK_FLUSH_NONE;
    CHECK_EQ(submit(&req, BLK_FLUSH, 0, 0, NULL), 0);
    CHECK_EQ(ends, 2);
    CHECK_EQ(flushes, 1);
}

TEST(flush_that_the_backend_cannot_after_all_succeeds)
{
    struct blk_request req;

    setup(0, BLK_POOL_PAGES);
    ends = 0;
    submit(&req, BLK_FLUSH, 0, 0, NULL);
    backend_run(1, BLKIF_RSP_EOPNOTSUPP);
    io_drain(&disk);
    CHECK_EQ(ends, 1);
    CHECK_EQ(last_status, 0);
    CHECK_EQ(disk.flush, BLK_FLUSH_NONE);
}

TEST(error_in_one_piece_ends_the_request_once)
{
    struct blk_request req;
    char *buffer = malloc(DISK_BYTES);

    setup(0, BLK_POOL_PAGES);
    ends = 0;
    submit(&req, BLK_READ, 0, DISK_BYTES, buffer);
    backend_run(5, 0);
    backend_run(1, BLKIF_RSP_ERROR);
    io_drain(&disk);
    run_all();
    CHECK_EQ(ends, 1);
    CHECK_EQ(last_status, -XEN_EIO);
    CHECK_EQ(disk.blkdev.stats.errors, 1);
    CHECK_EQ(connection.free_count, BLK_FLIGHTS);
    CHECK_EQ(connection.pool.free_count, BLK_POOL_PAGES);
    free(buffer);
}

TEST(backend_that_restarts_gets_unanswered_requests_again)
{
    struct blk_request reqs[3];
    char *buffer = malloc(DISK_BYTES), small[2][512];

    setup(0, BLK_POOL_PAGES);
    ends = 0;
    submit(&reqs[0], BLK_READ, 512, 512, small[0]);
    submit(&reqs[1], BLK_READ, 0, DISK_BYTES, buffer);
    submit(&reqs[2], BLK_READ, 1024, 512, small[1]);
    backend_run(4, 0);
    io_drain(&disk);
    CHECK_EQ(ends, 1);
    disk.running = false;
    disk.connection = NULL;
    io_requeue_locked(&disk);
    CHECK(disk.queue.next == &reqs[1].link && disk.queue.prev == &reqs[2].link);
    connect_at(1000);
    io_start(&disk);
    run_all();
    CHECK_EQ(ends, 3);
    CHECK_EQ(last_status, 0);
    CHECK(!memcmp(buffer, disk_data, DISK_BYTES));
    CHECK(!memcmp(small[1], disk_data + 1024, 512));
    free(buffer);
}

TEST(backend_that_stays_away_fails_what_waits)
{
    struct blk_request reqs[2];
    char buffer[512];

    setup(0, BLK_POOL_PAGES);
    ends = 0;
    submit(&reqs[0], BLK_READ, 0, 512, buffer);
    disk.running = false;
    disk.connection = NULL;
    io_requeue_locked(&disk);
    submit(&reqs[1], BLK_WRITE, 0, 512, buffer);
    CHECK_EQ(ends, 0);
    io_fail_queue(&disk);
    CHECK_EQ(ends, 2);
    CHECK_EQ(last_status, -XEN_EIO);
}

/* Puts one response, as wrong as the caller wants, on the ring. */
static void lie(uint64_t id, uint8_t operation, int16_t status, uint32_t ahead)
{
    struct blk_request req;
    static char buffer[512];

    setup(0, BLK_POOL_PAGES);
    ends = 0;
    submit(&req, BLK_READ, 0, 512, buffer);
    *RING_GET_RESPONSE(&back, back.rsp_prod_pvt) =
        (blkif_response_t){id, operation, status};
    back.sring->rsp_prod += ahead;
    io_drain(&disk);
    CHECK_EQ(ends, 0);
    CHECK(bus.dead);
    CHECK(!disk.running);
    /* The bus disconnects it; what was under way fails, once. */
    disk.connection = NULL;
    io_requeue_locked(&disk);
    io_fail_queue(&disk);
    CHECK_EQ(ends, 1);
    CHECK_EQ(last_status, -XEN_EIO);
}

TEST(backend_that_lies_kills_the_device)
{
    uint64_t id = BLK_FLIGHTS - 1; /* of the first request */

    lie(id + 1, BLKIF_OP_READ, 0, 1);
    lie(UINT64_MAX, BLKIF_OP_READ, 0, 1);
    lie(id + BLK_FLIGHTS, BLKIF_OP_READ, 0, 1);
    lie(id, BLKIF_OP_WRITE, 0, 1);
    lie(id, BLKIF_OP_READ, 5, 1);
    lie(id, BLKIF_OP_READ, 0, 2);
    lie(id, BLKIF_OP_READ, 0, 0x80000000u);
    lie(id, BLKIF_OP_READ, 0, 0xffffffffu);
}
