/* SPDX-License-Identifier: BSD-2-Clause */
/* A panic on one vCPU while others run, with interrupts off or with the
 * console's lock, or panic as well: one report, which shows them all. */
/* clang-format off */
/* expect: reason=3 */
/* xl: vcpus=4 */
/* check: test $(grep -c '^pith: panic: ' $log) = 1 */
/* cmdline: elsewhere */
/*   console: ^pith: panic: on vCPU 2$ */
/*   console: ^vCPU 2, thread "culprit"$ */
/*   console: ^vCPU 1, thread "spinner"$ */
/*   console: ^#[0-9]+ 0x[0-9a-f]+ spin_without_interrupts\+0x */
/*   console: ^[12] other vCPUs idle$ */
/*   xen: pith: panic: on vCPU 2 */
/* cmdline: together */
/*   console: ^pith: panic: together on [0-3]$ */
/* cmdline: writer */
/*   console: ^pith: panic: on vCPU 2$ */
/*   console: ^vCPU 1, thread "writer"$ */
/* clang-format on */

#include <pith/atomic.h>
#include <pith/clock.h>
#include <pith/console.h>
#include <pith/cpu.h>
#include <pith/panic.h>
#include <pith/smp.h>
#include <pith/thread.h>
#include <stdio.h>
#include <string.h>

static uint32_t running;

static void move_to(unsigned cpu)
{
    struct cpuset only = {{0}};

    cpuset_add(&only, cpu);
    if (thread_set_affinity(&only))
        panic("no vCPU %u", cpu);
}

static __attribute__((noinline)) void spin_without_interrupts(void)
{
    irq_disable();
    atomic_add(&running, 1);
    for (;;)
        cpu_relax();
}

static void spinner(void *arg)
{
    (void)arg;
    move_to(1);
    spin_without_interrupts();
}

static void writer(void *arg)
{
    (void)arg;
    move_to(1);
    atomic_add(&running, 1);
    for (;;)
        console_write("", 0); /* little else than the lock */
}

static void culprit(void *arg)
{
    (void)arg;
    move_to(2);
    while (!atomic_load(&running))
        cpu_relax();
    panic("on vCPU %u", cpu_read(id));
}

static void one_of_four(void *arg)
{
    move_to((unsigned)(uintptr_t)arg);
    irq_disable();
    atomic_add(&running, 1);
    while (atomic_load(&running) < 4)
        cpu_relax();
    panic("together on %u", cpu_read(id));
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 1;
    /* A thread that waits for its vCPU on another one would wait for ever: what
     * runs there turns interrupts off. */
    while (smp_online_count() < 4)
        thread_sleep_until(clock_monotonic_ns() + NS_PER_MS);
    if (strcmp(argv[1], "together") == 0)
        for (uintptr_t cpu = 0; cpu < 4; cpu++)
            thread_start("culprit", THREAD_STACK_BYTES, one_of_four,
                         (void *)cpu);
    else
        thread_start("culprit", THREAD_STACK_BYTES, culprit, NULL);
    if (strcmp(argv[1], "elsewhere") == 0)
        thread_start("spinner", THREAD_STACK_BYTES, spinner, NULL);
    if (strcmp(argv[1], "writer") == 0)
        thread_start("writer", THREAD_STACK_BYTES, writer, NULL);
    thread_sleep_until(DEADLINE_NEVER);
    return 1;
}
