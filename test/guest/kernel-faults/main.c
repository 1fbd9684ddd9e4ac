/* SPDX-License-Identifier: BSD-2-Clause */
/* Crashes that involve the kernel: stacks that overflow or are broken, panics
 * in an upcall and in the report itself, an NMI, a console that is broken. The
 * other faults are boot-faults'. */
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
/*   console: ^#[0-9]+ 0x[0-9a-f]+ (enter|kernel_start)\+0x */
/*   xen: on purpose, in an upcall */
/* cmdline: double */
/*   console: ^pith: panic: double fault$ */
/*   console: ^#0 0x[0-9a-f]+ break_stack\+0x */
/*   console: ^#[0-9]+ 0x[0-9a-f]+ main\+0x */
/* cmdline: in-handler */
/*   console: ^pith: panic: page fault: read of 0x(8|0)$ */
/*   console: ^#0 0x[0-9a-f]+ fault_again\+0x */
/* cmdline: in-report */
/*   xen: pith: panic: first reason */
/*   xen: pith: panic in a panic: page fault: read of */
/* cmdline: nmi */
/*   console: ^pith: panic: NMI$ */
/*   console: ^#[0-9]+ 0x[0-9a-f]+ main\+0x */
/* cmdline: broken-console */
/*   xen: xen: console: impossible out_cons [0-9]+, ring given up */
/*   xen: pith: panic: nobody to tell */
/* clang-format on */

#include <pith/clock.h>
#include <pith/cpu.h>
#include <pith/hypercall.h>
#include <pith/map.h>
#include <pith/panic.h>
#include <pith/thread.h>
#include <pith/timer.h>
#include <pith/vectors.h>
#include <pith/xeninfo.h>
#include <stdio.h>
#include <string.h>
#include <xen/hvm/params.h>
#include <xen/io/console.h>
#include <xen/vcpu.h>

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

/* The page fault finds no stack to be told on. */
static void break_stack(void)
{
    volatile int *volatile nowhere = (int *)8;

    irq_disable();
    this_cpu()->tss.ist[0] = 0x1000; /* below which nothing is mapped */
    *nowhere = 0;
}

static void fault_again(struct trap_frame *frame)
{
    const volatile int *volatile nowhere = (int *)8;

    (void)frame;
    depth = *nowhere;
}

static void fault_in_handler(void)
{
    vector_set_handler(3, fault_again);
    __asm__ volatile("int3");
}

/* The report looks up the thread's name. */
static void fault_in_report(void)
{
    irq_disable();
    this_cpu()->thread = (void *)0x700000000000;
    panic("first reason");
}

static void ask_for_nmi(void)
{
    hypercall_vcpu_op(VCPUOP_send_nmi, 0, NULL);
    for (;;)
        cpu_relax();
}

/* As a lying other end would: the same page once more. */
static void break_console(void)
{
    struct xencons_interface *ring;
    uint64_t gfn;

    if (hvm_param_get(HVM_PARAM_CONSOLE_PFN, &gfn))
        return;
    ring = (struct xencons_interface *)map_device(gfn << PAGE_SHIFT, PAGE_SIZE,
                                                  PT_WRITE);
    ring->out_cons = ring->out_prod + 5;
    panic("nobody to tell");
}

static const struct {
    const char *name;
    void (*fn)(void);
} faults[] = {
    {"overflow", overflow},
    {"nested", nested},
    {"double", break_stack},
    {"in-handler", fault_in_handler},
    {"in-report", fault_in_report},
    {"nmi", ask_for_nmi},
    {"broken-console", break_console},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(faults); i++)
        if (strcmp(argv[1], faults[i].name) == 0)
            faults[i].fn();
    puts("kernel-faults: no such fault, or it is none");
    return 1;
}
