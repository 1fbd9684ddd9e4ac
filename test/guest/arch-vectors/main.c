/* SPDX-License-Identifier: BSD-2-Clause */
/* What an interrupt leaves of the code that it came upon. */
/* cc: --checks */

#include <pith/cpu.h>
#include <pith/evtchn.h>
#include <pith/vectors.h>

#include "guest_test.h"

#define VECTOR_OURS 0x30 /* enters on the IST stack on every CPU */
#define RED_ZONE 128

static volatile unsigned hits;
static volatile uint64_t frame_at, interrupted_rsp;

static void on_interrupt(struct trap_frame *frame)
{
    hits++;
    frame_at = (uint64_t)frame;
    interrupted_rsp = frame->rsp;
    for (int i = 0; i < 200; i++) /* what a handler's own stack use does */
        ((volatile char *)__builtin_alloca(64))[i % 64] = 1;
}

/* Fills the red zone, is interrupted, and adds up what is left of it. */
static uint64_t sum_across_interrupt(void)
{
    uint64_t sum;

    __asm__ volatile("xorl %%eax, %%eax\n\t"
                     "movl $16, %%ecx\n"
                     "1: movq %%rcx, -136(%%rsp,%%rcx,8)\n\t"
                     "decl %%ecx\n\t"
                     "jnz 1b\n\t"
                     "int %1\n\t"
                     "movl $16, %%ecx\n"
                     "2: addq -136(%%rsp,%%rcx,8), %%rax\n\t"
                     "decl %%ecx\n\t"
                     "jnz 2b"
                     : "=&a"(sum)
                     : "i"(VECTOR_OURS)
                     : "rcx", "memory", "cc");
    return sum;
}

static uint64_t upcalls(void)
{
    struct evtchn_stats stats;

    evtchn_get_stats(&stats);
    return stats.upcalls;
}

/* On QEMU's TCG an upcall does not spare it (docs/architecture.md): one that
 * comes meanwhile is no news. */
TEST(interrupt_spares_the_red_zone)
{
    uint64_t before, sum;

    vector_set_handler(VECTOR_OURS, on_interrupt);
    do {
        hits = 0;
        before = upcalls();
        sum = sum_across_interrupt();
    } while (upcalls() != before);
    CHECK_EQ(sum, 16 * 17 / 2);
    CHECK_EQ(hits, 1);
}

TEST(interrupt_runs_below_the_interrupted_stack)
{
    vector_set_handler(VECTOR_OURS, on_interrupt);
    sum_across_interrupt();
    CHECK(frame_at + sizeof(struct trap_frame) + RED_ZONE <= interrupted_rsp);
    CHECK(frame_at + sizeof(struct trap_frame) + RED_ZONE + 16 >
          interrupted_rsp);
    CHECK_EQ(frame_at % 16, 0);
}

/* 15 general registers, each with a value of its own. */
TEST(interrupt_keeps_the_registers)
{
    uint64_t wrong;

    __asm__ volatile("pushq %%rbp\n\t"
                     "movq $1, %%rax; movq $2, %%rbx; movq $3, %%rcx\n\t"
                     "movq $4, %%rdx; movq $5, %%rsi; movq $6, %%rdi\n\t"
                     "movq $7, %%rbp; movq $8, %%r8; movq $9, %%r9\n\t"
                     "movq $10, %%r10; movq $11, %%r11; movq $12, %%r12\n\t"
                     "movq $13, %%r13; movq $14, %%r14; movq $15, %%r15\n\t"
                     "int %1\n\t"
                     "xorq $1, %%rax; xorq $2, %%rbx; xorq $3, %%rcx\n\t"
                     "xorq $4, %%rdx; xorq $5, %%rsi; xorq $6, %%rdi\n\t"
                     "xorq $7, %%rbp; xorq $8, %%r8; xorq $9, %%r9\n\t"
                     "xorq $10, %%r10; xorq $11, %%r11; xorq $12, %%r12\n\t"
                     "xorq $13, %%r13; xorq $14, %%r14; xorq $15, %%r15\n\t"
                     "orq %%rbx, %%rax; orq %%rcx, %%rax; orq %%rdx, %%rax\n\t"
                     "orq %%rsi, %%rax; orq %%rdi, %%rax; orq %%rbp, %%rax\n\t"
                     "orq %%r8, %%rax; orq %%r9, %%rax; orq %%r10, %%rax\n\t"
                     "orq %%r11, %%rax; orq %%r12, %%rax; orq %%r13, %%rax\n\t"
                     "orq %%r14, %%rax; orq %%r15, %%rax\n\t"
                     "popq %%rbp"
                     : "=&a"(wrong)
                     : "i"(VECTOR_OURS)
                     : "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10",
                       "r11", "r12", "r13", "r14", "r15", "memory", "cc");
    CHECK_EQ(wrong, 0);
}

/* An emulated CPU may deliver an interrupt twice: the second time with
 * interrupts off, which is how it is told from a true one. */
TEST(interrupt_that_repeats_is_ignored)
{
    unsigned long flags = irq_save();

    vector_set_handler(VECTOR_OURS, on_interrupt);
    hits = 0;
    __asm__ volatile("subq $128, %%rsp\n\t"
                     "int %0\n\t"
                     "addq $128, %%rsp"
                     :
                     : "i"(VECTOR_OURS)
                     : "memory", "cc");
    irq_restore(flags);
    CHECK_EQ(hits, 0);
}

int main(void)
{
    return test_run_all();
}
