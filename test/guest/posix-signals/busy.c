/* SPDX-License-Identifier: BSD-2-Clause */
/* Handlers that interrupt a thread which computes, or which faults. */

#include "shared.h"
#include <sys/mman.h>
#include <ucontext.h>

/* --- while it computes --- */

TEST(busy_thread_is_interrupted_and_keeps_its_registers)
{
    register double x = 1.5;
    volatile unsigned long rounds = 0;

    begin(SIGUSR1, note, 0);
    soon(SIGUSR1);
    while (!seen[SIGUSR1]) {
        x = x * 1.0 + 0.0;
        rounds++;
    }
    CHECK(x == 1.5);
    CHECK(rounds > 0);
    CHECK_EQ(seen[SIGUSR1], 1);
}

static void clobber(int sig)
{
    __asm__ volatile("pcmpeqb %%xmm0, %%xmm0\n\tpcmpeqb %%xmm7, %%xmm7"
                     :
                     :
                     : "xmm0", "xmm7");
    seen[sig]++;
}

TEST(vector_registers_survive_an_asynchronous_handler)
{
    uint64_t in = 0x123456789abcdef0, out0 = 0, out7 = 0;

    begin(SIGUSR1, clobber, 0);
    soon(SIGUSR1);
    __asm__ volatile("movq %3, %%xmm0\n\t"
                     "movq %3, %%xmm7\n"
                     "1: cmpl $0, %2\n\t"
                     "je 1b\n\t"
                     "movq %%xmm0, %0\n\t"
                     "movq %%xmm7, %1"
                     : "=r"(out0), "=r"(out7)
                     : "m"(seen[SIGUSR1]), "r"(in)
                     : "xmm0", "xmm7", "memory");
    CHECK(out0 == in);
    CHECK(out7 == in);
}

static void jump_out(int sig)
{
    seen[sig]++;
    siglongjmp(jump, sig);
}

TEST(siglongjmp_leaves_a_busy_loop_and_a_wait)
{
    sigset_t mask;

    begin(SIGUSR1, jump_out, 0);
    if (!sigsetjmp(jump, 1)) {
        soon(SIGUSR1);
        for (;;)
            seen[0]++;
    }
    sigprocmask(SIG_BLOCK, NULL, &mask);
    CHECK(mask == 0);
    if (!sigsetjmp(jump, 1)) {
        soon(SIGUSR1);
        sleep(1000);
    }
    CHECK_EQ(seen[SIGUSR1], 2);
    if (!sigsetjmp(jump, 0))
        raise(SIGUSR1);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    CHECK(mask == set_of(SIGUSR1));
    begin(0, NULL, 0);
}

/* --- faults --- */

static char *page;
static void *volatile fault_addr, *volatile fault_stack;
static volatile int fault_code;

static void make_writable(int sig, siginfo_t *info, void *context)
{
    (void)context;
    seen[sig]++;
    fault_addr = info->si_addr;
    fault_code = info->si_code;
    fault_stack = __builtin_frame_address(0);
    mprotect(page, 4096, PROT_READ | PROT_WRITE);
}

static int tells(void)
{
    return fault_addr != NULL; /* Xen 4.17 loses CR2 */
}

TEST(sigsegv_handler_that_mends_lets_the_access_repeat)
{
    struct sigaction act = {.sa_flags = SA_SIGINFO};

    begin(0, NULL, 0);
    page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    CHECK_EQ(*(volatile char *)page, 0);
    act.sa_sigaction = make_writable;
    sigaction(SIGSEGV, &act, NULL);
    *(volatile char *)(page + 9) = 7;
    CHECK_EQ(seen[SIGSEGV], 1);
    CHECK_EQ(page[9], 7);
    if (tells()) {
        CHECK(fault_addr == page + 9);
    }
    CHECK_EQ(fault_code, SEGV_ACCERR);
    signal(SIGSEGV, SIG_DFL);
}

static void jump_with_info(int sig, siginfo_t *info, void *context)
{
    (void)context;
    seen[sig]++;
    fault_addr = info->si_addr;
    fault_code = info->si_code;
    fault_stack = __builtin_frame_address(0);
    siglongjmp(jump, 1);
}

static void catch_fault(int sig, int flags)
{
    struct sigaction act = {.sa_flags = SA_SIGINFO | flags};

    begin(0, NULL, 0);
    act.sa_sigaction = jump_with_info;
    sigaction(sig, &act, NULL);
}

