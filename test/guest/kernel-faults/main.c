/* SPDX-License-Identifier: BSD-2-Clause */
/* Crashes that involve the scheduler: a thread that overflows its stack, and a
 * panic in an upcall, whose report shows the interrupted stack, too. The other
 * faults are boot-faults'. */
/* cc: --checks */
/* clang-format off */
/* expect: reason=3 */
/* cmdline: overflow */
/*   console: ^pith: panic: stack overflow in thread "diver" */
/*   console: ^#[0-9]+ 0x[0-9a-f]+ dive[.a-z0-9]*\+0x */
/*   xen: stack overflow in thread "diver" */
/* cmdline: nested */
/*   console: ^pith: panic: on purpose, in an upcall */
/*   console: ^#[0-9]+ 0x[0-9a-f]+ in_upcall\+0x */
/*   console: ^#[0-9]+ 0x[0-9a-f]+ enter\+0x */
/*   xen: on purpose, in an upcall */
/* clang-format on */

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

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "overflow") == 0)
        overflow();
    if (argc == 2 && strcmp(argv[1], "nested") == 0)
        nested();
    puts("kernel-faults: no such fault");
    return 1;
}
