/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Switches stacks. To the compiler this is a call, so only what the ABI calls
 * callee-saved is kept: six registers and the two floating-point control
 * words. Layout: struct saved in context.c, struct context.
 */

#define CONTEXT_RUNNING 8
#define CONTEXT_MXCSR 12
#define CONTEXT_X87_CONTROL 16

    .cfi_sections .debug_frame
    .section .text.context_switch, "ax"
    .globl context_switch
    .type context_switch, @function
context_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    stmxcsr CONTEXT_MXCSR(%rdi)
    fnstcw CONTEXT_X87_CONTROL(%rdi)
    movq %rsp, (%rdi)
    movq (%rsi), %rsp
    /* Releases from: another vCPU that sees this may continue it. */
    movl $0, CONTEXT_RUNNING(%rdi)
    ldmxcsr CONTEXT_MXCSR(%rsi)
    fldcw CONTEXT_X87_CONTROL(%rsi)
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size context_switch, . - context_switch

    .section .text.arch_context_start, "ax"
    .globl arch_context_start
    .type arch_context_start, @function
arch_context_start:
    .cfi_startproc
    .cfi_undefined %rip         /* ends backtraces of debuggers */
    movq %r13, %rdi
    call *%r12
    ud2                         /* entry must not return */
    .cfi_endproc
    .size arch_context_start, . - arch_context_start

    .section .note.GNU-stack, "", @progbits
