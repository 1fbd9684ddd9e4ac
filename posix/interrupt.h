/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that signals and cancellation can end while they wait: those whose
 * waits are interruptible (pith/interrupt.h).
 */
#ifndef POSIX_INTERRUPT_H
#define POSIX_INTERRUPT_H

#include "private.h"
#include <errno.h>

/*
 * For a call whose wait ended with -XEN_EINTR, once it has left its locks and
 * given back its references: handlers run here, and may leave by siglongjmp; a
 * thread that was cancelled ends here. True: the call begins once more, since
 * nothing happened that the program may see, or since it restarts after the
 * handlers that ran (SA_RESTART). Those that have a timeout never restart.
 */
bool posix_goes_on(bool restarts);
/* The same for a wait that only handlers interrupt, and that goes on after
 * them: cancellation stays for the next call that looks, unless its type is
 * asynchronous. */
void posix_handlers_run(void);

/* An expression that gives -1 with errno EINTR then, as often as needed. */
#define POSIX_RESTART(call) \
    ({ \
        __typeof__(call) rc_; \
        posix_cancel_point(); \
        do \
            rc_ = (call); \
        while (rc_ == -1 && errno == EINTR && posix_goes_on(true)); \
        rc_; \
    })

/* Set by who calls thread_interrupt, before that. */
struct posix_interrupts {
    /* Runs what is pending and not blocked. False: the call ends. */
    bool (*signals)(bool restarts);
    /* Ends the thread if it was cancelled. True: that is put off until the
     * call has ended. */
    bool (*cancel)(void);
    /* The same where nothing but PTHREAD_CANCEL_ASYNCHRONOUS ends it. */
    void (*cancel_async)(void);
};
extern struct posix_interrupts posix_interrupts;

/* Where a call that may wait begins, with nothing to undo. */
static inline void posix_cancel_point(void)
{
    if (posix_interrupts.cancel)
        posix_interrupts.cancel();
}

#endif
