/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Event channels. One handler for each local port, run in upcall context on
 * the vCPU that the port is bound to. xen/. Source: xen/event_channel.h.
 *
 * The ABI (2-level here; FIFO fits behind the same struct evtchn_abi) is not
 * visible to users.
 */
#ifndef PITH_EVTCHN_H
#define PITH_EVTCHN_H

#include <pith/compiler.h>

typedef uint32_t evtchn_port_t; /* as xen/event_channel.h */

/* Upcall context: interrupts off, must neither block nor allocate. The port
 * is cleared before the call and stays unmasked. */
typedef void evtchn_fn(evtchn_port_t port, void *arg);

/* Each binds a new local port, masked, to fn(port, arg) and stores it in
 * *out. Return 0, or Xen's error (-XEN_ENOSPC: no port left). Thread context;
 * never block. */
int evtchn_alloc_unbound(uint16_t remote_domid, evtchn_fn *fn, void *arg,
                         evtchn_port_t *out);
int evtchn_bind_interdomain(uint16_t remote_domid, evtchn_port_t remote_port,
                            evtchn_fn *fn, void *arg, evtchn_port_t *out);
int evtchn_bind_virq(unsigned virq, unsigned vcpu, evtchn_fn *fn, void *arg,
                     evtchn_port_t *out);
/* Takes over a port that the toolstack made (console, xenstore). */
int evtchn_adopt(evtchn_port_t port, evtchn_fn *fn, void *arg);

/* Closes the port; its handler does not run after this returns. */
void evtchn_close(evtchn_port_t port);

/* Delivery on and off. unmask delivers at once if an event is pending. Any
 * context. */
void evtchn_unmask(evtchn_port_t port);
void evtchn_mask(evtchn_port_t port);

/* Sends an event to the other end. Any context. Returns 0 or -XEN_E*. */
int evtchn_notify(evtchn_port_t port);

/* Events delivered and upcalls taken on all vCPUs, for /status and tests. */
struct evtchn_stats {
    uint64_t upcalls, events, spurious;
};
void evtchn_get_stats(struct evtchn_stats *out);

/* What binds this vCPU's vcpu_info and upcall vector; xen/'s init does it for
 * vCPU 0, kernel/ calls it on each further vCPU. */
int evtchn_vcpu_init(unsigned vcpu);

#endif
