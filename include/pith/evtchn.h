/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Event channels. One handler for each local port, run in upcall context on
 * the vCPU that the port is bound to. xen/. Source: xen/event_channel.h.
 *
 * The ABI, FIFO or 2-level, is not visible to users, but for priorities, and
 * for how many ports there can be: 131,071 or 4,095, or fewer if the domain's
 * configuration says so (max_event_channels).
 */
#ifndef PITH_EVTCHN_H
#define PITH_EVTCHN_H

#include <pith/compiler.h>

struct trap_frame;

typedef uint32_t evtchn_port_t; /* as xen/event_channel.h */

/* Upcall context: interrupts off, must neither block nor allocate. The port
 * is cleared before the call and stays unmasked. If the other end may send for
 * nothing, see evtchn_useless. */
typedef void evtchn_fn(evtchn_port_t port, void *arg);

/* Each binds a new local port, masked, to fn(port, arg) and stores it in
 * *out. Return 0, or Xen's error (-XEN_ENOSPC: no port left, which the log says
 * the first time for each of them; -XEN_ENOENT: no such vCPU). Thread context;
 * never block. After bind_interdomain one event is pending: Xen cannot know
 * what the other end sent before. Without a vcpu of its own a port is bound to
 * vCPU 0. A port of another vCPU stays masked until that one has run
 * evtchn_vcpu_init. */
int evtchn_alloc_unbound(uint16_t remote_domid, evtchn_fn *fn, void *arg,
                         evtchn_port_t *out);
int evtchn_bind_interdomain(uint16_t remote_domid, evtchn_port_t remote_port,
                            evtchn_fn *fn, void *arg, evtchn_port_t *out);
int evtchn_bind_virq(unsigned virq, unsigned vcpu, evtchn_fn *fn, void *arg,
                     evtchn_port_t *out);
/* fn runs on vCPU vcpu whenever any vCPU calls evtchn_notify for the port. */
int evtchn_bind_ipi(unsigned vcpu, evtchn_fn *fn, void *arg,
                    evtchn_port_t *out);
/* Takes over a port that the toolstack made (console, xenstore). */
int evtchn_adopt(evtchn_port_t port, evtchn_fn *fn, void *arg);

/* Closes the port; its handler does not run after this returns. Waits for a
 * handler that runs on another vCPU, so not under a lock that it takes. Thread
 * context, or the handler itself. */
void evtchn_close(evtchn_port_t port);

/* Moves the port to vCPU vcpu. When this returns, its handler does not run on
 * the old one, and events that were waiting there have moved, too. Not at the
 * same time as a mask, unmask or close of this port, nor under a lock that the
 * handler takes. Thread context. 0; -XEN_ENOENT: vcpu has not run
 * evtchn_vcpu_init; -XEN_EINVAL: the port is an IPI or a VIRQ of one vCPU
 * (such as VIRQ_TIMER), which Xen does not move. */
int evtchn_set_vcpu(evtchn_port_t port, unsigned vcpu);

/* Delivery on and off. unmask delivers at once if an event is pending. Any
 * context. */
void evtchn_unmask(evtchn_port_t port);
void evtchn_mask(evtchn_port_t port);

/* Of ports that fire at the same time on the same vCPU the one with the lower
 * priority number goes first. IPIs and VIRQ_TIMER start as urgent, all others
 * with the default. */
enum {
    EVTCHN_PRIORITY_URGENT = 0,
    EVTCHN_PRIORITY_DEFAULT = 7,
    EVTCHN_PRIORITY_LAST = 15
};
/* For events from now on. 0; -XEN_EINVAL: no such priority; -XEN_EOPNOTSUPP:
 * this ABI has none (2-level). Any context. */
int evtchn_set_priority(evtchn_port_t port, unsigned priority);

/* Says that an event was for nothing: an honest peer's events are so now and
 * then, never many in a row. After 64 of those within 100 ms the port stays
 * masked for 1 ms, and longer if it goes on so, at most 64 ms; events of that
 * time merge and come afterwards. Named on the console. Only in the port's own
 * handler. */
void evtchn_useless(evtchn_port_t port);
/* kernel/'s timer for that: arm is called, interrupts off, with the time at
 * which evtchn_throttle_expire wants to be called next, in any context. */
void evtchn_set_throttle_timer(void (*arm)(uint64_t deadline_ns));
void evtchn_throttle_expire(void);

/* Sends an event to the other end. Any context. Returns 0 or -XEN_E*. */
int evtchn_notify(evtchn_port_t port);

/* What the upcall that runs on this vCPU has interrupted; NULL in threads and
 * in handlers that evtchn_unmask calls. Interrupts off. */
const struct trap_frame *evtchn_interrupted(void);

/* Events delivered and upcalls taken on all vCPUs, for /status and tests. */
struct evtchn_stats {
    uint64_t upcalls, events, spurious;
    uint64_t throttled; /* times that a port was */
};
void evtchn_get_stats(struct evtchn_stats *out);
/* A mix of when some of the upcalls came, for random numbers. */
uint64_t evtchn_timing(void);

/*
 * How Xen announces events: "vcpu", a vector of each vCPU's own (HVMOP_set_
 * evtchn_upcall_vector, wants an EOI), "callback", one vector of the domain
 * (HVM_PARAM_CALLBACK_IRQ, no EOI), or "auto", the default: vcpu where Xen
 * virtualises the APIC so that the EOI costs no exit. kernel/ calls it for
 * pith.upcall before the first evtchn_vcpu_init. 0, or -XEN_EINVAL for any
 * other word.
 */
int evtchn_set_upcall_mode(const char *mode);

/* Which ABI keeps the events: "fifo", "2level", or "auto", the default: FIFO
 * where Xen has it. Likewise, for pith.evtchn. */
int evtchn_set_abi(const char *name);
/* The name of the one in use. */
const char *evtchn_abi_name(void);

/*
 * Gives this vCPU its vcpu_info and its upcall vector; from then on events
 * arrive whenever interrupts are enabled. kernel/ calls it on each vCPU, vCPU
 * 0 included and first, once the options are known; before that ports may be
 * adopted and notified, but not unmasked. Thread or boot context, never blocks.
 * 0, -XEN_ENOMEM, or Xen's error (such as for a vector or an ABI that was asked
 * for by name).
 */
int evtchn_vcpu_init(unsigned vcpu);

#endif
