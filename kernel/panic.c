/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end by a bug: a report of reason, registers and backtrace for both
 * consoles, then SHUTDOWN_crash. Also the report of page faults, which tells
 * a stack overflow from others.
 *
 * The first vCPU that panics reports. It stops the others by NMI, which comes
 * through where they have interrupts off, and shows where they were; one that
 * panics meanwhile stops by itself. The report is complete before anything is
 * printed, and goes to the emergency console first: that takes no lock. The
 * console ring's is taken away from whoever was stopped with it.
 */

#include "private.h"
#include <pith/backtrace.h>
#include <pith/bootinfo.h>
#include <pith/console.h>
#include <pith/corenote.h>
#include <pith/format.h>
#include <pith/hypercall.h>
#include <pith/map.h>
#include <pith/panic.h>
#include <pith/report.h>
#include <pith/shutdown.h>
#include <pith/smp.h>
#include <pith/string.h>
#include <pith/vectors.h>
#include <xen/io/console.h>
#include <xen/sched.h>
#include <xen/vcpu.h>

#define CONSOLE_PATIENCE_NS NS_PER_SEC
#define STOP_PATIENCE_NS (100 * NS_PER_MS)
#define VECTOR_DOUBLE_FAULT 8
#define VECTOR_NMI 2
#define FRAMES_OTHERS 4
#define TRACE_LINES 16

/* A vCPU that was stopped, on its own stack, which it does not leave. */
struct stopped {
    struct stopped *next;
    const struct cpu *cpu;
    const struct trap_frame *frame; /* NULL: it panicked, too */
    const char *reason;             /* of that */
};

/* owner and stopped change by compare-and-exchange; the vCPU whose number
 * owner holds, plus one, uses the rest. */
static struct {
    uint32_t owner;
    struct stopped *stopped;
    uint32_t panics;
    report_explain_fn *explain; /* NULL: nobody has more to say */
    void (*describe)(void);     /* NULL: the place of the panic counts */
    bool threads;               /* this_cpu() works */
    size_t length;
    char report[4096];
} end;

static const struct {
    struct core_note_head head;
    struct core_panic body;
} __packed core_note CORE_NOTE = {
    CORE_NOTE_HEAD(CORE_NOTE_PANIC, struct core_panic),
    {.owner = (uint64_t)&end.owner},
};

void panic_append_text(const char *text, size_t length)
{
    length = MIN(length, sizeof(end.report) - end.length);
    memcpy(end.report + end.length, text, length);
    end.length += length;
}

static bool is_idle(const struct cpu *cpu)
{
    const struct sched *sched = cpu->sched;

    return sched && cpu->thread == sched->idle && !cpu->upcall_depth;
}

static void append_where(const struct cpu *cpu)
{
    const struct thread *thread = cpu->thread;

    panic_append("vCPU %u, thread \"%s\"%s\n", cpu->id,
                 thread ? thread->name : "(boot)",
                 cpu->upcall_depth ? ", in an upcall" : "");
}

