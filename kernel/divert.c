/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Diverted threads. An exception's frame is kept among the thread's own
 * variables, and the exception returns to fault_entry on the stack on which the
 * fault is to be answered: so nothing on the exception stack touches memory of
 * the program, which may not be there yet. An interrupted thread is on its own
 * stack already.
 */

#include "private.h"
#include <pith/divert.h>
#include <pith/fpu.h>
#include <pith/map.h>
#include <pith/panic.h>
#include <pith/vectors.h>

/* boot/'s linker script: the code of Pith's rooms and what they call of libc's
 * without noticing. */
extern const char image_system_start[], image_system_end[];

_Static_assert(sizeof(struct thread_regs) == sizeof(struct trap_frame) &&
                   offsetof(struct thread_regs, ss) ==
                       offsetof(struct trap_frame, ss),
               "one layout");

#define RFLAGS_FIXED 2
#define STACK_MIN 2048 /* what is to be left of a stack for an answer */

enum { FAULT_PRESENT = 1 };
enum {
    VECTOR_DIVIDE = 0,
    VECTOR_DEBUG = 1,
    VECTOR_BREAKPOINT = 3,
    VECTOR_OVERFLOW = 4,
    VECTOR_INVALID_OPCODE = 6,
    VECTOR_STACK_SEGMENT = 12,
    VECTOR_PROTECTION = 13,
    VECTOR_X87 = 16,
    VECTOR_ALIGNMENT = 17,
    VECTOR_SIMD = 19,
};

static const uint8_t kinds[] = {
    [VECTOR_DIVIDE] = FAULT_DIVIDE,
    [VECTOR_DEBUG] = FAULT_TRAP,
    [VECTOR_BREAKPOINT] = FAULT_TRAP,
    [VECTOR_OVERFLOW] = FAULT_ADDRESS,
    [VECTOR_INVALID_OPCODE] = FAULT_INSTRUCTION,
    [VECTOR_STACK_SEGMENT] = FAULT_ADDRESS,
    [VECTOR_PROTECTION] = FAULT_ADDRESS,
    [VECTOR_PAGE_FAULT] = FAULT_MEMORY,
    [VECTOR_X87] = FAULT_FLOAT,
    [VECTOR_ALIGNMENT] = FAULT_ADDRESS,
    [VECTOR_SIMD] = FAULT_FLOAT,
};

/* Written by divert_start and divert_want, one aligned store each. */
static struct {
    const struct divert_hooks *hooks;
    uint32_t wanted, on_stack;
} divert;

/* The thread's. busy: fault is one that fault_entry has not taken yet. */
static __thread struct {
    char *stack;
    size_t stack_bytes;
    bool busy;
    struct fault fault;
} own;

static bool is_on(const void *stack, size_t bytes, uint64_t rsp)
{
    return rsp - (uint64_t)stack <= bytes;
}

/* Where to answer a fault of code that used rsp; 0: nowhere. */
static uint64_t stack_for(enum fault_kind kind, uint64_t rsp)
{
    const struct thread *self = current();
    uint64_t below = rsp - 128; /* out of reach of a red zone */

    if (own.stack_bytes && !is_on(own.stack, own.stack_bytes, rsp) &&
        divert.on_stack & 1u << kind)
        return (uint64_t)own.stack + own.stack_bytes;
    if (kstack_is_guard(rsp - 8) || kstack_is_guard(below - STACK_MIN))
        return 0;
    if (self->stack && is_on(self->stack, self->stack_bytes, rsp) &&
        below - (uint64_t)self->stack < STACK_MIN)
        return 0;
    return below;
}

static uint32_t float_flags(unsigned vector)
{
    uint32_t mxcsr;
    uint16_t status, control;

    if (vector == VECTOR_SIMD) {
        __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
        return mxcsr & ~(mxcsr >> 7) & 0x3f;
    }
    __asm__ volatile("fnstsw %0" : "=m"(status));
    __asm__ volatile("fnstcw %0" : "=m"(control));
    return status & ~control & 0x3fu;
}

/* On the stack that was chosen, as if the code that faulted had called it. The
 * vector registers are saved before anything may touch them. */
