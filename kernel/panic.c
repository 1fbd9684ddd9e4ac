/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end by a bug: a report of reason, registers and backtrace for both
 * consoles, then SHUTDOWN_crash. Also the report of page faults, which tells
 * a stack overflow from others.
 *
 * The report is complete before anything is printed, and goes to the
 * emergency console first: that takes no lock that the culprit may hold.
 */

#include "private.h"
#include <pith/backtrace.h>
#include <pith/console.h>
#include <pith/format.h>
#include <pith/hypercall.h>
#include <pith/map.h>
#include <pith/panic.h>
#include <pith/shutdown.h>
#include <pith/string.h>
#include <pith/vectors.h>
#include <xen/io/console.h>
#include <xen/sched.h>

#define CONSOLE_PATIENCE_NS NS_PER_SEC

/* Only the first vCPU that panics uses report. */
static struct {
    uint32_t panics;
    bool threads; /* this_cpu() works */
    size_t length;
    char report[4096];
} end;

static void append(const char *text, size_t length)
{
    length = MIN(length, sizeof(end.report) - end.length);
    memcpy(end.report + end.length, text, length);
    end.length += length;
}

static __printf(1, 2) void appendf(const char *fmt, ...)
{
    char line[320];
    va_list args;
    int length;

    va_start(args, fmt);
    length = vformat(line, sizeof(line), fmt, args);
    va_end(args);
    append(line, MIN((size_t)length, sizeof(line) - 1));
}

static void append_where(void)
{
    struct thread *thread;

    if (!end.threads)
        return;
    thread = current();
    appendf("vCPU %u, thread \"%s\"%s%s\n", this_cpu()->id,
            thread ? thread->name : "(boot)",
            thread && thread->state == THREAD_BLOCKED ? ", idle" : "",
            this_cpu()->upcall_depth ? ", in an upcall" : "");
}

static void append_registers(const struct trap_frame *f)
{
    appendf("rip %016lx rsp %016lx rfl %016lx err %016lx\n", f->rip, f->rsp,
            f->rflags, f->error_code);
    appendf("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", f->rax, f->rbx,
            f->rcx, f->rdx);
    appendf("rsi %016lx rdi %016lx rbp %016lx cr2 %016lx\n", f->rsi, f->rdi,
            f->rbp, fault_address());
    appendf("r8  %016lx r9  %016lx r10 %016lx r11 %016lx\n", f->r8, f->r9,
            f->r10, f->r11);
    appendf("r12 %016lx r13 %016lx r14 %016lx r15 %016lx\n", f->r12, f->r13,
            f->r14, f->r15);
}

/* True while the console makes progress; *since is the last time it did. There
 * is nobody left to switch to, so this lets other domains run and looks again.
 */
static bool console_waits(uint64_t *since_ns, bool progress)
{
    uint64_t now_ns = clock_monotonic_ns();

    if (progress)
        *since_ns = now_ns;
    else
        hypercall_sched_op(SCHEDOP_yield, NULL);
    return now_ns - *since_ns < CONSOLE_PATIENCE_NS;
}

/* Puts the report into the ring and waits until it was taken: Xen may destroy
 * the domain at once when it has crashed. */
static void write_ring(void)
{
    const size_t ring_bytes = sizeof(((struct xencons_interface *)NULL)->out);
    uint64_t since_ns = clock_monotonic_ns();
    size_t at = 0, room, last_room = 0;
    long n;

    while (at < end.length) {
        n = tty_put(end.report + at, end.length - at);
        if (n < 0 || !console_waits(&since_ns, n > 0))
            return;
        at += (size_t)n;
    }
    do {
        room = console_room();
        if (room == ring_bytes)
            return;
        n = room != last_room;
        last_room = room;
    } while (console_waits(&since_ns, n));
}

static void report(const char *reason, const struct trap_frame *frame)
{
    const uint64_t *here = __builtin_frame_address(0);

    irq_disable();
    switch (atomic_add(&end.panics, 1)) {
    case 0:
        break;
    case 1: /* by the report itself: what there is of it */
        appendf("\npith: panic in a panic: %s\n", reason);
        emergency_write(end.report, end.length);
        /* fall through */
    default:
        xen_shutdown(SHUTDOWN_crash);
    }
    appendf("pith: panic: %s\n", reason);
    append_where();
    if (frame) {
        append_registers(frame);
        backtrace_trap(frame, append);
    } else {
        backtrace_walk(here[1], here[0], append);
    }
    emergency_write(end.report, end.length);
    if (end.threads)
        write_ring();
    xen_shutdown(SHUTDOWN_crash);
}

/* A push with the stack pointer in a guard page is an overflow whatever CR2
 * says: Xen 4.17 on QEMU's SVM loses it. */
static bool is_overflow(const struct trap_frame *frame, uint64_t addr)
{
    return kstack_is_guard(addr) || kstack_is_guard(frame->rsp - 8);
}

const char *fault_kind(const struct trap_frame *frame)
{
    return frame->error_code & 16  ? "execution"
           : frame->error_code & 2 ? "write"
                                   : "read";
}

void fault_report(const struct trap_frame *frame)
{
    uint64_t addr = fault_address();

    if (is_overflow(frame, addr) && this_cpu()->upcall_depth)
        panic_trap(frame, "stack overflow in an upcall");
    if (is_overflow(frame, addr) && current())
        panic_trap(frame, "stack overflow in thread \"%s\"", current()->name);
    panic_trap(frame, "page fault: %s of 0x%lx", fault_kind(frame), addr);
}

/* Until somebody uses areas (pagefault.c), no fault has an answer. */
static void page_fault(struct trap_frame *frame)
{
    fault_report(frame);
}

void panic_start(void)
{
    panic_set_handler(report);
}

void fault_start(void)
{
    vector_set_handler(VECTOR_PAGE_FAULT, page_fault);
    end.threads = true;
}
