/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of xen/ share with each other and with nobody else. */
#ifndef PITH_XEN_PRIVATE_H
#define PITH_XEN_PRIVATE_H

#include <pith/evtchn.h>
#include <stdbool.h>
#include <xen/xen.h>

/* info.c: maps the shared info page, reads the features. 0 or -XEN_E*. */
int xen_info_init(void);
/* As in struct xen_info, without the exit that xen_info's first call costs. */
uint32_t xen_hvm_features(void);
/* Records that the per-vCPU upcall vector is in use. */
void xen_info_set_per_vcpu_upcall(void);
/* physmap.c: finds where Xen's pages can go. Before physmap_add. */
void physmap_init(void);
/* Makes page number idx of Xen's own memory (space: XENMAPSPACE_*) appear in
 * this domain, for ever, and stores its address in *out. 0 or -XEN_E*. */
int physmap_add(unsigned space, uint64_t idx, void **out);

/*
 * A vCPU's event state. info is what Xen writes: it comes first, because it
 * must be 64-byte aligned to keep within one page.
 */
struct evtchn_vcpu {
    struct vcpu_info info;
    unsigned id;
    bool wants_eoi;        /* the vector goes through the local APIC */
    evtchn_port_t running; /* whose handler it is in, 0: none; for others */
    struct evtchn_stats stats;
    struct evtchn_vcpu *next; /* all that exist, for the statistics */
};
_Static_assert(sizeof(struct vcpu_info) == 64, "vcpu_info is a cache line");

/* This vCPU's vcpu_info; preemption off. Before evtchn_vcpu_init only on the
 * boot vCPU, whose first one is in the shared info page. */
const struct vcpu_info *vcpu_info_this(void);

/*
 * An event ABI: how pending and masked ports are stored and found. Any context
 * unless said otherwise. port is below max_ports.
 */
struct evtchn_abi {
    uint32_t max_ports;
    /* Masks every port. Once, before any other call. */
    void (*init)(void);
    /* True if it was masked already. */
    bool (*mask)(evtchn_port_t port);
    void (*unmask)(evtchn_port_t port);
    bool (*is_pending)(evtchn_port_t port);
    /* Clears the pending state; true if it was set. */
    bool (*test_and_clear)(evtchn_port_t port);
    /* Calls evtchn_deliver once for each port that Xen announced to vcpu and
     * that is pending and unmasked. Upcall context, on that vCPU. */
    void (*scan)(struct evtchn_vcpu *vcpu);
};
extern const struct evtchn_abi evtchn_2level;

/* evtchn.c. 0 or -XEN_ENOMEM. */
int evtchn_init(void);
/* Clears port and runs its handler if it is pending and vcpu's. Upcall
 * context, on that vCPU. */
void evtchn_deliver(struct evtchn_vcpu *vcpu, evtchn_port_t port);
/* upcall.c: the event state of vCPU id, NULL before its evtchn_vcpu_init. */
struct evtchn_vcpu *evtchn_vcpu_find(unsigned id);
/* Handles what Xen announced to this vCPU. Upcall context. */
void evtchn_scan(struct evtchn_vcpu *vcpu);

/* console.c. 0, or -XEN_ENODEV when the domain has no console ring. */
int console_init(void);

/* clock.c: takes the time that clock_boot_ns gives. */
void clock_init(void);

/* poweroff.c, for dom0: finds out how to turn the machine off. */
void poweroff_init(void);
/* Turns it off; returns if it is not known how. Any context. */
void poweroff_machine(void);

/* acpi_s5.c: what S5 wants in the SLP_TYP fields of PM1a_CNT and PM1b_CNT. */
struct acpi_s5 {
    uint8_t type_a, type_b;
};
/* True if the AML at code defines \_S5. Pure. */
bool acpi_s5_find(const void *code, size_t length, struct acpi_s5 *out);

/* pvclock.c: the system time of TSC value tsc by a consistent copy of Xen's
 * record. Pure. */
uint64_t pvclock_system_ns(const struct vcpu_time_info *time, uint64_t tsc);

#endif