static __attribute__((noreturn)) void fault_entry(void)
{
    void *area = __builtin_alloca_with_align(fpu_bytes(), 8 * FPU_ALIGN);
    struct fault fault;

    fpu_save(area);
    fault = own.fault;
    WRITE_ONCE(own.busy, false);
    divert.hooks->fault(&fault);
    fpu_load(area);
    trap_resume((const struct trap_frame *)&fault.regs);
}

static bool may_divert(const struct trap_frame *frame)
{
    return frame->vector < ARRAY_SIZE(kinds) &&
           READ_ONCE(divert.wanted) & 1u << kinds[frame->vector] &&
           frame->rflags & RFLAGS_IF && !this_cpu()->upcall_depth &&
           !(cpu_read(preempt) & ~PREEMPT_NOT_DUE) && current() &&
           current() != this_sched()->idle;
}

/* True: the exception returns to fault_entry. */
static bool begin(struct trap_frame *frame, uint64_t addr, bool no_memory)
{
    enum fault_kind kind = kinds[frame->vector];
    uint64_t stack;

    if (!may_divert(frame) || own.busy)
        return false;
    stack = stack_for(kind, frame->rsp);
    if (!stack)
        return false;
    own.busy = true;
    own.fault.regs = *(const struct thread_regs *)frame;
    own.fault.kind = kind;
    own.fault.addr = kind == FAULT_MEMORY ? addr : 0;
    own.fault.present = frame->error_code & FAULT_PRESENT;
    own.fault.no_memory = no_memory;
    own.fault.float_flags =
        kind == FAULT_FLOAT ? float_flags((unsigned)frame->vector) : 0;
    frame->rip = (uint64_t)fault_entry;
    frame->rsp = ALIGN_DOWN(stack, 16) - 8;
    frame->rbp = 0;
    frame->rflags = RFLAGS_IF | RFLAGS_FIXED;
    return true;
}

static void exception(struct trap_frame *frame)
{
    if (!begin(frame, 0, false))
        panic_trap(frame, "%s: vector %lu, error code %#lx",
                   vector_name((unsigned)frame->vector), frame->vector,
                   frame->error_code);
}

void divert_report(const struct fault *fault)
{
    const struct trap_frame *frame = (const struct trap_frame *)&fault->regs;

    if (fault->kind == FAULT_MEMORY)
        panic_trap(frame, "page fault: %s of 0x%lx", fault_kind(frame),
                   fault->addr);
    panic_trap(frame, "%s: vector %lu, error code %#lx",
               vector_name((unsigned)frame->vector), frame->vector,
               frame->error_code);
}

/* At the end of an upcall, on the thread's stack, with interrupts off. */
static void interrupted(struct trap_frame *frame)
{
    void *area;

    if (frame->rip - (uint64_t)image_system_start <
            (uint64_t)(image_system_end - image_system_start) ||
        current() == this_sched()->idle)
        return;
    area = __builtin_alloca_with_align(fpu_bytes(), 8 * FPU_ALIGN);
    fpu_save(area);
    irq_enable();
    divert.hooks->interrupted((struct thread_regs *)frame);
    irq_disable();
    fpu_load(area);
}

void divert_start(const struct divert_hooks *hooks)
{
    WRITE_ONCE(divert.hooks, hooks);
    for (unsigned vector = 0; vector < ARRAY_SIZE(kinds); vector++)
        if (kinds[vector] != FAULT_MEMORY)
            vector_set_handler(vector, exception);
    fault_divert = begin;
    interrupt_divert = interrupted;
}

void divert_want(uint32_t wanted, uint32_t on_stack)
{
    WRITE_ONCE(divert.on_stack, on_stack);
    WRITE_ONCE(divert.wanted, wanted);
}

void divert_set_stack(void *base, size_t bytes)
{
    WRITE_ONCE(own.stack_bytes, 0);
    WRITE_ONCE(own.stack, base);
    WRITE_ONCE(own.stack_bytes, bytes);
}

void divert_call(void *top, void (*fn)(void *arg), void *arg)
{
    stack_call(top, fn, arg);
}
