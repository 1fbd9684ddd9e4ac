/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the 256 vectors enter: each pushes its number, then all save the
 * general registers as struct trap_frame (pith/vectors.h) and call
 * arch_dispatch. SSE state stays as it is: handlers do not touch it.
 *
 * The CPU aligns an IST stack to 16 before it pushes; five words from it, two
 * from the stub and fifteen registers keep that alignment for the call. A frame
 * that moves (save) starts at a multiple of 16, too.
 */

/* Exceptions for which the CPU pushes an error code. */
#define ERROR_CODES (1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | \
                     1 << 14 | 1 << 17 | 1 << 21 | 1 << 29 | 1 << 30)

#include <pith/cpu.h>

#define FRAME_BYTES 22 * 8 /* struct trap_frame */

#include "frame.inc"

    .cfi_sections .debug_frame
    .section .text.arch_stubs, "ax"
    .globl arch_stubs
    .type arch_stubs, @function
arch_stubs:
    .set vector, 0
    .rept 256
0:
    .if vector < 32 && (ERROR_CODES >> (vector & 31)) & 1
    .byte 0x66, 0x90            /* two bytes, as long as the push */
    .else
    pushq $0
    .endif
    .byte 0x6a, vector          /* push with sign, which is masked below */
    .byte 0xe9                  /* a jump of full length for all */
    .long save - . - 4
    .if . - 0b != 9
    .error "ARCH_STUB_BYTES"
    .endif
    .set vector, vector + 1
    .endr

save:
    cmpb $32, (%rsp)
    jb save_registers           /* an exception stays where it is */
    pushq %rax
    leaq 8 * 8(%rsp), %rax      /* above what the CPU pushed */
    cmpq %rax, %gs:CPU_INTERRUPT_STACK
    je move
    popq %rax                   /* already on the interrupted stack */
    jmp save_registers

    /* From the IST stack to below the stack that was interrupted, out of reach
     * of a red zone: there it may be left for another thread. */
move:
    pushq %rcx
    movq 56(%rsp), %rax         /* the interrupted rsp */
    subq $128, %rax
    andq $-16, %rax
    subq $7 * 8, %rax
    .set word, 0
    .rept 7                     /* number, error code, and what iretq pops */
    movq 16 + word(%rsp), %rcx
    movq %rcx, word(%rax)
    .set word, word + 8
    .endr
    movq 8(%rsp), %rcx
    movq %rcx, -8(%rax)
    movq (%rsp), %rcx
    leaq -8(%rax), %rsp
    popq %rax
save_registers:
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq %rax
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    cld
    movzbl 15 * 8(%rsp), %eax
    movq %rax, 15 * 8(%rsp)
    movq %rsp, %rdi
    /* For debuggers: what lies where in the frame. */
    .cfi_startproc simple
    .cfi_signal_frame
    .cfi_def_cfa %rsp, FRAME_BYTES
    .set word, 0
    .irp register, %r15, %r14, %r13, %r12, %rbp, %rbx, %r11, %r10, %r9, %r8, \
            %rax, %rcx, %rdx, %rsi, %rdi
    .cfi_offset \register, word - FRAME_BYTES
    .set word, word + 8
    .endr
    .cfi_offset %rip, 17 * 8 - FRAME_BYTES
    .cfi_offset %rsp, 20 * 8 - FRAME_BYTES
    call arch_dispatch
    popq %r15
    .cfi_endproc                /* not before the address that call pushed */
    return_from_frame
    .size arch_stubs, . - arch_stubs

    .section .note.GNU-stack, "", @progbits
