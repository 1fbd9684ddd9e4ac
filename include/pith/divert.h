/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a thread do something else than what it was about to do: after a CPU
 * exception, and where it is interrupted. What signal handlers are made of.
 * kernel/; an image that does not name it has none of it.
 */
#ifndef PITH_DIVERT_H
#define PITH_DIVERT_H

#include <pith/compiler.h>
#include <stdbool.h>

/* The general registers of a thread, laid out as struct trap_frame. Vector
 * registers stay what they are when it goes on. */
struct thread_regs {
    uint64_t r15, r14, r13, r12, rbp, rbx;
    uint64_t r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t vector, error_code;
    uint64_t rip, cs, rflags, rsp, ss;
};

enum fault_kind {
    FAULT_MEMORY,  /* a page that is not there, or not for this access */
    FAULT_ADDRESS, /* not canonical, or not aligned; addr is unknown */
    FAULT_INSTRUCTION,
    FAULT_DIVIDE,
    FAULT_FLOAT,
    FAULT_TRAP, /* breakpoint, single step */
    FAULT_KINDS,
};

struct fault {
    struct thread_regs regs;
    enum fault_kind kind;
    uint64_t addr;  /* FAULT_MEMORY: what was accessed; 0 if unknown */
    bool present;   /* FAULT_MEMORY: the page is there, but not for this */
    bool no_memory; /* FAULT_MEMORY: allowed, but there is no page for it */
    uint32_t float_flags; /* FAULT_FLOAT: the exception bits of MXCSR */
};

struct divert_hooks {
    /* The running thread has met an exception of a kind that divert_want named.
     * Thread context, on the thread's stack or that of divert_set_stack. When
     * it returns, the thread goes on with fault->regs. */
    void (*fault)(struct fault *fault);
    /* The running thread was marked by thread_interrupt and has been
     * interrupted, or was left and goes on, in code of the program: not in
     * Pith's rooms or libc's string functions, not with preemption off. Thread
     * context. When it returns, the thread goes on with *regs. */
    void (*interrupted)(struct thread_regs *regs);
};

/* From here on threads are diverted. hooks is taken for ever. Thread context,
 * any number of times. */
void divert_start(const struct divert_hooks *hooks);
/* The kinds to divert at, as 1 << kind; faults of those in on_stack run on the
 * thread's other stack, if it has one. All others, and those in upcalls, under
 * spin locks or without a stack to run on, end the system as ever. */
void divert_want(uint32_t kinds, uint32_t on_stack);
/* The running thread's other stack; bytes 0: none. Borrowed until replaced. */
void divert_set_stack(void *base, size_t bytes);
/* Ends the system by the fault's report. */
void divert_report(const struct fault *fault) __attribute__((noreturn));
/* Runs fn(arg) on the stack that ends at top. fn may leave it for good. Thread
 * context. */
void divert_call(void *top, void (*fn)(void *arg), void *arg);

#endif