static void append_registers(const struct trap_frame *f)
{
    panic_append("rip %016lx rsp %016lx rfl %016lx err %016lx\n", f->rip,
                 f->rsp, f->rflags, f->error_code);
    panic_append("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", f->rax,
                 f->rbx, f->rcx, f->rdx);
    panic_append("rsi %016lx rdi %016lx rbp %016lx cr2 %016lx\n", f->rsi,
                 f->rdi, f->rbp, fault_address());
    panic_append("r8  %016lx r9  %016lx r10 %016lx r11 %016lx\n", f->r8, f->r9,
                 f->r10, f->r11);
    panic_append("r12 %016lx r13 %016lx r14 %016lx r15 %016lx\n", f->r12,
                 f->r13, f->r14, f->r15);
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

static bool is_listed(const struct cpu *cpu)
{
    for (struct stopped *s = atomic_load(&end.stopped); s; s = s->next)
        if (s->cpu == cpu)
            return true;
    return false;
}

/* This vCPU runs no more; the one that reports shows where it was. */
static void __attribute__((noreturn))
stop_here(const struct trap_frame *frame, const char *reason)
{
    struct stopped here = {.cpu = this_cpu(), .frame = frame, .reason = reason};

    if (!is_listed(here.cpu)) { /* an NMI for one that panics */
        here.next = atomic_load(&end.stopped);
        while (!atomic_compare_exchange(&end.stopped, &here.next, &here))
            ;
    }
    cpu_stop();
}

static void nmi(struct trap_frame *frame)
{
    uint32_t owner = atomic_load(&end.owner);

    if (!owner)
        panic_trap(frame, "NMI"); /* from the toolstack: xl trigger */
    if (owner != this_cpu()->id + 1)
        stop_here(frame, NULL);
}

static unsigned stopped_count(void)
{
    unsigned count = 0;

    for (struct stopped *s = atomic_load(&end.stopped); s; s = s->next)
        count++;
    return count;
}

static void stop_others(void)
{
    uint64_t since_ns = clock_monotonic_ns();
    unsigned asked = 0;

    for (unsigned id = 0; id < smp_count(); id++)
        if (id != this_cpu()->id && smp_is_online(id))
            asked += !hypercall_vcpu_op(VCPUOP_send_nmi, id, NULL);
    while (stopped_count() < asked &&
           clock_monotonic_ns() - since_ns < STOP_PATIENCE_NS)
        hypercall_sched_op(SCHEDOP_yield, NULL);
    if (stopped_count() < asked)
        panic_append("%u other vCPUs do not stop\n", asked - stopped_count());
}

/* A few frames of each that did something. */
static void append_others(void)
{
    unsigned idle = 0;

    for (struct stopped *s = atomic_load(&end.stopped); s; s = s->next) {
        if (is_idle(s->cpu)) {
            idle++;
            continue;
        }
        append_where(s->cpu);
        if (s->reason)
            panic_append("panicked, too: %s\n", s->reason);
        if (s->frame)
            backtrace_trap(s->frame, FRAMES_OTHERS, panic_append_text);
    }
    if (idle)
        panic_append("%u other vCPUs idle\n", idle);
}

static void append_trace(void)
{
    if (!tracing_is_on())
        return;
    panic_append("trace:\n");
    trace_print(panic_append_text, TRACE_LINES);
}

static void append_explanation(const struct trap_frame *frame)
{
    struct report_fault fault;

    if (!frame || frame->vector != VECTOR_PAGE_FAULT) {
        end.explain(NULL, panic_append_text);
        return;
    }
    _Static_assert(offsetof(struct trap_frame, vector) ==
                       sizeof(fault.registers),
                   "a frame begins with the registers");
    fault.address = fault_address();
    memcpy(fault.registers, frame, sizeof(fault.registers));
    end.explain(&fault, panic_append_text);
}

/* True for the first vCPU that panics and the first time it does. */
static bool begin(const char *reason, const struct trap_frame *frame)
{
    uint32_t owner = 0, self = end.threads ? this_cpu()->id + 1 : 1;

    if (atomic_compare_exchange(&end.owner, &owner, self))
        return true;
    if (owner != self)
        stop_here(frame, reason);
    if (end.panics++ == 0) { /* by the report itself: what there is of it */
        panic_append("\npith: panic in a panic: %s\n", reason);
        emergency_write(end.report, end.length);
    }
    return false;
}

static void report(const char *reason, const struct trap_frame *frame)
{
    const uint64_t *here = __builtin_frame_address(0);

    irq_disable();
    lock_order = NULL; /* what the report needs it takes */
    if (!begin(reason, frame))
        xen_shutdown(SHUTDOWN_crash);
    panic_append("pith: panic: %s\n", reason);
    if (end.threads && !end.describe)
        append_where(this_cpu());
    panic_append("image base 0x%lx\n", image_base);
    if (end.describe) {
        end.describe();
    } else if (frame) {
        append_registers(frame);
        backtrace_trap(frame, FRAMES_ALL, panic_append_text);
    } else {
        backtrace_walk(here[1], here[0], panic_append_text);
    }
    if (end.explain)
        append_explanation(frame);
    if (end.threads) {
        stop_others();
        append_others();
        append_trace();
    }
    emergency_write(end.report, end.length);
    if (end.threads) {
        console_break_lock();
        write_ring();
    }
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

bool (*fault_divert)(struct trap_frame *frame, uint64_t addr, bool no_memory);

/* Until somebody uses areas (pagefault.c), no fault has an answer. */
static void page_fault(struct trap_frame *frame)
{
    if (!fault_divert || !fault_divert(frame, fault_address(), false))
        fault_report(frame);
}

/* The frame of a fault could not be put on its stack. */
static void double_fault(struct trap_frame *frame)
{
    panic_trap(frame, kstack_is_guard(frame->rsp - 8)
                          ? "double fault: stack overflow"
                          : "double fault");
}

void panic_about(void (*describe)(void), const char *fmt, ...)
{
    char reason[96];
    va_list args;

    va_start(args, fmt);
    vformat(reason, sizeof(reason), fmt, args);
    va_end(args);
    end.describe = describe;
    panic("%s", reason);
}

void report_explain_panics(report_explain_fn *explain)
{
    end.explain = explain;
}

void panic_start(void)
{
    panic_set_handler(report);
}

void fault_start(void)
{
    vector_set_handler(VECTOR_PAGE_FAULT, page_fault);
    vector_set_handler(VECTOR_DOUBLE_FAULT, double_fault);
    vector_set_handler(VECTOR_NMI, nmi);
    end.threads = true;
}
