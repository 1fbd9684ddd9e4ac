/* SPDX-License-Identifier: BSD-2-Clause */
/* The console over a ring whose other end reads, stalls or vanishes. */
/* sources: arch/x86_64/context.c arch/x86_64/switch.S kernel/tty_input.c */

#include "kernel_fake_machine.h"

#include "../../kernel/tty.c"

static void (*event_handler)(void);
static char output[65536], emergency[4096];
static size_t output_length, waiting; /* bytes in the ring */
static bool ring_exists = true, reader = true;
static const char *typed = "";

void emergency_write(const char *text, size_t length)
{
    strncat(emergency, text, length);
}

size_t console_room(void)
{
    return ring_exists ? 2048 - waiting : 0;
}

long console_write(const char *text, size_t length)
{
    if (!ring_exists)
        return -XEN_ENODEV;
    length = MIN(length, console_room());
    memcpy(output + output_length, text, length);
    output_length += length;
    waiting += length;
    return (long)length;
}

long console_read(char *buf, size_t size)
{
    size_t n = MIN(size, strlen(typed));

    memcpy(buf, typed, n);
    typed += n;
    return (long)n;
}

void console_set_event_handler(void (*handler)(void))
{
    event_handler = handler;
}

/* The other end: types, and takes output in pieces. */
static bool console_upcall(void)
{
    if (!*typed && (!reader || !waiting))
        return false;
    if (reader)
        waiting -= MIN(waiting, 1000);
    event_handler();
    return true;
}

static void begin(void)
{
    machine_begin();
    fake_upcall = console_upcall;
    waiting = output_length = 0;
    ring_exists = reader = true;
    emergency[0] = '\0';
    memset(output, 0, sizeof(output));
    tty_start();
}

static long put(const char *text)
{
    return tty_write(text, strlen(text));
}

TEST(tty_lf_becomes_cr_lf)
{
    begin();
    CHECK_EQ(put("a\nb\n\n"), 5);
    CHECK_STR(output, "a\r\nb\r\n\r\n");
    waiting = 2047;
    CHECK_EQ(tty_put("\n", 1), 0);
    CHECK_EQ(tty_put("xy", 2), 1);
}

TEST(tty_full_ring_waits_and_loses_nothing)
{
    char text[5001];

    begin();
    memset(text, '\n', 5000);
    text[5000] = '\0';
    CHECK_EQ(put(text), 5000);
    CHECK_EQ(output_length, 10000);
    for (size_t i = 0; i < output_length; i++)
        CHECK_EQ(output[i], i % 2 ? '\n' : '\r');
    CHECK_EQ(tty_dropped_bytes(), 0);
    tty_drain();
    CHECK_EQ(waiting, 0);
}

TEST(tty_stalled_console_costs_one_second_once)
{
    char text[3001];
    uint64_t start_ns, dropped;

    begin();
    reader = false;
    start_ns = now_ns;
    dropped = tty_dropped_bytes();
    memset(text, 'x', 3000);
    text[3000] = '\0';
    CHECK_EQ(put(text), 3000);
    CHECK_EQ(now_ns, start_ns + NS_PER_SEC);
    CHECK_EQ(put("more"), 4);
    CHECK_EQ(now_ns, start_ns + NS_PER_SEC);
    CHECK_EQ(tty_dropped_bytes() - dropped, 3000 - 2048 + 4);
    reader = true; /* it is back */
    thread_sleep_until(now_ns + 10);
    CHECK_EQ(put("again"), 5);
    CHECK_STR(output + 2048, "again");
}

TEST(tty_drain_gives_up_on_a_stalled_console)
{
    uint64_t start_ns;

    begin();
    reader = false;
    start_ns = now_ns;
    put("x");
    tty_drain();
    CHECK_EQ(now_ns, start_ns + NS_PER_SEC);
}

TEST(tty_broken_ring_falls_back_to_the_emergency_console)
{
    begin();
    ring_exists = false;
    CHECK_EQ(put("hello\n"), 6);
    CHECK_STR(emergency, "hello\n");
}

TEST(tty_read_gives_a_line_or_etime)
{
    char buf[16] = "";

    begin();
    CHECK_EQ(tty_read(buf, sizeof(buf), now_ns + 50), -XEN_ETIME);
    typed = "hi\rthere";
    CHECK_EQ(tty_read(buf, sizeof(buf), DEADLINE_NEVER), 3);
    CHECK(memcmp(buf, "hi\n", 3) == 0);
    CHECK_STR(output, "hi\r\nthere");
    CHECK_EQ(tty_readable(), 0);
}