TEST(faults_have_their_signals)
{
    volatile int zero = 0;

    catch_fault(SIGSEGV, 0);
    if (!sigsetjmp(jump, 1))
        *(volatile int *)0x7000000000 = 1;
    CHECK_EQ(seen[SIGSEGV], 1);
    CHECK_EQ(fault_code, SEGV_MAPERR);
    if (!sigsetjmp(jump, 1))
        *(volatile int *)0x8000000000000000 = 1;
    CHECK_EQ(seen[SIGSEGV], 2);
    if (!sigsetjmp(jump, 1))
        ((void (*)(void))page)();
    CHECK_EQ(seen[SIGSEGV], 3);
    signal(SIGSEGV, SIG_DFL);

    catch_fault(SIGFPE, 0);
    if (!sigsetjmp(jump, 1))
        zero = 7 / zero;
    CHECK_EQ(seen[SIGFPE], 1);
    CHECK_EQ(fault_code, FPE_INTDIV);
    /* Not tried: SSE exceptions, which QEMU's TCG does not raise. */

    catch_fault(SIGILL, 0);
    if (!sigsetjmp(jump, 1))
        __asm__ volatile("ud2");
    CHECK_EQ(seen[SIGILL], 1);
    CHECK_EQ(fault_code, ILL_ILLOPN);
}

static void skip_ud2(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    (void)info;
    seen[sig]++;
    uc->uc_mcontext.gregs[REG_RIP] += 2;
    uc->uc_mcontext.gregs[REG_RAX] = 4711;
}

TEST(handler_may_change_the_context)
{
    struct sigaction act = {.sa_flags = SA_SIGINFO};
    long value = 1;

    begin(0, NULL, 0);
    act.sa_sigaction = skip_ud2;
    sigaction(SIGILL, &act, NULL);
    __asm__ volatile("ud2" : "+a"(value));
    CHECK_EQ(value, 4711);
    CHECK_EQ(seen[SIGILL], 1);
    sigaction(SIGTRAP, &act, NULL);
    act.sa_sigaction = note_info;
    sigaction(SIGTRAP, &act, NULL);
    __asm__ volatile("int3");
    CHECK_EQ(seen[SIGTRAP], 1);
    CHECK_EQ(last_code, TRAP_BRKPT);
}

/* --- the other stack --- */

static char other_stack[SIGSTKSZ];

static int on_other(void)
{
    return (char *)fault_stack >= other_stack &&
           (char *)fault_stack < other_stack + sizeof(other_stack);
}

static volatile int depth;

static int __attribute__((noinline)) endless(volatile char *above)
{
    volatile char room[1000];

    room[0] = above ? above[0] : 1;
    return ++depth < 0 ? 0 : endless(room) + room[0];
}

static void note_stack(int sig)
{
    stack_t now, wanted = {.ss_sp = other_stack, .ss_size = SIGSTKSZ};

    seen[sig]++;
    fault_stack = __builtin_frame_address(0);
    sigaltstack(NULL, &now);
    if (now.ss_flags != SS_ONSTACK)
        seen[sig] = -1;
    if (sigaltstack(&wanted, NULL) != -1 || errno != EPERM)
        seen[sig] = -2;
}

/* covers: sigaltstack */
TEST(alternate_stack_is_used_where_it_is_wanted)
{
    stack_t wanted = {.ss_sp = other_stack, .ss_size = SIGSTKSZ}, old;

    CHECK_EQ(sigaltstack(NULL, &old), 0);
    CHECK_EQ(old.ss_flags, SS_DISABLE);
    wanted.ss_flags = 77;
    CHECK(sigaltstack(&wanted, NULL) == -1 && errno == EINVAL);
    wanted.ss_flags = 0;
    wanted.ss_size = MINSIGSTKSZ - 1;
    CHECK(sigaltstack(&wanted, NULL) == -1 && errno == ENOMEM);
    wanted.ss_size = SIGSTKSZ;
    CHECK_EQ(sigaltstack(&wanted, NULL), 0);
    begin(SIGUSR1, note_stack, SA_ONSTACK);
    raise(SIGUSR1);
    CHECK_EQ(seen[SIGUSR1], 1);
    CHECK(on_other());
    soon(SIGUSR1);
    while (seen[SIGUSR1] == 1)
        ;
    CHECK_EQ(seen[SIGUSR1], 2);
    CHECK(on_other());
    CHECK_EQ(sigaltstack(NULL, &old), 0);
    CHECK(old.ss_sp == other_stack && old.ss_flags == 0);
}

TEST(stack_overflow_is_handled_on_the_alternate_stack)
{
    for (volatile int i = 1; i <= 3; i++) {
        catch_fault(SIGSEGV, SA_ONSTACK);
        if (!sigsetjmp(jump, 1))
            endless(NULL);
        CHECK_EQ(seen[SIGSEGV], 1);
        CHECK(on_other());
    }
    signal(SIGSEGV, SIG_DFL);
}
