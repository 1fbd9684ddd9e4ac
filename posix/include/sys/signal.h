/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals within the program, in place of newlib's header of this name: its
 * numbers, and what it lacks. Source: POSIX.1-2017, signal.h.
 *
 * There is one process: kill takes its own number alone. Where handlers run is
 * told in docs/posix.md.
 */
#ifndef _SYS_SIGNAL_H
#define _SYS_SIGNAL_H

#include "_ansi.h"
#include <stdint.h>
#include <sys/_sigset.h>
#include <sys/_timespec.h>
#include <sys/cdefs.h>
#include <sys/features.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#if !defined(_SIGSET_T_DECLARED)
#define _SIGSET_T_DECLARED
typedef __sigset_t sigset_t;
#endif

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGIOT SIGABRT
#define SIGEMT 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGBUS 10
#define SIGSEGV 11
#define SIGSYS 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGURG 16
#define SIGSTOP 17
#define SIGTSTP 18
#define SIGCONT 19
#define SIGCHLD 20
#define SIGCLD SIGCHLD
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGIO 23
#define SIGPOLL SIGIO
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGLOST 29
#define SIGPWR SIGLOST
#define SIGUSR1 30
#define SIGUSR2 31
#define SIGRTMIN 32
#define SIGRTMAX 63
#define NSIG 64 /* 0 implied */
#define _NSIG NSIG

union sigval {
    int sival_int;
    void *sival_ptr;
};
typedef union sigval sigval_t;

#define SIGEV_NONE 1
#define SIGEV_SIGNAL 2
#define SIGEV_THREAD 3

struct sigevent {
    int sigev_notify;
    int sigev_signo;
    union sigval sigev_value;
    void (*sigev_notify_function)(union sigval);
    pthread_attr_t *sigev_notify_attributes;
};

typedef struct {
    int si_signo;
    int si_code;
    int si_errno;
    pid_t si_pid;
    uid_t si_uid;
    int si_status;
    void *si_addr; /* NULL where the machine does not tell */
    long si_band;
    union sigval si_value;
    int si_overrun;
    int si_timerid;
} siginfo_t;

/* si_code: who sent it. Faults have codes above 0. */
#define SI_USER 0
#define SI_QUEUE (-1)
#define SI_TIMER (-2)
#define SI_MESGQ (-3)
#define SI_ASYNCIO (-4)
#define SI_TKILL (-6)
#define SI_KERNEL 128

#define ILL_ILLOPC 1
#define ILL_ILLOPN 2
#define ILL_ILLADR 3
#define ILL_ILLTRP 4
#define ILL_PRVOPC 5
#define ILL_PRVREG 6
#define ILL_COPROC 7
#define ILL_BADSTK 8
#define FPE_INTDIV 1
#define FPE_INTOVF 2
#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7
#define FPE_FLTSUB 8
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRALN 1
#define BUS_ADRERR 2
#define BUS_OBJERR 3
#define TRAP_BRKPT 1
#define TRAP_TRACE 2
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_TRAPPED 4
#define CLD_STOPPED 5
#define CLD_CONTINUED 6
#define POLL_IN 1
#define POLL_OUT 2
#define POLL_MSG 3
#define POLL_ERR 4
#define POLL_PRI 5
#define POLL_HUP 6

typedef void (*_sig_func_ptr)(int);

struct sigaction {
    union {
        _sig_func_ptr _handler;
        void (*_sigaction)(int, siginfo_t *, void *);
    } _signal_handlers;
    sigset_t sa_mask;
    int sa_flags;
};
#define sa_handler _signal_handlers._handler
#define sa_sigaction _signal_handlers._sigaction

#define SA_NOCLDSTOP 0x1
#define SA_SIGINFO 0x2
#define SA_ONSTACK 0x4
#define SA_RESTART 0x8
#define SA_NODEFER 0x10
#define SA_NOMASK SA_NODEFER
#define SA_RESETHAND 0x20
#define SA_ONESHOT SA_RESETHAND
#define SA_NOCLDWAIT 0x40

/* A handler shares its stack with Pith's own interrupts. */
#define MINSIGSTKSZ 6144
#define SIGSTKSZ 16384

#define SS_ONSTACK 0x1
#define SS_DISABLE 0x2

typedef struct sigaltstack {
    void *ss_sp;
    int ss_flags;
    size_t ss_size;
} stack_t;

#define SIG_SETMASK 0
#define SIG_BLOCK 1
#define SIG_UNBLOCK 2
#define SIG_HOLD ((_sig_func_ptr)2) /* sigset */

int sigaction(int __sig, const struct sigaction *__restrict __act,
              struct sigaction *__restrict __old);
int sigaltstack(const stack_t *__restrict __stack, stack_t *__restrict __old);
int siginterrupt(int __sig, int __flag);

int sigemptyset(sigset_t *__set);
int sigfillset(sigset_t *__set);
int sigaddset(sigset_t *__set, int __sig);
int sigdelset(sigset_t *__set, int __sig);
int sigismember(const sigset_t *__set, int __sig);
#if __GNU_VISIBLE
int sigisemptyset(const sigset_t *__set);
int sigandset(sigset_t *__out, const sigset_t *__a, const sigset_t *__b);
int sigorset(sigset_t *__out, const sigset_t *__a, const sigset_t *__b);
#endif

int sigprocmask(int __how, const sigset_t *__restrict __set,
                sigset_t *__restrict __old);
int pthread_sigmask(int __how, const sigset_t *__restrict __set,
                    sigset_t *__restrict __old);
int sigpending(sigset_t *__set);
int sigsuspend(const sigset_t *__mask);
int sigwait(const sigset_t *__restrict __set, int *__restrict __sig);
int sigwaitinfo(const sigset_t *__restrict __set, siginfo_t *__restrict __info);
int sigtimedwait(const sigset_t *__restrict __set, siginfo_t *__restrict __info,
                 const struct timespec *__restrict __timeout);

int kill(pid_t __pid, int __sig);
int killpg(pid_t __group, int __sig);
int pthread_kill(pthread_t __target, int __sig);
#if __GNU_VISIBLE
int pthread_sigqueue(pthread_t __target, int __sig, const union sigval __value);
#endif
int sigqueue(pid_t __pid, int __sig, const union sigval __value);

/* Of System V, marked obsolescent: mask and action of one signal. */
int sighold(int __sig);
int sigrelse(int __sig);
int sigignore(int __sig);
int sigpause(int __sig);
_sig_func_ptr sigset(int __sig, _sig_func_ptr __action);

void psiginfo(const siginfo_t *__info, const char *__text);

#ifdef __cplusplus
}
#endif

#ifndef _SIGNAL_H_
#include <signal.h>
#endif
#if __MISC_VISIBLE || __XSI_VISIBLE || __POSIX_VISIBLE >= 200809
#include <sys/ucontext.h>
#endif

#endif
