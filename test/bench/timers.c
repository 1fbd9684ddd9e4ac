/* SPDX-License-Identifier: BSD-2-Clause */
/* How late timers fire at the worst: thousands of them, at random times within
 * a second, some of them at once. In ns, which here are instructions. */

#include <pith/timer.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TIMERS 5000

static struct late {
    struct timer timer;
    uint64_t deadline_ns;
} timers[TIMERS];

static uint64_t latest_ns;
static unsigned fired, early;

static void fire(struct timer *timer)
{
    struct late *late = (struct late *)timer;
    uint64_t now = clock_monotonic_ns();

    if (now < late->deadline_ns)
        early++;
    else if (now - late->deadline_ns > latest_ns)
        latest_ns = now - late->deadline_ns;
    fired++;
}

int main(void)
{
    uint64_t start = clock_monotonic_ns() + 100 * NS_PER_MS;

    srand(1);
    for (int i = 0; i < TIMERS; i++) {
        struct late *late = &timers[i];

        late->deadline_ns = start + (uint64_t)rand() % NS_PER_SEC;
        if (i % 50 < 5 && i)
            late->deadline_ns = timers[i - 1].deadline_ns;
        timer_init(&late->timer, fire);
        timer_arm(&late->timer, late->deadline_ns);
    }
    sleep(2);
    if (fired != TIMERS || early) {
        printf("%u of %d timers fired, %u too early\n", fired, TIMERS, early);
        return 1;
    }
    printf("FIGURE timers_late_ns %lu\n", (unsigned long)latest_ns);
    return 0;
}
