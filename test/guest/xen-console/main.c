/* SPDX-License-Identifier: BSD-2-Clause */
/* The console ring to the real xenconsoled. */
/* cc: --checks */

#include <pith/clock.h>
#include <pith/console.h>
#include <pith/thread.h>
#include <pith/tty.h>

#include "guest_test.h"

#define RING_BYTES 2048

/* Waits until the other end took everything. */
static int drained(void)
{
    uint64_t deadline = clock_monotonic_ns() + 10 * NS_PER_SEC;

    while (console_room() < RING_BYTES) {
        if (clock_monotonic_ns() > deadline)
            return 0;
        thread_sleep_until(clock_monotonic_ns() + NS_PER_MS);
    }
    return 1;
}

TEST(console_takes_what_fits_and_no_more)
{
    static char text[3 * RING_BYTES];
    long put;

    CHECK(drained());
    memset(text, '.', sizeof(text));
    text[0] = text[RING_BYTES - 1] = '\n';
    put = console_write(text, sizeof(text));
    CHECK_EQ(put, RING_BYTES);
    CHECK(drained());
}

TEST(console_bulk_output_is_all_taken)
{
    uint64_t dropped = tty_dropped_bytes();

    for (int i = 0; i < 400; i++)
        printf("line %d of more than the ring holds ..............\n", i);
    fflush(stdout);
    CHECK(drained());
    CHECK_EQ(tty_dropped_bytes(), dropped);
}

/* Also where Xen refuses it the hypercall, this comes back. */
TEST(emergency_console_returns)
{
    static const char text[] = "xen-console: the emergency console\n";

    emergency_write(text, sizeof(text) - 1);
    emergency_write(text, sizeof(text) - 1);
}

int main(void)
{
    return test_run_all();
}
