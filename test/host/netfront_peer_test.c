/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole driver against a backend made of Xen's own ring macros: honest,
 * slow, lying, gone and back, at the wrap of the indices. */
/* sources: netfront/tx.c netfront/rx.c netfront/slots.c xen/ring.c */
/* flags: -include test/host/fake_spinlock.h */

#include "../../netfront/connect.c" /* its callbacks are the bus's */
#include "test.h"

#define xen_mb() __sync_synchronize()
#define xen_rmb() __sync_synchronize()
#define xen_wmb() __sync_synchronize()

#define WRAP_START 0xffffff00u /* a multiple of the ring's size */
#define FRAME 1000u

/* --- what stands in for the other rooms --- */

static void *granted[512];
static unsigned grants, notified, pages_allowed = 512;
static const char *rx_copy = "1", *no_csum;
static bool link_is_up;
static uint8_t received[2048];
static unsigned delivered, deliver_flags;

void *page_alloc_zeroed(unsigned order)
{
    void *page = NULL;

    if (pages_allowed && !posix_memalign(&page, PAGE_SIZE, PAGE_SIZE)) {
        pages_allowed--;
        memset(page, 0, PAGE_SIZE);
    }
    return page;
}

void page_free(void *pages, unsigned order)
{
    free(pages);
    pages_allowed++;
}

void page_get_stats(struct page_stats *out)
{
    *out = (struct page_stats){.total_pages = 65536};
}

int grant_access(uint16_t domid, const void *page, bool readonly,
                 grant_ref_t *out)
{
    for (unsigned i = 8; i < ARRAY_SIZE(granted); i++)
        if (!granted[i]) {
            granted[i] = (void *)page;
            *out = i;
            grants++;
            return 0;
        }
    return -XEN_ENOSPC;
}

int grant_end(grant_ref_t ref)
{
    CHECK(granted[ref]);
    granted[ref] = NULL;
    grants--;
    return 0;
}

void grant_end_and_free(grant_ref_t ref, void *page)
{
    CHECK(granted[ref] == page);
    granted[ref] = NULL;
    grants--;
    page_free(page, 0);
}

int evtchn_alloc_unbound(uint16_t remote_domid, evtchn_fn *fn, void *arg,
                         evtchn_port_t *out)
{
    *out = 5;
    return 0;
}

int evtchn_notify(evtchn_port_t port)
{
    notified++;
    return 0;
}

void evtchn_close(evtchn_port_t port)
{
    CHECK_EQ(port, 5);
}

void evtchn_unmask(evtchn_port_t port)
{
}

void mutex_init(struct mutex *m)
{
}

void mutex_lock(struct mutex *m)
{
    CHECK_EQ(m->state++, 0);
}

void mutex_unlock(struct mutex *m)
{
    CHECK_EQ(m->state--, 1);
}

int xs_batch(uint32_t txn, struct xs_op *ops, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const char *value = NULL;

        ops[i].result = 0;
        if (ops[i].kind == XS_OP_WRITE)
            continue;
        if (!strcmp(ops[i].node, "feature-rx-copy"))
            value = rx_copy;
        else if (!strcmp(ops[i].node, "feature-no-csum-offload"))
            value = no_csum;
        else if (!strcmp(ops[i].node, "mac"))
            value = "00:16:3e:01:02:03";
        ops[i].result = value ? (long)str_copy(ops[i].buf, value, ops[i].size)
                              : -XEN_ENOENT;
    }
    return 0;
}

static const char *mac_now = "00:16:3e:01:02:03";

long xs_read(uint32_t txn, const char *dir, const char *node, char *buf,
             size_t size)
{
    CHECK_STR(node, "mac");
    return (long)str_copy(buf, mac_now, size);
}

int xenbus_publish(struct xenbus_device *dev, const struct xs_op *keys,
                   unsigned count)
{
    return 0;
}

int xenbus_register(struct xenbus_driver *d)
{
    return 0;
}

void xenbus_fail(struct xenbus_device *dev, const char *fmt, ...)
{
    dev->dead = true;
}

void xenbus_fail_deferred(struct xenbus_device *dev, const char *why,
                          uint64_t value)
{
    dev->dead = true;
}

int netdev_register(struct netdev *dev)
{
    return 0;
}

