/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running handlers: at the end of a call that was interrupted, or that sent a
 * signal to its own thread; in the middle of the program's own code; and for a
 * fault. Never in the middle of Pith's code or while the C library holds one of
 * its locks for the thread.
 */

#include "interrupt.h"
#include "private.h"
#include "signals.h"
#include <pith/area.h>
#include <pith/divert.h>
#include <pith/interrupt.h>
#include <pith/panic.h>
#include <pith/tty.h>
#include <string.h>
#include <sys/ucontext.h>
#include <unistd.h>

/* One run of a handler. */
struct run {
    struct sigaction action;
    siginfo_t info;
    ucontext_t context;
};

static void call_handler(void *arg)
{
    struct run *run = arg;

    if (run->action.sa_flags & SA_SIGINFO)
        run->action.sa_sigaction(run->info.si_signo, &run->info, &run->context);
    else
        run->action.sa_handler(run->info.si_signo);
}

bool signals_on_stack(const struct signal_thread *self)
{
    return (uintptr_t)__builtin_frame_address(0) - (uintptr_t)self->stack <
           self->stack_bytes;
}

sigset_t signals_set_mask(sigset_t mask)
{
    struct signal_thread *self = &signal_self;
    unsigned long flags = spin_lock_irqsave(&signals.lock);
    sigset_t before = self->mask;

    self->mask = mask & ~SIGNALS_FIRM;
    spin_unlock_irqrestore(&signals.lock, flags);
    return before;
}

/* Which register of gregs is which of regs. */
static const unsigned char places[][2] = {
#define PLACE(number, name) \
    { \
        number, offsetof(struct thread_regs, name) / 8 \
    }
    PLACE(REG_R8, r8),   PLACE(REG_R9, r9),   PLACE(REG_R10, r10),
    PLACE(REG_R11, r11), PLACE(REG_R12, r12), PLACE(REG_R13, r13),
    PLACE(REG_R14, r14), PLACE(REG_R15, r15), PLACE(REG_RDI, rdi),
    PLACE(REG_RSI, rsi), PLACE(REG_RBP, rbp), PLACE(REG_RBX, rbx),
    PLACE(REG_RDX, rdx), PLACE(REG_RAX, rax), PLACE(REG_RCX, rcx),
    PLACE(REG_RSP, rsp), PLACE(REG_RIP, rip),
#undef PLACE
};
#define FLAGS_CHANGEABLE 0xcd5ul /* the arithmetic ones and DF */

static void context_from(const struct thread_regs *regs, gregset_t gregs)
{
    const uint64_t *words = (const uint64_t *)regs;

    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        gregs[places[i][0]] = (greg_t)words[places[i][1]];
    gregs[REG_EFL] = (greg_t)regs->rflags;
    gregs[REG_ERR] = (greg_t)regs->error_code;
    gregs[REG_TRAPNO] = (greg_t)regs->vector;
}

static void context_to(const gregset_t gregs, struct thread_regs *regs)
{
    uint64_t *words = (uint64_t *)regs;

    for (size_t i = 0; i < ARRAY_SIZE(places); i++)
        words[places[i][1]] = (uint64_t)gregs[places[i][0]];
    regs->rflags = (regs->rflags & ~FLAGS_CHANGEABLE) |
                   ((uint64_t)gregs[REG_EFL] & FLAGS_CHANGEABLE);
}

/* With the mask that the handler wants in force. regs: what was interrupted,
 * NULL where that is a call. */
static void run_handler(struct run *run, sigset_t before,
                        struct thread_regs *regs)
{
    struct signal_thread *self = &signal_self;
    int saved = errno;

    run->context.uc_sigmask = before;
    run->context.uc_stack.ss_sp = self->stack;
    run->context.uc_stack.ss_size = self->stack_bytes;
    run->context.uc_stack.ss_flags = !self->stack_bytes       ? SS_DISABLE
                                     : signals_on_stack(self) ? SS_ONSTACK
                                                              : 0;
    if (regs) {
        context_from(regs, run->context.uc_mcontext.gregs);
    } else {
        run->context.uc_mcontext.gregs[REG_RSP] =
            (greg_t)__builtin_frame_address(0);
        run->context.uc_mcontext.gregs[REG_RIP] =
            (greg_t)__builtin_return_address(0);
    }
    if (run->action.sa_flags & SA_ONSTACK && self->stack_bytes &&
        !signals_on_stack(self))
        divert_call(self->stack + self->stack_bytes, call_handler, run);
    else
        call_handler(run);
    if (regs)
        context_to(run->context.uc_mcontext.gregs, regs);
    signals_set_mask(run->context.uc_sigmask);
    errno = saved;
}

/* What a signal does that has no handler and is not ignored. */
static void default_action(int sig)
{
    switch (sig) {
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGQUIT:
    case SIGSEGV:
    case SIGSYS:
    case SIGTRAP:
        panic("the program ended itself: %s", strsignal(sig));
    default:
        _exit(128 + sig); /* as a shell reports it */
    }
}

/* Takes the action for run->info and its mask. The lock is held. */
static sigset_t begin_locked(struct run *run)
{
    struct signal_thread *self = &signal_self;
    int sig = run->info.si_signo;
    sigset_t before = self->mask;

    run->action = signals.actions[sig];
    self->mask |= run->action.sa_mask & ~SIGNALS_FIRM;
    if (!(run->action.sa_flags & SA_NODEFER))
        self->mask |= signal_bit(sig);
    if (run->action.sa_flags & SA_RESETHAND)
        signals.actions[sig].sa_handler = SIG_DFL;
    return before;
}

