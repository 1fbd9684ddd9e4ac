/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a further vCPU starts: 64-bit mode with flat segments whose selectors
 * are not those of our descriptor table, which an interrupt's return would
 * miss. rdi = struct cpu, rsi = what runs then, rsp = its stack.
 */

#include <pith/cpu.h>

    .section .text.cpu_start_secondary, "ax"
    .globl cpu_start_secondary
    .type cpu_start_secondary, @function
cpu_start_secondary:
    cld
    movq %rsi, %rbx
    xorl %ebp, %ebp             /* ends backtraces */
    fninit
    call cpu_init
    pushq $SELECTOR_CODE
    leaq 1f(%rip), %rax
    pushq %rax
    lretq
1:  movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    call *%rbx
    ud2                         /* it must not return */
    .size cpu_start_secondary, . - cpu_start_secondary

    .section .note.GNU-stack, "", @progbits