void netdev_unregister(struct netdev *dev)
{
}

static unsigned link_changes;

void netdev_set_link(struct netdev *dev, bool up)
{
    link_changes += link_is_up != up;
    link_is_up = up;
}

void *heap_zalloc(size_t size_bytes)
{
    return calloc(1, size_bytes);
}

void heap_free(void *ptr)
{
    free(ptr);
}

/* --- the client above --- */

static void *rx_buffer(void *arg, size_t length, void **cookie)
{
    return length <= sizeof(received) ? received : NULL;
}

static void rx_deliver(void *arg, void *cookie, unsigned flags)
{
    delivered++;
    deliver_flags = flags;
}

static const struct netdev_client client = {.rx_buffer = rx_buffer,
                                            .rx_deliver = rx_deliver};

/* --- the backend below --- */

static struct xenbus_device bus;
static struct netfront *nf;
static netif_tx_back_ring_t tx_back;
static netif_rx_back_ring_t rx_back;

static void setup(void)
{
    bus = (struct xenbus_device){.id = 0};
    delivered = notified = 0;
    CHECK_EQ(netfront_probe(&bus), 0);
    nf = bus.driver_data;
    nf->netdev.client = &client;
}

static void shift(struct front_ring *ring, uint32_t start)
{
    ring->req_prod += start;
    ring->rsp_cons += start;
    ring->pushed += start;
}

/* Connects, as if start frames had gone each way before. */
static void connect_at(uint32_t start)
{
    netif_tx_sring_t *tx;
    netif_rx_sring_t *rx;

    CHECK_EQ(driver.connect(&bus), 0);
    CHECK_EQ(driver.connected(&bus), 0);
    tx = nf->tx.ring_page.page;
    rx = nf->rx.ring_page.page;
    shift(&nf->tx.ring, start);
    shift(&nf->rx.ring, start);
    tx->req_prod += start;
    tx->rsp_prod += start;
    tx->rsp_event += start;
    rx->req_prod += start;
    rx->rsp_prod += start;
    rx->rsp_event += start;
    BACK_RING_ATTACH(&tx_back, tx, start, PAGE_SIZE);
    BACK_RING_ATTACH(&rx_back, rx, start, PAGE_SIZE);
}

static void teardown(void)
{
    driver.disconnect(&bus);
    driver.remove(&bus);
    CHECK_EQ(grants, 0);
}

/* Takes every frame sent and answers; wrong: with an id that is in none. */
static unsigned backend_take(int status, bool wrong)
{
    unsigned frames = 0;
    int notify;

    while (RING_HAS_UNCONSUMED_REQUESTS(&tx_back)) {
        netif_tx_request_t req;
        netif_tx_response_t *rsp;
        const uint8_t *data;

        RING_COPY_REQUEST(&tx_back, tx_back.req_cons, &req);
        tx_back.req_cons++;
        data = (uint8_t *)granted[req.gref] + req.offset;
        CHECK_EQ(req.size, FRAME);
        CHECK_EQ(data[0], data[FRAME - 1]);
        rsp = RING_GET_RESPONSE(&tx_back, tx_back.rsp_prod_pvt);
        rsp->id = wrong ? 0xffff : req.id;
        rsp->status = status;
        tx_back.rsp_prod_pvt++;
        frames++;
    }
    RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&tx_back, notify);
    return notify ? frames | 1u << 31 : frames;
}

/* Puts one frame into the next receive request; false: there is none. */
static bool backend_give(netif_rx_response_t rsp, bool own_id)
{
    netif_rx_request_t req;
    int notify;

    if (!RING_HAS_UNCONSUMED_REQUESTS(&rx_back))
        return false;
    RING_COPY_REQUEST(&rx_back, rx_back.req_cons, &req);
    rx_back.req_cons++;
    if (rsp.status > 0 && rsp.offset + rsp.status <= (int)PAGE_SIZE)
        memset((uint8_t *)granted[req.gref] + rsp.offset, 0xa5, rsp.status);
    if (!own_id)
        rsp.id = req.id;
    *RING_GET_RESPONSE(&rx_back, rx_back.rsp_prod_pvt) = rsp;
    rx_back.rsp_prod_pvt++;
    RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&rx_back, notify);
    CHECK(notify == 0 || notify == 1);
    return true;
}

