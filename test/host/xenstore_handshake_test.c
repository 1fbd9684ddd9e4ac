/* SPDX-License-Identifier: BSD-2-Clause */
/* One device and a peer in a fake store: honest, restarting, gone, lying. */
/* sources: xenstore/handshake.c */
/* flags: -include test/host/fake_spinlock.h */

#include "../../xenstore/bus.h"
#include "../../xenstore/private.h"
#include "test.h"
#include <pith/errno.h>
#include <pith/format.h>
#include <pith/parse.h>
#include <stdarg.h>

/* The store: two nodes; an empty string: the node does not exist. */
static char own_state[8], peer_state[24];
static unsigned round_trips, blind_writes;
static uint32_t event_seq;

/* What the driver was called for. */
static char calls[64];
static int connect_rc, connected_rc;
static bool publishes;
static struct xenbus_device dev;

static void note(const char *what)
{
    size_t length = strlen(calls);

    format(calls + length, sizeof(calls) - length, "%s", what);
}

static char *node_of(const char *dir, const char *node)
{
    CHECK_STR(node, "state");
    return strcmp(dir, dev.own_path) ? peer_state : own_state;
}

static long fake_read(const char *dir, const char *node, char *buf, size_t size)
{
    const char *value = node_of(dir, node);

    if (!*value)
        return -XEN_ENOENT;
    if (strlen(value) >= size)
        return -XEN_E2BIG;
    strcpy(buf, value);
    return (long)strlen(value);
}

long xs_read(uint32_t txn, const char *dir, const char *node, char *buf,
             size_t size)
{
    round_trips++;
    return fake_read(dir, node, buf, size);
}

int xs_writef(uint32_t txn, const char *dir, const char *node, const char *fmt,
              ...)
{
    va_list args;

    round_trips++;
    if (txn == XS_NO_TXN)
        blind_writes++;
    va_start(args, fmt);
    vformat(node_of(dir, node), 8, fmt, args);
    va_end(args);
    return 0;
}

int xs_parse_u64(const char *text, uint64_t max, uint64_t *out)
{
    return parse_u64(text, max, out) ? -XEN_EINVAL : 0;
}

int xs_transaction(int (*body)(uint32_t txn, void *arg), void *arg)
{
    round_trips += 2;
    return body(1, arg);
}

int xs_batch(uint32_t txn, struct xs_op *ops, unsigned count)
{
    round_trips++;
    for (unsigned i = 0; i < count; i++) {
        ops[i].result = 0;
        if (ops[i].kind == XS_OP_READ)
            ops[i].result =
                fake_read(ops[i].dir, ops[i].node, ops[i].buf, ops[i].size);
        else if (!strcmp(ops[i].node, "state"))
            strcpy(own_state, ops[i].buf);
    }
    return 0;
}

int xs_watch_with(struct xs_watch *watch, const char *dir, const char *node,
                  struct xs_op *ops, unsigned count)
{
    event_seq++;
    return xs_batch(XS_NO_TXN, ops, count);
}

uint32_t stream_event_seq(void)
{
    return event_seq;
}

void bus_state_changed(void)
{
}

void bus_device_died(void)
{
}

static int on_connect(struct xenbus_device *d)
{
    char one[] = "1";
    struct xs_op key = {
        .kind = XS_OP_WRITE, .dir = d->own_path, .node = "key", .buf = one};

    note("connect ");
    if (connect_rc)
        return connect_rc;
    return publishes ? xenbus_publish(d, &key, 1) : 0;
}

static int on_connected(struct xenbus_device *d)
{
    note("connected ");
    return connected_rc;
}

static void on_disconnect(struct xenbus_device *d)
{
    note("disconnect ");
}

static struct xenbus_driver driver = {.type = "vif",
                                      .connect = on_connect,
                                      .after_connect = XenbusStateInitialised,
                                      .connected = on_connected,
                                      .disconnect = on_disconnect};

static void setup(const char *peer)
{
    dev = (struct xenbus_device){.driver = &driver,
                                 .own_state = XenbusStateInitialising,
                                 .at_boot = true};
    strcpy(dev.own_path, "device/vif/0");
    strcpy(dev.peer_path, "/local/domain/0/backend/vif/1/0");
    strcpy(own_state, "1");
    strcpy(peer_state, peer);
    calls[0] = '\0';
    connect_rc = connected_rc = 0;
    publishes = true;
    round_trips = blind_writes = 0;
    handshake_begin(&dev);
}

