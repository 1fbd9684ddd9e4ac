/* SPDX-License-Identifier: BSD-2-Clause */
/* Sets of signals. */

#include "private.h"
#include <errno.h>
#include <signal.h>

int sigemptyset(sigset_t *set)
{
    *set = 0;
    return 0;
}

int sigfillset(sigset_t *set)
{
    *set = ~1ul;
    return 0;
}

static bool valid(int sig)
{
    return sig > 0 && sig < NSIG;
}

int sigaddset(sigset_t *set, int sig)
{
    if (!valid(sig))
        return posix_fail(EINVAL);
    *set |= 1ul << sig;
    return 0;
}

int sigdelset(sigset_t *set, int sig)
{
    if (!valid(sig))
        return posix_fail(EINVAL);
    *set &= ~(1ul << sig);
    return 0;
}

int sigismember(const sigset_t *set, int sig)
{
    return valid(sig) ? (int)(*set >> sig & 1) : posix_fail(EINVAL);
}

int sigisemptyset(const sigset_t *set)
{
    return !*set;
}

int sigandset(sigset_t *out, const sigset_t *a, const sigset_t *b)
{
    *out = *a & *b;
    return 0;
}

int sigorset(sigset_t *out, const sigset_t *a, const sigset_t *b)
{
    *out = *a | *b;
    return 0;
}