static int send_frame(uint8_t value)
{
    static uint8_t frame[FRAME];
    struct netdev_frag frags[2] = {{frame, 400}, {frame + 400, FRAME - 400}};

    memset(frame, value, sizeof(frame));
    return ops.transmit(&nf->netdev, frags, 2, NETDEV_CSUM_BLANK);
}

/* As the bus does in a restored domain. */
static void restore(void)
{
    driver.suspend(&bus);
    driver.resume(&bus, true);
    driver.disconnect(&bus);
}

/* The other backend finds what was sent when it connects. */
static void attach(void)
{
    BACK_RING_ATTACH(&tx_back, (netif_tx_sring_t *)nf->tx.ring_page.page, 0,
                     PAGE_SIZE);
    BACK_RING_ATTACH(&rx_back, (netif_rx_sring_t *)nf->rx.ring_page.page, 0,
                     PAGE_SIZE);
}

/* --- cases --- */

TEST(netfront_sends_across_the_index_wrap)
{
    setup();
    connect_at(WRAP_START);
    for (unsigned i = 0; i < 2000; i++) {
        CHECK_EQ(send_frame(i), 0);
        if (i % 7 == 6) {
            ops.flush(&nf->netdev);
            CHECK_EQ(backend_take(NETIF_RSP_OKAY, false) & 0xffff, 7);
        }
    }
    CHECK_EQ(nf->netdev.stats.tx_frames, 2000);
    CHECK_EQ(nf->netdev.stats.tx_dropped, 0);
    CHECK(nf->tx.page_count <= 8); /* slots come back, pages are not added */
    CHECK(!bus.dead);
    teardown();
}

TEST(netfront_receives_across_the_index_wrap)
{
    setup();
    connect_at(WRAP_START);
    for (unsigned i = 0; i < 2000; i++) {
        netif_rx_response_t rsp = {.offset = i % 2,
                                   .status = 60 + i % 1000,
                                   .flags = NETRXF_data_validated};

        CHECK(backend_give(rsp, false));
        if (i % 5 == 4)
            CHECK_EQ(ops.poll(&nf->netdev, 64), 5);
    }
    CHECK_EQ(delivered, 2000);
    CHECK_EQ(deliver_flags, NETDEV_CSUM_VALID);
    CHECK_EQ(received[59], 0xa5);
    CHECK(!bus.dead);
    teardown();
}

TEST(netfront_full_ring_asks_for_one_event)
{
    int rc;
    unsigned sent = 0, answer;

    setup();
    connect_at(0);
    while (!(rc = send_frame(1)))
        sent++;
    CHECK_EQ(rc, -XEN_EAGAIN);
    CHECK_EQ(sent, TX_PAGES_MAX * TX_SLOTS_PER_PAGE);
    /* What was queued has been shown to the peer, and it notifies. */
    answer = backend_take(NETIF_RSP_OKAY, false);
    CHECK_EQ(answer, sent | 1u << 31);
    CHECK_EQ(send_frame(2), 0);
    ops.flush(&nf->netdev);
    CHECK_EQ(backend_take(NETIF_RSP_OKAY, false), 1); /* quiet again */
    teardown();
}

TEST(netfront_errors_of_the_peer_count_as_dropped)
{
    setup();
    connect_at(0);
    CHECK_EQ(send_frame(1), 0);
    ops.flush(&nf->netdev);
    backend_take(NETIF_RSP_ERROR, false);
    while (!nf->netdev.stats.tx_dropped)
        CHECK_EQ(send_frame(1), 0);
    CHECK(backend_give((netif_rx_response_t){.status = -2}, false));
    CHECK_EQ(ops.poll(&nf->netdev, 64), 1);
    CHECK_EQ(nf->netdev.stats.rx_dropped, 1);
    CHECK_EQ(delivered, 0);
    CHECK(!bus.dead);
    teardown();
}

TEST(netfront_frames_of_a_wrong_size_are_refused)
{
    static uint8_t frame[4096];
    struct netdev_frag frag = {frame, 13};

    setup();
    connect_at(0);
    CHECK_EQ(ops.transmit(&nf->netdev, &frag, 1, 0), -XEN_EMSGSIZE);
    frag.length = 1515;
    CHECK_EQ(ops.transmit(&nf->netdev, &frag, 1, 0), -XEN_EMSGSIZE);
    frag.length = 1514;
    CHECK_EQ(ops.transmit(&nf->netdev, &frag, 1, 0), 0);
    teardown();
}

