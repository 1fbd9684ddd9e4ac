/* SPDX-License-Identifier: BSD-2-Clause */
/* The timer that ends the throttling of event channels, for xen/. */

#include "private.h"
#include <pith/evtchn.h>
#include <pith/timer.h>

static struct timer throttle_timer;

static void expired(struct timer *timer)
{
    evtchn_throttle_expire();
}

static void arm(uint64_t deadline_ns)
{
    timer_arm(&throttle_timer, deadline_ns);
}

void throttle_start(void)
{
    timer_init(&throttle_timer, expired);
    evtchn_set_throttle_timer(arm);
}
