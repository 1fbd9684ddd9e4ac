/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions and interrupt vectors, all with interrupts disabled. Exceptions
 * run on IST stacks; interrupts enter on one, because the compiler's own libgcc
 * uses the red zone, and go on below the interrupted stack. arch/. Source: SDM
 * volume 3, "Interrupt and Exception Handling".
 */
#ifndef PITH_VECTORS_H
#define PITH_VECTORS_H

#include <pith/compiler.h>

/* As the entry stubs push it, lowest address first. */
struct trap_frame {
    uint64_t r15, r14, r13, r12, rbp, rbx;
    uint64_t r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
    uint64_t vector, error_code;
    uint64_t rip, cs, rflags, rsp, ss;
};

enum {
    VECTOR_PAGE_FAULT = 14,
    VECTOR_UPCALL = 0x20, /* the one interrupt vector that Pith uses */
};

/* Interrupts off, general registers only; must neither block nor allocate. An
 * interrupt (vector >= 0x20) is ignored where interrupts were off already.
 * Returning resumes the interrupted code with *frame. */
typedef void vector_fn(struct trap_frame *frame);

/* Sets what vector (0..255) calls, NULL for the default: panic_trap. The IDT
 * is shared by all vCPUs. Any context. */
void vector_set_handler(unsigned vector, vector_fn *handler);

/* Goes on with *frame, which lies on the running stack. Thread context. */
void trap_resume(const struct trap_frame *frame) __attribute__((noreturn));
/* Runs fn(arg) on the stack that ends at top. */
void stack_call(void *top, void (*fn)(void *arg), void *arg);

/* Name of an exception vector (0..31), such as "page fault". */
const char *vector_name(unsigned vector);

/* Address of the last page fault on this vCPU (CR2). */
uint64_t fault_address(void);

#endif