/* The peer moves; what the driver was called for, and our state then. */
static void peer_moves(const char *to, const char *want_calls,
                       const char *want_own)
{
    strcpy(peer_state, to);
    calls[0] = '\0';
    handshake_continue(&dev);
    CHECK_STR(calls, want_calls);
    CHECK_STR(own_state, want_own);
}

TEST(device_connects_as_the_peer_goes_on)
{
    setup("1");
    CHECK_STR(calls, "");
    peer_moves("2", "connect ", "3");
    peer_moves("2", "", "3");
    peer_moves("4", "connected ", "4");
    peer_moves("4", "", "4");
    CHECK(dev.started && !dev.dead);
}

TEST(device_at_boot_is_published_in_two_round_trips)
{
    setup("2");
    CHECK_STR(calls, "connect ");
    CHECK_STR(own_state, "3");
    CHECK_EQ(round_trips, 2);
    /* The event of the fresh watch is covered by the read while publishing. */
    CHECK_EQ(dev.seen_seq, event_seq);
}

TEST(driver_that_does_not_publish_is_moved_by_the_bus)
{
    setup("1");
    publishes = false;
    peer_moves("2", "connect ", "3");
}

TEST(peer_that_closes_is_followed_and_may_come_back)
{
    setup("2");
    peer_moves("4", "connected ", "4");
    peer_moves("5", "disconnect ", "6");
    peer_moves("6", "", "6");
    peer_moves("1", "", "1");
    peer_moves("2", "connect ", "3");
    peer_moves("4", "connected ", "4");
}

TEST(peer_that_restarts_unseen_is_connected_again)
{
    setup("2");
    peer_moves("4", "connected ", "4");
    peer_moves("2", "disconnect connect ", "3");
    peer_moves("1", "disconnect ", "1");
    peer_moves("2", "connect ", "3");
}

TEST(peer_that_was_closed_before_we_began_is_waited_for)
{
    setup("6");
    CHECK_STR(own_state, "1");
    peer_moves("2", "connect ", "3");
    setup("5"); /* but one that closes now wants an answer */
    CHECK_STR(own_state, "6");
}

TEST(node_that_the_toolstack_removed_is_not_made_again)
{
    setup("2");
    peer_moves("4", "connected ", "4");
    own_state[0] = '\0';
    peer_moves("", "disconnect ", "");
    blind_writes = 0;
    own_state[0] = '\0';
    peer_moves("6", "", "");
    CHECK_EQ(blind_writes, 0);
}

TEST(device_found_later_is_published_only_if_it_is_there)
{
    setup("1");
    dev.at_boot = false;
    own_state[0] = '\0';
    peer_moves("2", "connect ", "");
    CHECK(dev.dead);
    CHECK_EQ(blind_writes, 0);
}

TEST(state_that_is_none_kills_the_device)
{
    const char *bad[] = {"banana", "9", "-1", "4 ", "99999999999999999999"};

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        setup("2");
        peer_moves("4", "connected ", "4");
        peer_moves(bad[i], "disconnect ", "6");
        CHECK(dev.dead && dev.buried);
        peer_moves("2", "", "6"); /* for good */
    }
}

TEST(driver_that_fails_kills_the_device)
{
    setup("1");
    connect_rc = -XEN_ENOMEM;
    peer_moves("2", "connect ", "6"); /* it has undone its own work */
    CHECK(dev.dead);
    setup("2");
    connected_rc = -XEN_EINVAL;
    peer_moves("4", "connected disconnect ", "6");
    CHECK(dev.dead);
}

TEST(peer_that_toggles_at_random_never_confuses_the_driver)
{
    static const char *states[] = {"",  "0", "1", "2", "3",
                                   "4", "5", "6", "7", "8"};
    int connections = 0;

    srand(1);
    setup("1");
    for (int i = 0; i < 100000; i++) {
        strcpy(peer_state, states[rand() % 10]);
        calls[0] = '\0';
        handshake_continue(&dev);
        if (strstr(calls, "disconnect "))
            connections--;
        if (strstr(calls, " connect ") || !strncmp(calls, "connect ", 8))
            connections++;
        CHECK_EQ(connections, dev.connected);
    }
    CHECK(!dev.dead);
}
