/* SPDX-License-Identifier: BSD-2-Clause */
/* The FIFO event ABI against a model of Xen, each in every step of the other.
 * The source is included, so that its array can be started anew. */

#include "test.h"

#include "../../xen/evtchn_fifo.c"

#include "xen_fifo_model.h"

#define FEW 2048

static struct evtchn_vcpu vcpus[MODEL_VCPUS];
static unsigned delivered[FEW], order[FEW], order_count;
static evtchn_port_t stormy;  /* fires again while it is delivered */
static evtchn_port_t late;    /* fires while stormy is delivered, once */
static void (*at_step)(void); /* run at step number step_wanted, and then */
static int step_wanted = -1;  /* at step second_wanted */
static int second_wanted = -1;
static int steps;

static void model_step(void)
{
    int step = steps++;

    if (at_step && (step == step_wanted || step == second_wanted)) {
        void (*fn)(void) = at_step;

        at_step = NULL; /* what it does has steps, too */
        fn();
        at_step = fn;
    }
}

bool evtchn_deliver(struct evtchn_vcpu *vcpu, evtchn_port_t port)
{
    if (model.ports[port].vcpu != vcpu->id)
        return false;
    if (!evtchn_fifo.test_and_clear(port))
        return true;
    delivered[port]++;
    order[order_count++ % FEW] = port;
    if (port == stormy)
        model_send(port);
    if (port == stormy && late) {
        model_send(late);
        late = 0;
    }
    return true;
}

void evtchn_unmask_by_xen(evtchn_port_t port)
{
    model_unmask(port);
}

static void start(unsigned pages)
{
    while (array.page_count)
        page_free(array.pages[--array.page_count], 0);
    model.page_count = 0;
    memset(delivered, 0, sizeof(delivered));
    order_count = stormy = late = 0;
    model_start(vcpus, pages);
    for (unsigned port = 1; pages && port < FEW && port < pages * 1024; port++)
        evtchn_fifo.unmask(port);
}

static void scan_all(void)
{
    for (unsigned i = 0; i < MODEL_VCPUS; i++)
        while (evtchn_fifo.scan(&vcpus[i]))
            ;
}

TEST(evtchn_fifo_array_grows_with_the_ports)
{
    start(0);
    CHECK_EQ(model.page_count, 0);
    CHECK_EQ(evtchn_fifo.port_init(1), 0);
    CHECK_EQ(evtchn_fifo.port_init(1023), 0);
    CHECK_EQ(model.page_count, 1);
    CHECK_EQ(evtchn_fifo.port_init(1024), 0);
    CHECK_EQ(model.page_count, 2);
    CHECK_EQ(evtchn_fifo.port_init(5000), 0);
    CHECK_EQ(model.page_count, 5);
    for (unsigned port = 0; port < 5 * 1024; port++)
        CHECK(*model_word(port) == MASKED);
    CHECK_EQ(evtchn_fifo.port_init(EVTCHN_FIFO_NR_CHANNELS - 1), 0);
    CHECK_EQ(model.page_count, 128);
    CHECK_EQ(evtchn_fifo.port_init(EVTCHN_FIFO_NR_CHANNELS), -XEN_ENOSPC);
}

TEST(evtchn_fifo_array_that_xen_refuses_to_grow_is_an_error)
{
    start(1);
    model.page_limit = 2;
    CHECK_EQ(evtchn_fifo.port_init(4000), -XEN_ENOSPC); /* ASan sees leaks */
    CHECK_EQ(array.page_count, 2);
    CHECK_EQ(evtchn_fifo.port_init(2047), 0);
    model.page_limit = MODEL_PORTS / MODEL_PAGE_WORDS;
}

TEST(evtchn_fifo_event_before_its_page_is_pending_and_masked)
{
    start(1);
    model_send(1500);
    CHECK_EQ(evtchn_fifo.port_init(1500), 0);
    scan_all();
    CHECK_EQ(delivered[1500], 0);
    CHECK(evtchn_fifo.is_pending(1500));
    CHECK(evtchn_fifo.mask(1500));
}

TEST(evtchn_fifo_every_port_is_found_once_in_order)
{
    start(2);
    for (unsigned round = 0; round < 3; round++) {
        order_count = 0;
        for (unsigned i = 1; i < FEW; i++)
            model_send(i * 5 % FEW); /* 5 and FEW: each port once */
        for (unsigned i = 1; i < FEW; i++)
            model_send(i); /* merges */
        CHECK_EQ(model.vcpus[0].upcalls, round + 1);
        scan_all();
        CHECK_EQ(order_count, FEW - 1);
        for (unsigned i = 1; i < FEW; i++)
            CHECK_EQ(order[i - 1], i * 5 % FEW);
        for (unsigned i = 1; i < FEW; i++)
            CHECK_EQ(*model_word(i), 0);
    }
}