/* Takes one out that may run now. 0: none. */
static int take(struct run *run, sigset_t *before)
{
    struct signal_thread *self = &signal_self;
    struct signal_entry *freed;
    unsigned long flags;
    int sig;

    do {
        flags = spin_lock_irqsave(&signals.lock);
        sig = signals_take_locked(~self->mask & ~self->waiting, &run->info,
                                  &freed);
        if (sig && signals_ignored_locked(sig))
            sig = -1;
        else if (sig && signals.actions[sig].sa_handler != SIG_DFL)
            *before = begin_locked(run);
        else
            run->action.sa_handler = SIG_DFL;
        spin_unlock_irqrestore(&signals.lock, flags);
        signals_free(freed);
    } while (sig < 0);
    return sig;
}

static bool run_pending(bool restarts, struct thread_regs *regs)
{
    struct run run;
    sigset_t before = 0;
    bool goes_on = true;
    int sig;

    if (!posix_self()->link.next) /* one of the kernel's */
        return true;
    memset(&run, 0, sizeof(run));
    while ((sig = take(&run, &before))) {
        if (run.action.sa_handler == SIG_DFL) {
            default_action(sig);
            continue;
        }
        run_handler(&run, before, regs);
        goes_on &= restarts && run.action.sa_flags & SA_RESTART;
    }
    return goes_on;
}

bool signals_run(bool restarts)
{
    return run_pending(restarts, NULL);
}

/* --- where kernel/ diverts a thread --- */

static void interrupted(struct thread_regs *regs)
{
    if (posix_libc_locks)
        return;
    if (!posix_interrupts.cancel) /* else a wait has to look */
        thread_interrupt_take();
    run_pending(true, regs);
}

static int memory_code(const struct fault *fault)
{
    struct area_info area;

    if (fault->present)
        return SEGV_ACCERR;
    return fault->addr && !area_find(fault->addr, &area) &&
                   area.start <= fault->addr
               ? SEGV_ACCERR
               : SEGV_MAPERR;
}

static int float_code(uint32_t flags)
{
    return flags & 1    ? FPE_FLTINV
           : flags & 4  ? FPE_FLTDIV
           : flags & 8  ? FPE_FLTOVF
           : flags & 16 ? FPE_FLTUND
                        : FPE_FLTRES;
}

static void describe(const struct fault *fault, siginfo_t *info)
{
    *info = (siginfo_t){.si_addr = (void *)fault->regs.rip};
    switch (fault->kind) {
    case FAULT_MEMORY:
        info->si_signo = fault->no_memory ? SIGBUS : SIGSEGV;
        info->si_code = fault->no_memory ? BUS_ADRERR : memory_code(fault);
        info->si_addr = (void *)fault->addr;
        break;
    case FAULT_ADDRESS:
        info->si_signo = SIGSEGV;
        info->si_code = SI_KERNEL;
        info->si_addr = NULL;
        break;
    case FAULT_INSTRUCTION:
        info->si_signo = SIGILL;
        info->si_code = ILL_ILLOPN;
        break;
    case FAULT_DIVIDE:
        info->si_signo = SIGFPE;
        info->si_code = FPE_INTDIV;
        break;
    case FAULT_FLOAT:
        info->si_signo = SIGFPE;
        info->si_code = float_code(fault->float_flags);
        break;
    default:
        info->si_signo = SIGTRAP;
        info->si_code = TRAP_BRKPT;
        break;
    }
}

/* Blocked, ignored or without a handler, it ends the system: the code that
 * faulted cannot go on. */
static void faulted(struct fault *fault)
{
    struct run run;
    sigset_t before = 0;
    unsigned long flags;
    bool catch;
    int sig;

    memset(&run, 0, sizeof(run));
    describe(fault, &run.info);
    sig = run.info.si_signo;
    flags = spin_lock_irqsave(&signals.lock);
    catch = signals.actions[sig].sa_handler != SIG_DFL &&
            signals.actions[sig].sa_handler != SIG_IGN &&
            !(signal_self.mask & signal_bit(sig));
    if (catch)
        before = begin_locked(&run);
    spin_unlock_irqrestore(&signals.lock, flags);
    if (!catch)
        divert_report(fault);
    if (fault->kind == FAULT_MEMORY)
        run.context.uc_mcontext.gregs[REG_CR2] = (greg_t)fault->addr;
    run_handler(&run, before, &fault->regs);
    run_pending(true, &fault->regs);
}

static const struct divert_hooks divert_hooks = {faulted, interrupted};

static void inherit(struct posix_thread *child)
{
    signal_thread_of(child)->mask = signal_self.mask;
}

/* On the console. Upcall context. */
static void typed(int which)
{
    static const unsigned char sigs[] = {
        [TTY_CHAR_INTERRUPT] = SIGINT,
        [TTY_CHAR_QUIT] = SIGQUIT,
        [TTY_CHAR_SUSPEND] = SIGTSTP,
    };

    signal_post(sigs[which]);
}

void signals_start(void)
{
    unsigned long flags;

    if (!READ_ONCE(signals.started))
        tty_set_signal_hook(typed);
    flags = spin_lock_irqsave(&signals.lock);
    if (!signals.started) {
        signals_post_init();
        posix_interrupts.signals = signals_run;
        posix_end_signal = signals_ask_end;
        posix_threads.begin = inherit;
        divert_start(&divert_hooks);
        signals.started = true;
    }
    spin_unlock_irqrestore(&signals.lock, flags);
}
