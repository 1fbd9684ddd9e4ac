/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting with another signal mask: ppoll, pselect, epoll_pwait. A program that
 * has no signals in it has none that a mask could hold back.
 */
#ifndef POSIX_MASKED_H
#define POSIX_MASKED_H

#include "private.h"
#include <errno.h>
#include <signal.h>
#include <stdbool.h>

/* signals.h, sigrun.c */
void signals_start(void) __attribute__((weak));
sigset_t signals_set_mask(sigset_t mask) __attribute__((weak));
bool signals_run(bool restarts) __attribute__((weak));

/* Evaluates call, which gives -1 with errno, with the signals of *mask blocked
 * (NULL: as they are). -1 with EINTR if one that this lets through was waiting;
 * one that comes later interrupts the call. */
#define POSIX_MASKED(mask, call) \
    ({ \
        bool masked_ = (mask) && signals_set_mask; \
        sigset_t before_ = masked_begin(masked_, mask); \
        __typeof__(call) rc_ = -1; \
        errno = masked_ && !signals_run(false) ? EINTR : 0; \
        if (!errno) \
            rc_ = (call); \
        masked_end(masked_, before_); \
        rc_; \
    })

static inline sigset_t masked_begin(bool masked, const sigset_t *mask)
{
    if (!masked)
        return 0;
    signals_start();
    return signals_set_mask(*mask);
}

static inline void masked_end(bool masked, sigset_t before)
{
    int saved = errno;

    if (!masked)
        return;
    signals_set_mask(before);
    signals_run(true); /* those that had to wait for this */
    errno = saved;
}

#endif
