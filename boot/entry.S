/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where Xen (or QEMU) enters: 32-bit protected mode, paging off, ebx = the
 * physical address of struct hvm_start_info. The loader has cleared BSS: each
 * segment's memory beyond its file part (ELF specification; Xen's libelf).
 *
 * The image may lie at any virtual address, so a linker that makes one takes no
 * absolute addresses of 32 bits. But it is always loaded at the same physical
 * one, and what lies at a known distance from boot_entry is there, too: PADDR.
 *
 * Under Xen CPUID, WRMSR to EFER, and writes to CR0 and CR4 are exits of
 * thousands of instructions, so each happens once, with its final value.
 *
 * Sources: docs/misc/pvh of Xen, "CPU state at entry"; SDM volume 3,
 * "Initializing IA-32e Mode".
 */

#include "private.h"
#include <pith/bootinfo.h>
#include <pith/cpu.h>
#include <pith/tls.h>
#include <xen/elfnote.h>

#define CPUID_EXTENDED_FEATURES 0x80000001
#define FEATURE_NX (1 << 20)
#define FEATURE_1G_LEAVES (1 << 26)
#define FEATURE_LONG_MODE (1 << 29)

#define CPUID_FEATURES 1
#define CPUID_FEATURES_7 7
#define FEATURE_7_FSGSBASE 1

#define CR0_FINAL 0x80010033  /* PG WP NE ET MP PE */
#define CR4_FINAL 0x620       /* PAE OSFXSR OSXMMEXCPT: programs use SSE */
#define MSR_EFER 0xc0000080
#define EFER_FINAL 0x900      /* LME NXE */

#define PADDR(symbol) (symbol - boot_entry + BOOT_ENTRY_PADDR)

#define ENTRY_TABLE 0x3       /* present, writable */
#define ENTRY_LEAF 0x83       /* the same, 2 MiB or 1 GiB */

    .section .note.Xen, "a", @note
    .balign 4
    .long 2f - 1f
    .long 4f - 3f
    .long XEN_ELFNOTE_PHYS32_ENTRY
1:  .asciz "Xen"
2:  .balign 4
3:  .long BOOT_ENTRY_PADDR
4:  .balign 4

    .section .text.boot_entry, "ax"
    .code32
    .globl boot_entry
    .type boot_entry, @function
boot_entry:
    cld
    movl $PADDR(boot_stack_top), %esp
    movl %ebx, %ebp             /* CPUID overwrites ebx */
    movl $CPUID_EXTENDED_FEATURES, %eax
    cpuid
    movl %edx, %ebx
    andl $(FEATURE_NX | FEATURE_LONG_MODE), %edx
    cmpl $(FEATURE_NX | FEATURE_LONG_MODE), %edx
    jne cannot_run
    pushl %ebx
    movl $CPUID_FEATURES, %eax
    cpuid
    movl %eax, PADDR(cpu_leaf_1)
    movl %ebx, PADDR(cpu_leaf_1) + 4
    movl %ecx, PADDR(cpu_leaf_1) + 8
    movl %edx, PADDR(cpu_leaf_1) + 12
    movl $CPUID_FEATURES_7, %eax /* Xen fills leaves it lacks with 0 */
    xorl %ecx, %ecx
    cpuid
    movl %ebx, %esi
    popl %ebx

    /* Identity map of the first 4 GiB. */
    movl $(PADDR(boot_directory_pointers) + ENTRY_TABLE), %eax
    movl $PADDR(boot_root), %edi
    movl %eax, (%edi)
    movl $PADDR(boot_directory_pointers), %edi
    testl $FEATURE_1G_LEAVES, %ebx
    jz 2f
    movl $ENTRY_LEAF, %eax
1:  movl %eax, (%edi)
    addl $8, %edi
    addl $(1 << 30), %eax       /* carries out after the fourth */
    jnc 1b
    jmp 5f
2:  movl $(PADDR(boot_directories) + ENTRY_TABLE), %eax
    movl $4, %ecx
3:  movl %eax, (%edi)
    addl $8, %edi
    addl $4096, %eax
    loop 3b
    movl $PADDR(boot_directories), %edi
    movl $ENTRY_LEAF, %eax
4:  movl %eax, (%edi)
    addl $8, %edi
    addl $(2 << 20), %eax
    jnc 4b

5:  movl $CR4_FINAL, %eax
    testl $FEATURE_7_FSGSBASE, %esi
    jz 8f
    orl $CR4_FSGSBASE, %eax
8:  testl $CPUID_FEATURES_ECX_XSAVE, PADDR(cpu_leaf_1) + 8
    jz 9f
    orl $CR4_OSXSAVE, %eax
9:  movl %eax, %cr4
    movl $PADDR(boot_root), %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    movl $EFER_FINAL, %eax
    xorl %edx, %edx
    wrmsr
    movl $CR0_FINAL, %eax
    movl %eax, %cr0
    lgdt PADDR(descriptor_table_pointer)
    ljmp $SELECTOR_CODE, $PADDR(long_mode)

    /* Xen's log and a PC's first serial port; which one exists is not known
     * yet. Xen ends a domain whose only vCPU halts with interrupts off. */
cannot_run:
    movl $PADDR(cannot_run_text), %esi
    movl $cannot_run_length, %ecx
6:  lodsb
    outb %al, $0xe9
    movl $0x3f8, %edx
    outb %al, %dx
    loop 6b
7:  cli
    hlt
    jmp 7b

    .code64
long_mode:
    movl $SELECTOR_DATA, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    xorl %eax, %eax
    movl %eax, %fs
    movl %eax, %gs
    fninit
    movl %esi, %r12d
    call boot_relocate
    /* The same place, but at the address where the image is from now on. */
    addq %rax, %rsp
    leaq boot_main(%rip), %rcx
    addq %rax, %rcx
    movl %ebp, %edi
    movl %ebx, %esi
    movl %r12d, %edx
    xorl %ebp, %ebp             /* ends backtraces */
    call *%rcx
    .size boot_entry, . - boot_entry

    .balign 8
descriptor_table:
    .quad 0
    .quad DESCRIPTOR_CODE
    .quad DESCRIPTOR_DATA
descriptor_table_pointer:
    .word . - descriptor_table - 1
    .long PADDR(descriptor_table)
cannot_run_text:
    .ascii "pith: boot: this CPU, or the guest's configuration of it, "
    .ascii "lacks long mode or NX\r\n"
    .set cannot_run_length, . - cannot_run_text

    /* Lies at the end of the text segment and takes no room in the file. */
    .section .hypercall_page, "ax", @nobits
    .globl hypercall_page
    .type hypercall_page, @function
    .balign 4096
hypercall_page:
    .skip 4096
    .size hypercall_page, 4096

    .section .boot_stack, "aw", @nobits
    .balign 4096
    .skip BOOT_STACK_BYTES
boot_stack_top:

    .section .boot_tables, "aw", @nobits
    .balign 4096
    .globl boot_root, boot_image_pointers, boot_image_directory
boot_root:
    .skip 4096
boot_image_pointers:
    .skip 4096
boot_image_directory:
    .skip 4096
boot_directory_pointers:
    .skip 4096
boot_directories:
    .skip 4 * 4096

    .section .note.GNU-stack, "", @progbits
