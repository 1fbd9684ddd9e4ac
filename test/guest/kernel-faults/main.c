/* SPDX-License-Identifier: BSD-2-Clause */
/* Ends by the fault that its argument names: each has to be a crash to Xen.
 * What is printed is looked at by test/system/faults.sh. */
/* cmdline: overflow */
/* cmdline: write */
/* cmdline: execute */
/* cmdline: assert */
/* cmdline: text */
/* cmdline: nested */
/* expect: reason=3 */

#include <pith/clock.h>
#include <pith/panic.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <stdio.h>
#include <string.h>

static volatile int depth;

static __attribute__((noinline)) int dive(int n)
{
    volatile char frame[4096]; /* few frames, and more than a guard page */

    frame[n % 4096] = (char)n;
    depth = n;
    if (depth < 0)
        return n;
    return dive(n + 1) + frame[0];
}

static void dive_in(void *arg)
{
    (void)arg;
    dive(0);
}

static void overflow(void)
{
    thread_start("diver", THREAD_STACK_BYTES, dive_in, NULL);
    thread_sleep_until(DEADLINE_NEVER);
}

static void write_null(void)
{
    volatile int *volatile nowhere = (int *)16;

    *nowhere = 1;
}

static void execute_data(void)
{
    static char code[] = {(char)0xc3};

    ((void (*)(void))(void *)code)();
}

static void assert_false(void)
{
    ASSERT(depth == 1);
}

static void write_text(void)
{
    *(volatile char *)(void *)write_text = 0;
}

static void in_upcall(struct timer *timer)
{
    (void)timer;
    panic("on purpose, in an upcall");
}

static void nested(void)
{
    struct timer timer;

    timer_init(&timer, in_upcall);
    timer_arm(&timer, clock_monotonic_ns() + NS_PER_MS);
    thread_sleep_until(DEADLINE_NEVER);
}

static const struct {
    const char *name;
    void (*fn)(void);
} faults[] = {
    {"overflow", overflow},   {"write", write_null}, {"execute", execute_data},
    {"assert", assert_false}, {"text", write_text},  {"nested", nested},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof(faults) / sizeof(*faults); i++)
        if (strcmp(argv[1], faults[i].name) == 0)
            faults[i].fn();
    puts("kernel-faults: no such fault");
    return 1;
}
