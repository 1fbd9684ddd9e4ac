/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A room between the network and the program: a program that uses sockets
 * starts when the interfaces have their addresses. One that uses none does
 * not link this, nor the network.
 */

#include "private.h"
#include <pith/log.h>
#include <pith/room.h>
#include <pith/sock.h>
#include <pith/timer.h>

/* As long as DHCP's first four tries take together (RFC 2131, 4.1). */
#define WAIT_NS (30 * NS_PER_SEC)

/* The program starts in any case: it may have work without a network, and it
 * finds out by its own errors. */
static int netwait_init(void)
{
    if (net_wait_configured(deadline_after_ns(WAIT_NS)))
        log_error("pith: no network address after 30 s: starting without");
    return 0;
}

ROOM("110", netwait, netwait_init, 1);
