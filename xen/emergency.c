/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The emergency console: Xen's own log. A release build of Xen grants
 * CONSOLEIO_write to the domain that owns the console (dom0) only; all others
 * have the debug port. Source: xen/xen.h, xen/arch-x86/xen.h.
 */
#include <pith/atomic.h>
#include <pith/console.h>
#include <pith/hypercall.h>
#include <stdbool.h>
#include <xen/xen.h>

static struct {
    bool refused; /* CONSOLEIO_write is not for this domain */
} emergency;

/* One string instruction and not a loop: Xen takes all of it in one exit. */
static void debug_port_write(const char *text, size_t length)
{
    __asm__ volatile("rep outsb"
                     : "+S"(text), "+c"(length)
                     : "d"((uint16_t)XEN_HVM_DEBUGCONS_IOPORT)
                     : "memory");
}

void emergency_write(const char *text, size_t length)
{
    if (!atomic_load(&emergency.refused)) {
        if (hypercall_console_write(text, length) >= 0)
            return;
        atomic_store(&emergency.refused, true);
    }
    debug_port_write(text, length);
}