TEST(netfront_lying_receive_responses_end_the_device)
{
    static const netif_rx_response_t lies[] = {
        {.offset = 4000, .status = 97},
        {.offset = 0xffff, .status = 32767},
        {.status = 60, .flags = NETRXF_extra_info},
        {.status = 60, .flags = NETRXF_more_data},
        {.status = 60, .id = 0xffff},
        {.status = 60, .id = RX_PAGES_FIRST},
    };

    for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
        setup();
        connect_at(0);
        CHECK(backend_give(lies[i], lies[i].id));
        ops.poll(&nf->netdev, 64);
        CHECK(bus.dead);
        CHECK_EQ(delivered, 0);
        CHECK_EQ(send_frame(1), -XEN_EIO);
        CHECK_EQ(ops.poll(&nf->netdev, 64), 0);
        teardown();
    }
}

TEST(netfront_page_given_back_twice_ends_the_device)
{
    netif_rx_response_t rsp = {.status = 60, .id = 3};

    setup();
    connect_at(0);
    CHECK(backend_give(rsp, true));
    CHECK(backend_give(rsp, true));
    ops.poll(&nf->netdev, 64);
    /* It is posted again with the next push only. */
    CHECK(bus.dead);
    CHECK_EQ(delivered, 1);
    teardown();
}

TEST(netfront_lying_transmit_responses_end_the_device)
{
    setup();
    connect_at(0);
    CHECK_EQ(send_frame(1), 0);
    ops.flush(&nf->netdev);
    backend_take(NETIF_RSP_OKAY, true);
    while (!bus.dead)
        if (send_frame(1))
            break;
    CHECK(bus.dead);
    CHECK_EQ(send_frame(1), -XEN_EIO);
    teardown();
}

TEST(netfront_impossible_indices_end_the_device)
{
    static const uint32_t jumps[] = {RX_PAGES_FIRST + 1, 257, 1u << 31,
                                     0xffffffff};

    for (size_t i = 0; i < ARRAY_SIZE(jumps); i++) {
        setup();
        connect_at(WRAP_START);
        rx_back.sring->rsp_prod += jumps[i];
        ops.poll(&nf->netdev, 64);
        CHECK(bus.dead);
        CHECK_EQ(delivered, 0);
        teardown();
    }
}

TEST(netfront_disconnect_ends_grants_and_connects_again)
{
    setup();
    for (unsigned round = 0; round < 3; round++) {
        connect_at(0);
        CHECK(link_is_up);
        CHECK_EQ(send_frame(1), 0);
        ops.flush(&nf->netdev);
        backend_take(NETIF_RSP_OKAY, false);
        CHECK_EQ(send_frame(1), 0); /* the one that is lost */
        CHECK(backend_give((netif_rx_response_t){.status = 60}, false));
        CHECK_EQ(ops.poll(&nf->netdev, 64), 1);
        driver.disconnect(&bus);
        CHECK(!link_is_up);
        CHECK_EQ(grants, 0);
        CHECK_EQ(nf->netdev.stats.tx_dropped, round + 1);
        CHECK_EQ(send_frame(1), -XEN_EIO);
        CHECK_EQ(ops.poll(&nf->netdev, 64), 0);
    }
    driver.remove(&bus);
}

TEST(netfront_adds_receive_pages_under_load)
{
    unsigned posted = 0;

    setup();
    connect_at(0);
    while (backend_give((netif_rx_response_t){.status = 60}, false))
        posted++;
    CHECK_EQ(posted, RX_PAGES_FIRST);
    CHECK_EQ(ops.poll(&nf->netdev, 64), posted);
    for (posted = 0; backend_give((netif_rx_response_t){.status = 60}, false);)
        posted++;
    CHECK_EQ(posted, 2 * RX_PAGES_FIRST);
    teardown();
}

