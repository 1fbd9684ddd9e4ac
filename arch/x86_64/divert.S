/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes of stack and of all registers inside one thread: pith/vectors.h. */

#include "frame.inc"

    .cfi_sections .debug_frame
    .section .text.stack_call, "ax"
    .globl stack_call
    .type stack_call, @function
stack_call:
    pushq %rbp
    movq %rsp, %rbp
    andq $-16, %rdi
    movq %rdi, %rsp
    movq %rdx, %rdi
    call *%rsi
    movq %rbp, %rsp
    popq %rbp
    ret
    .size stack_call, . - stack_call

    /* As arch_stubs ends. What is still to be read lies above the stack
     * pointer, where no upcall writes. */
    .section .text.trap_resume, "ax"
    .globl trap_resume
    .type trap_resume, @function
trap_resume:
    movq %rdi, %rsp
    popq %r15
    return_from_frame
    .size trap_resume, . - trap_resume

    .section .note.GNU-stack, "", @progbits
