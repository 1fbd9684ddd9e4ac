/* SPDX-License-Identifier: BSD-2-Clause */
/* What interrupts a call that waits. Who can do so sets his hook. */

#include "interrupt.h"
#include <pith/interrupt.h>

struct posix_interrupts posix_interrupts;

bool posix_goes_on(bool restarts)
{
    /* First: who has a reason writes it down before he interrupts. */
    thread_interrupt_take();
    if (posix_interrupts.cancel && posix_interrupts.cancel())
        return false;
    return !posix_interrupts.signals || posix_interrupts.signals(restarts);
}

void posix_handlers_run(void)
{
    thread_interrupt_take();
    if (posix_interrupts.cancel_async)
        posix_interrupts.cancel_async();
    if (posix_interrupts.signals)
        posix_interrupts.signals(true);
}