TEST(netfront_without_memory_refuses_and_leaks_nothing)
{
    setup();
    for (pages_allowed = 0; pages_allowed < RX_PAGES_FIRST + 2;) {
        unsigned had = pages_allowed;

        CHECK_EQ(driver.connect(&bus), -XEN_ENOMEM);
        CHECK_EQ(grants, 0);
        CHECK_EQ(pages_allowed, had);
        pages_allowed = had + 1;
    }
    connect_at(0); /* rings and receive pages, and none to send from */
    CHECK_EQ(send_frame(1), -XEN_ENOBUFS);
    pages_allowed = 512;
    CHECK_EQ(send_frame(1), 0);
    teardown();
}

TEST(netfront_reads_the_peers_features)
{
    setup();
    connect_at(0);
    CHECK_EQ(nf->netdev.offload, NETDEV_CSUM_BLANK);
    driver.disconnect(&bus);
    no_csum = "1";
    connect_at(0);
    CHECK_EQ(nf->netdev.offload, 0);
    driver.disconnect(&bus);
    no_csum = "maybe";
    CHECK_EQ(driver.connect(&bus), -XEN_EINVAL);
    no_csum = NULL;
    rx_copy = "0";
    CHECK_EQ(driver.connect(&bus), -XEN_ENODEV);
    rx_copy = "1";
    driver.remove(&bus);
    CHECK_EQ(grants, 0);
}

TEST(netfront_restored_sends_what_nobody_took_in_order)
{
    uint8_t seen[16];
    unsigned count = 0;

    setup();
    connect_at(WRAP_START + 200);
    for (unsigned i = 0; i < 100; i++) /* ids come in any order */
        CHECK_EQ(send_frame(i), 0);
    ops.flush(&nf->netdev);
    CHECK_EQ(backend_take(NETIF_RSP_OKAY, false) & 0xffff, 100);
    for (unsigned i = 0; i < 10; i++)
        CHECK_EQ(send_frame(100 + i), 0);
    ops.flush(&nf->netdev);
    CHECK_EQ(send_frame(110), 0); /* the backend never heard of it */
    restore();
    link_changes = 0;
    CHECK_EQ(send_frame(1), -XEN_EAGAIN); /* comes again when the link is up */
    CHECK_EQ(driver.renew(&bus), 0);
    CHECK_EQ(driver.connect(&bus), 0);
    attach();
    while (RING_HAS_UNCONSUMED_REQUESTS(&tx_back)) {
        netif_tx_request_t req;

        RING_COPY_REQUEST(&tx_back, tx_back.req_cons++, &req);
        CHECK_EQ(req.size, FRAME);
        CHECK_EQ(req.flags, NETTXF_csum_blank | NETTXF_data_validated);
        seen[count++ % 16] = ((uint8_t *)granted[req.gref])[req.offset];
    }
    CHECK_EQ(count, 11);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(seen[i], 100 + i);
    CHECK_EQ(driver.connected(&bus), 0);
    CHECK(link_is_up);
    CHECK_EQ(link_changes, 2); /* so that the network hears of us */
    attach();
    CHECK_EQ(backend_take(NETIF_RSP_OKAY, false) & 0xffff, 11);
    CHECK_EQ(send_frame(7), 0);
    CHECK_EQ(nf->netdev.stats.tx_dropped, 0);
    CHECK(!bus.dead);
    teardown();
}

TEST(netfront_restored_with_another_mac_is_dead)
{
    setup();
    connect_at(0);
    CHECK_EQ(send_frame(1), 0);
    restore();
    mac_now = "00:16:3e:01:02:04";
    CHECK_EQ(driver.renew(&bus), -XEN_EINVAL);
    mac_now = "00:16:3e:01:02:03";
    CHECK(bus.dead && !link_is_up);
    CHECK_EQ(send_frame(1), -XEN_EIO);
    driver.remove(&bus);
    CHECK_EQ(grants, 0);
}

TEST(netfront_save_that_is_cancelled_changes_nothing)
{
    setup();
    connect_at(0);
    CHECK_EQ(send_frame(1), 0);
    driver.suspend(&bus);
    driver.resume(&bus, false);
    ops.flush(&nf->netdev);
    CHECK_EQ(backend_take(NETIF_RSP_OKAY, false) & 0xffff, 1);
    CHECK_EQ(send_frame(2), 0);
    teardown();
}