TEST(evtchn_fifo_masked_port_waits_for_its_unmasking)
{
    start(1);
    CHECK(!evtchn_fifo.mask(71));
    CHECK(evtchn_fifo.mask(71));
    model_send(71);
    scan_all();
    CHECK_EQ(delivered[71], 0);
    evtchn_fifo.unmask(71);
    CHECK(evtchn_fifo.is_pending(71)); /* what evtchn_unmask looks at */
    evtchn_fifo.mask(71);
    model_unmask(71);
    scan_all();
    CHECK_EQ(delivered[71], 1);
}

TEST(evtchn_fifo_port_masked_while_linked_leaves_the_queue)
{
    start(1);
    for (unsigned port = 10; port < 13; port++)
        model_send(port);
    evtchn_fifo.mask(11);
    scan_all();
    CHECK_EQ(order_count, 2);
    CHECK_EQ(order[1], 12);
    CHECK_EQ(*model_word(11), PENDING | MASKED);
    evtchn_fifo.unmask(11);
    CHECK(evtchn_deliver(&vcpus[0], 11));
    model_send(11);
    scan_all();
    CHECK_EQ(delivered[11], 2);
}

TEST(evtchn_fifo_delivery_by_hand_while_linked_is_the_only_one)
{
    start(1);
    model_send(20);
    model_send(21);
    evtchn_fifo.mask(20);
    evtchn_fifo.unmask(20);
    CHECK(evtchn_fifo.is_pending(20));
    evtchn_deliver(&vcpus[0], 20);
    scan_all();
    CHECK_EQ(delivered[20], 1);
    CHECK_EQ(delivered[21], 1);
    CHECK_EQ(*model_word(20), 0);
}

TEST(evtchn_fifo_priorities_go_first)
{
    start(1);
    CHECK_EQ(evtchn_fifo.set_priority(1, 15), 0);
    CHECK_EQ(evtchn_fifo.set_priority(3, 0), 0);
    for (unsigned port = 1; port < 5; port++)
        model_send(port); /* 2 and 4: default */
    scan_all();
    CHECK_EQ(order_count, 4);
    CHECK_EQ(order[0], 3);
    CHECK_EQ(order[1], 2);
    CHECK_EQ(order[2], 4);
    CHECK_EQ(order[3], 1);
}

TEST(evtchn_fifo_urgent_event_overtakes_those_in_the_queue)
{
    start(1);
    evtchn_fifo.set_priority(3, 0);
    stormy = 1;
    late = 3;
    model_send(1);
    model_send(2);
    evtchn_fifo.scan(&vcpus[0]);
    CHECK_EQ(order[0], 1);
    CHECK_EQ(order[1], 3);
    CHECK_EQ(order[2], 2);
}

/* Moves with its priority while it is linked: still in the old queue, then in
 * the new one. */
TEST(evtchn_fifo_priority_set_while_linked_holds_from_the_next_event)
{
    start(1);
    model_send(5);
    model_send(6);
    evtchn_fifo.set_priority(6, 2);
    scan_all();
    CHECK_EQ(order[1], 6);
    model_send(5);
    model_send(6);
    scan_all();
    CHECK_EQ(order[2], 6);
    CHECK_EQ(order[3], 5);
}

TEST(evtchn_fifo_storm_ends_the_scan_and_starves_nobody)
{
    start(1);
    stormy = 7;
    for (unsigned port = 7; port < 12; port++)
        model_send(port);
    evtchn_fifo.scan(&vcpus[0]); /* ends; and what is left is announced */
    CHECK(model.vcpus[0].upcalls > 1);
    for (unsigned port = 8; port < 12; port++)
        CHECK_EQ(delivered[port], 1);
    stormy = 0;
    CHECK(!evtchn_fifo.scan(&vcpus[0]));
    CHECK_EQ(*model_word(7), 0);
}

