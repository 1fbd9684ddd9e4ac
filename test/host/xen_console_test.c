/* SPDX-License-Identifier: BSD-2-Clause */
/* The console ring against an honest xenconsoled and against one that lies. */
/* sources: xen/console.c */
/* flags: -include test/host/fake_spinlock.h */

#include "../../xen/private.h"
#include "test.h"
#include <pith/console.h>
#include <pith/errno.h>
#include <pith/map.h>
#include <pith/xeninfo.h>
#include <xen/hvm/params.h>
#include <xen/io/console.h>

static _Alignas(4096) union {
    struct xencons_interface ring;
    char bytes[4096];
} page;
static unsigned notified, reported, opened;

int hvm_param_get(uint32_t index, uint64_t *out)
{
    *out = index == HVM_PARAM_CONSOLE_PFN ? 0xfefff : 2;
    return 0;
}

volatile void *map_device(uint64_t paddr, uint64_t size_bytes, unsigned prot)
{
    CHECK_EQ(paddr, 0xfefff000);
    CHECK_EQ(prot, PT_WRITE);
    return &page;
}

int evtchn_adopt(evtchn_port_t port, evtchn_fn *fn, void *arg)
{
    CHECK_EQ(port, 2);
    return 0;
}

void evtchn_unmask(evtchn_port_t port)
{
    opened++;
}

int evtchn_notify(evtchn_port_t port)
{
    CHECK_EQ(port, 2);
    notified++;
    return 0;
}

void emergency_write(const char *text, size_t length)
{
    CHECK(strstr(text, "impossible"));
    reported++;
}

/* All four indices at start. */
static void connect(uint32_t start)
{
    memset(&page, 0, sizeof(page));
    page.ring.in_cons = page.ring.in_prod = start;
    page.ring.out_cons = page.ring.out_prod = start;
    notified = reported = 0;
    CHECK_EQ(console_init(), 0);
}

static size_t drain(char *buf, size_t max)
{
    size_t n = 0;

    while (n < max && page.ring.out_cons != page.ring.out_prod)
        buf[n++] = page.ring.out[page.ring.out_cons++ % 2048];
    return n;
}

static void type(const char *text, size_t length)
{
    while (length--)
        page.ring.in[page.ring.in_prod++ % 1024] = *text++;
}

TEST(console_output_survives_the_index_wrap)
{
    unsigned char sent = 0, expected = 0;
    char text[300], buf[2048];

    srand(1);
    connect(UINT32_MAX - 5000);
    for (int round = 0; round < 1000; round++) {
        size_t length = (size_t)rand() % sizeof(text);
        size_t room = console_room(), got;
        long put;

        for (size_t i = 0; i < length; i++)
            text[i] = (char)(sent + i);
        put = console_write(text, length);
        CHECK_EQ(put, length < room ? length : room);
        sent = (unsigned char)(sent + put);
        got = drain(buf, (size_t)rand() % 300);
        for (size_t i = 0; i < got; i++)
            CHECK_EQ((unsigned char)buf[i], expected++);
    }
    CHECK_EQ(reported, 0);
}

TEST(console_of_a_restored_domain_has_what_nobody_took)
{
    char unread[2048], buf[2048];

    connect(UINT32_MAX - 2); /* across the wrap and the ring's end */
    CHECK_EQ(console_write("old", 3), 3);
    CHECK_EQ(drain(buf, 3), 3);
    CHECK_EQ(console_write("not taken", 9), 9);
    CHECK_EQ(console_unread(unread, 4), 4);
    CHECK_EQ(console_unread(unread, sizeof(unread)), 9);
    memset(&page, 0, sizeof(page)); /* the new domain's page */
    notified = 0;
    console_renew(unread, 9);
    CHECK_EQ(notified, 1);
    CHECK_EQ(drain(buf, sizeof(buf)), 9);
    CHECK(!memcmp(buf, "not taken", 9));
    CHECK_EQ(console_unread(unread, sizeof(unread)), 0);
}

TEST(console_full_ring_takes_nothing_and_does_not_notify)
{
    static char text[4096];

    connect(17);
    CHECK_EQ(console_write(text, sizeof(text)), 2048);
    CHECK_EQ(notified, 1);
    CHECK_EQ(console_write(text, 1), 0);
    CHECK_EQ(notified, 1);
    CHECK_EQ(console_room(), 0);
    page.ring.out_cons += 5;
    CHECK_EQ(console_room(), 5);
}

TEST(console_input_is_read_across_the_wrap)
{
    char buf[1024];

    connect(UINT32_MAX - 2);
    CHECK_EQ(console_read(buf, sizeof(buf)), 0);
    type("hello", 5);
    CHECK_EQ(console_read(buf, 2), 2);
    CHECK_EQ(console_read(buf + 2, sizeof(buf)), 3);
    CHECK(!memcmp(buf, "hello", 5));
    CHECK_EQ(notified, 0);
}

TEST(console_reading_a_full_ring_tells_the_other_end)
{
    static char text[1024], buf[1024];

    connect(0);
    type(text, sizeof(text));
    CHECK_EQ(console_read(buf, 10), 10);
    CHECK_EQ(notified, 1);
    CHECK_EQ(console_read(buf, sizeof(buf)), 1014);
    CHECK_EQ(notified, 1);
}

TEST(console_lie_about_output_gives_the_ring_up_and_says_so_once)
{
    static const uint32_t lies[] = {1, 2048, 1u << 31, UINT32_MAX - 2048};

    for (int i = 0; i < 4; i++) {
        connect(0);
        page.ring.out_cons = lies[i];
        CHECK_EQ(console_write("x", 1), -XEN_ENODEV);
        page.ring.out_cons = 0;
        CHECK_EQ(console_write("x", 1), -XEN_ENODEV);
        CHECK_EQ(console_room(), 0);
        CHECK_EQ(reported, 1);
        CHECK_EQ(notified, 0);
    }
}

TEST(console_lie_about_input_gives_the_ring_up_and_says_so_once)
{
    static const uint32_t lies[] = {1025, 1u << 31, UINT32_MAX};
    char buf[16];

    for (int i = 0; i < 3; i++) {
        connect(0);
        page.ring.in_prod = lies[i];
        CHECK_EQ(console_read(buf, sizeof(buf)), -XEN_ENODEV);
        CHECK_EQ(console_read(buf, sizeof(buf)), -XEN_ENODEV);
        CHECK_EQ(console_write("x", 1), -XEN_ENODEV);
        CHECK_EQ(reported, 1);
    }
}

/* The shared copies of our own indices are for the other end to read. */
TEST(console_own_indices_overwritten_are_ignored)
{
    char buf[8];

    connect(0);
    console_write("ab", 2);
    page.ring.out_prod = 999;
    page.ring.in_cons = 999;
    console_write("c", 1);
    CHECK_EQ(page.ring.out_prod, 3);
    CHECK_EQ(drain(buf, sizeof(buf)), 3);
    CHECK(!memcmp(buf, "abc", 3));
    type("z", 1);
    CHECK_EQ(console_read(buf, sizeof(buf)), 1);
    CHECK_EQ(page.ring.in_cons, 1);
}

static void on_console(void)
{
}

TEST(console_event_handler_opens_the_port_once)
{
    connect(0);
    opened = 0;
    console_set_event_handler(on_console);
    console_set_event_handler(on_console);
    CHECK_EQ(opened, 1);
}
