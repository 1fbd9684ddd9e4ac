/* SPDX-License-Identifier: BSD-2-Clause */
/* What signals are called. */

#include <pith/compiler.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [0] = "Signal 0",
    [SIGHUP] = "Hangup",
    [SIGINT] = "Interrupt",
    [SIGQUIT] = "Quit",
    [SIGILL] = "Illegal instruction",
    [SIGTRAP] = "Trace/breakpoint trap",
    [SIGABRT] = "Aborted",
    [SIGEMT] = "EMT trap",
    [SIGFPE] = "Floating point exception",
    [SIGKILL] = "Killed",
    [SIGBUS] = "Bus error",
    [SIGSEGV] = "Segmentation fault",
    [SIGSYS] = "Bad system call",
    [SIGPIPE] = "Broken pipe",
    [SIGALRM] = "Alarm clock",
    [SIGTERM] = "Terminated",
    [SIGURG] = "Urgent I/O condition",
    [SIGSTOP] = "Stopped (signal)",
    [SIGTSTP] = "Stopped",
    [SIGCONT] = "Continued",
    [SIGCHLD] = "Child exited",
    [SIGTTIN] = "Stopped (tty input)",
    [SIGTTOU] = "Stopped (tty output)",
    [SIGIO] = "I/O possible",
    [SIGXCPU] = "CPU time limit exceeded",
    [SIGXFSZ] = "File size limit exceeded",
    [SIGVTALRM] = "Virtual timer expired",
    [SIGPROF] = "Profiling timer expired",
    [SIGWINCH] = "Window changed",
    [SIGLOST] = "Resource lost",
    [SIGUSR1] = "User defined signal 1",
    [SIGUSR2] = "User defined signal 2",
};

/* Of the thread; the names themselves never change. */
char *strsignal(int sig)
{
    static __thread char text[32];

    if (sig >= SIGRTMIN && sig <= SIGRTMAX) {
        snprintf(text, sizeof(text), "Real-time signal %d", sig - SIGRTMIN);
        return text;
    }
    if (sig >= 0 && sig < (int)ARRAY_SIZE(names))
        return (char *)names[sig];
    snprintf(text, sizeof(text), "Unknown signal %d", sig);
    return text;
}

void psignal(int sig, const char *text)
{
    fprintf(stderr, "%s%s%s\n", text ? text : "", text && *text ? ": " : "",
            strsignal(sig));
}

void psiginfo(const siginfo_t *info, const char *text)
{
    fprintf(stderr, "%s%s%s (code %d, address %p)\n", text ? text : "",
            text && *text ? ": " : "", strsignal(info->si_signo), info->si_code,
            info->si_addr);
}