TEST(evtchn_fifo_scan_says_what_it_left)
{
    start(1);
    for (unsigned port = 1; port <= SCAN_PORTS + 5; port++)
        model_send(port);
    CHECK(evtchn_fifo.scan(&vcpus[0]));
    CHECK_EQ(order_count, SCAN_PORTS);
    CHECK_EQ(model.vcpus[0].upcalls, 1);
    CHECK(!evtchn_fifo.scan(&vcpus[0]));
    CHECK_EQ(order_count, SCAN_PORTS + 5);
}

TEST(evtchn_fifo_moved_port_is_handed_over)
{
    start(1);
    model_send(30);
    model_send(31);
    model.ports[31].vcpu = 1;
    while (evtchn_fifo.scan(&vcpus[0]))
        ;
    CHECK_EQ(delivered[31], 0);
    CHECK_EQ(model.vcpus[1].upcalls, 1);
    CHECK(!evtchn_fifo.scan(&vcpus[1]));
    CHECK_EQ(delivered[31], 1);
}

TEST(evtchn_fifo_moved_port_that_is_masked_stays_so)
{
    start(1);
    model_send(31);
    model.ports[31].vcpu = 1;
    evtchn_fifo.mask(31);
    scan_all();
    CHECK_EQ(delivered[31], 0);
    CHECK_EQ(*model_word(31), PENDING | MASKED);
}

static void scan_now(void)
{
    while (evtchn_fifo.scan(&vcpus[0]))
        ;
}

static void mask_first(void)
{
    evtchn_fifo.mask(40);
}

static void deliver_and_scan(void)
{
    evtchn_deliver(&vcpus[0], 41);
    scan_now();
}

/* How many events wait without any upcall that would find them. */
static unsigned lost_ports(void)
{
    unsigned lost = 0;

    scan_now();
    for (unsigned port = 1; port < 1024; port++) {
        event_word_t word = *model_word(port);

        lost += (word & (PENDING | MASKED)) == PENDING || (word & LINKED) ||
                (word & BUSY);
    }
    return lost;
}

/* One or two runs of fn at every place in the sending of an event, with the
 * queue empty or not, in the same queue or another. */
static void try_all_places(void (*fn)(void), bool queue_empty)
{
    for (int first = 0; first < 16; first++)
        for (int second = first; second < 16; second++) {
            start(1);
            at_step = NULL;
            if (!queue_empty)
                model_send(40);
            steps = 0;
            step_wanted = first;
            second_wanted = second;
            at_step = fn;
            model_send(41);
            at_step = NULL;
            CHECK_EQ(lost_ports(), 0);
            CHECK_EQ(delivered[41], 1);
            CHECK(queue_empty || delivered[40] == 1 || fn == mask_first);
        }
}

TEST(evtchn_fifo_scan_anywhere_in_a_send_loses_nothing)
{
    try_all_places(scan_now, true);
    try_all_places(scan_now, false);
    try_all_places(deliver_and_scan, true);
    try_all_places(deliver_and_scan, false);
}

static bool masked_yet;

static void mask_then_scan(void)
{
    if (masked_yet)
        scan_now();
    else
        evtchn_fifo.mask(40);
    masked_yet = true;
}

/* The tail changes between Xen's look and its exchange, so that it makes the
 * word BUSY; then the tail leaves the queue. */
TEST(evtchn_fifo_tail_that_leaves_while_busy_loses_nothing)
{
    try_all_places(mask_first, false);
    for (int first = 0; first < 16; first++)
        for (int second = first + 1; second < 16; second++) {
            start(1);
            at_step = NULL;
            model_send(40);
            steps = 0;
            step_wanted = first;
            second_wanted = second;
            masked_yet = false;
            at_step = mask_then_scan;
            model_send(41);
            at_step = NULL;
            CHECK_EQ(lost_ports(), 0);
            CHECK_EQ(delivered[41], 1);
            evtchn_fifo.unmask(40);
        }
}

TEST(evtchn_fifo_random_traffic_loses_nothing)
{
    unsigned sent[200] = {0}, bad = 0;

    start(1);
    srand(4);
    for (unsigned i = 0; i < 200000; i++) {
        evtchn_port_t port = 1 + (unsigned)rand() % 199;

        sent[port] += !evtchn_fifo.is_pending(port);
        model_send(port);
        if (rand() % 16 == 0)
            evtchn_fifo.set_priority(port, (unsigned)rand() % 16);
        if (rand() % 64 == 0)
            evtchn_fifo.scan(&vcpus[0]);
    }
    scan_all();
    for (evtchn_port_t port = 1; port < 200; port++)
        bad += delivered[port] != sent[port];
    CHECK_EQ(bad, 0);
}
