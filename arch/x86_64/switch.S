/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Switches stacks. To the compiler this is a call, so only what the ABI calls
 * callee-saved is kept: six registers and the two floating-point control
 * words. Layout: struct saved in context.c.
 */

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
    subq $8, %rsp
    stmxcsr (%rsp)
    fnstcw 4(%rsp)
    movq %rsp, (%rdi)
    movq (%rsi), %rsp
    ldmxcsr (%rsp)
    fldcw 4(%rsp)
    addq $8, %rsp
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
