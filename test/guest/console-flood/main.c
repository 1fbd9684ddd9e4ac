/* SPDX-License-Identifier: BSD-2-Clause */
/* More output than the ring holds, many times over: what the program prints
 * arrives complete, what is logged never waits. */
/* clang-format off */
/* check: [ $(tr -d '\r' <$log | grep -cE '^flood [0-9]{4} [.]{35}$') = 5000 ] */
/* check: [ "$(tr -d '\r' <$log | sed -nE 's/^flood ([0-9]*) [.]+$/\1/p')" = "$(seq -w 0 4999)" ] */
/* check: ! tr -d '\r' <$log | grep 'flood of' | grep -qvE '^flood of the log [0-9]+ [.]{30}$' */
/* console: ^the log's last words$ */
/* clang-format on */

/* Before libc's, which define some of the same macros. */
#include <pith/clock.h>
#include <pith/console.h>
#include <pith/log.h>
#include <pith/thread.h>
#include <pith/tty.h>

#include "guest_test.h"

#define LINES 5000 /* of 47 bytes with its CR: 230 KB */

TEST(console_program_output_is_complete)
{
    uint64_t dropped = tty_dropped_bytes();

    for (int i = 0; i < LINES; i++)
        CHECK_EQ(printf("flood %04d ...................................\n", i),
                 47 - 0);
    fflush(stdout);
    CHECK_EQ(tty_dropped_bytes(), dropped);
}

static volatile int switches, go;

static void count_switches(void *arg)
{
    (void)arg;
    while (go) {
        switches++;
        thread_yield();
    }
    switches = -1;
}

/* If a log line blocked, the other thread would run; otherwise it does not, as
 * it is less urgent. */
TEST(console_log_never_waits)
{
    int ran;

    go = 1;
    CHECK(thread_start("other", 8192, count_switches, NULL) != NULL);
    thread_yield();
    thread_set_priority(THREAD_HIGH);
    ran = switches;
    for (int i = 0; i < 300; i++)
        log_error("flood of the log %d ..............................", i);
    CHECK_EQ(switches, ran);
    thread_set_priority(THREAD_NORMAL);
    CHECK(ran > 0);
    go = 0;
    while (switches >= 0)
        thread_yield();
}

TEST(console_works_after_a_flood)
{
    uint64_t deadline_ns = clock_monotonic_ns() + 5 * NS_PER_SEC;

    while (console_room() < 2048 && clock_monotonic_ns() < deadline_ns)
        thread_sleep_until(clock_monotonic_ns() + NS_PER_MS);
    CHECK_EQ(console_room(), 2048);
    log_error("the log's last words");
}

int main(void)
{
    return test_run_all();
}
