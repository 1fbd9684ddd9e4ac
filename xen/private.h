/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of xen/ share with each other and with nobody else. */
#ifndef PITH_XEN_PRIVATE_H
#define PITH_XEN_PRIVATE_H

#include <pith/evtchn.h>
#include <stdbool.h>
#include <xen/event_channel.h>
#include <xen/xen.h>

/* info.c: maps the shared info page, reads the features. 0 or -XEN_E*. */
int xen_info_init(void);
/* The same in a restored domain. */
int xen_info_renew(void);
/* As in struct xen_info, without the exit that xen_info's first call costs. */
uint32_t xen_hvm_features(void);
/* Records that the per-vCPU upcall vector is in use. */
void xen_info_set_per_vcpu_upcall(void);
/* physmap.c: finds where Xen's pages can go. Before physmap_add. */
void physmap_init(void);
/* Makes page number idx of Xen's own memory (space: XENMAPSPACE_*) appear in
 * this domain, for ever, and stores its address in *out. 0 or -XEN_E*. */
int physmap_add(unsigned space, uint64_t idx, void **out);
/* Makes it appear there in the domain that this one has been restored as. */
int physmap_renew(unsigned space, uint64_t idx, const void *page);

#define CLOCK_FACTOR_SHIFT 16
/* A vCPU's time record in our form: time is system_ns when its TSC is tsc. Zero
 * until there is one. The vCPU's own, with preemption off. */
struct clock_record {
    uint32_t version; /* of Xen's record */
    uint64_t tsc, system_ns;
    uint64_t factor; /* ns in a tick, times 2^(32 + CLOCK_FACTOR_SHIFT) */
};

/*
 * A vCPU's event state. Xen writes info and fifo, neither of which may cross a
 * page: hence the alignment.
 */
struct evtchn_vcpu {
    struct vcpu_info info;
    struct evtchn_fifo_control_block fifo;
    uint32_t fifo_head[EVTCHN_FIFO_MAX_QUEUES]; /* 0: where fifo says */
    uint32_t fifo_ready; /* queues that are not empty, as a set of bits */
    struct clock_record clock;
    uint32_t id;
    evtchn_port_t running; /* whose handler it is in, 0: none; for others */
    bool wants_eoi;        /* the vector goes through the local APIC */
    struct evtchn_stats stats;
    const struct trap_frame *interrupted; /* by the upcall that runs */
    struct evtchn_vcpu *next; /* all that exist, for the statistics */
} __attribute__((aligned(256)));
_Static_assert(sizeof(struct vcpu_info) == 64, "vcpu_info is a cache line");
_Static_assert(offsetof(struct evtchn_vcpu, fifo_head) <= 256, "in one page");

/* This vCPU's vcpu_info; preemption off. Before evtchn_vcpu_init only on the
 * boot vCPU, whose first one is in the shared info page. */
const struct vcpu_info *vcpu_info_this(void);

/*
 * An event ABI: how pending and masked ports are stored and found. Any context
 * unless said otherwise. port has been through port_init.
 */
struct evtchn_abi {
    const char *name;        /* as for pith.evtchn */
    evtchn_port_t last_port; /* that it has room for */
    /* On vcpu itself, after its vcpu_info; on vCPU 0 first of all calls: then
     * it switches the domain to this ABI. All ports are masked afterwards. 0
     * or -XEN_E*. Interrupts off. */
    int (*vcpu_init)(struct evtchn_vcpu *vcpu);
    /* In a restored domain, after that on vCPU 0: gives Xen the memory of
     * ports again, all masked. NULL: there is none. */
    int (*renew)(void);
    /* Makes room for port, masked. 0 or -XEN_E*. Not twice at once. */
    int (*port_init)(evtchn_port_t port);
    /* True if it was masked already. */
    bool (*mask)(evtchn_port_t port);
    void (*unmask)(evtchn_port_t port);
    bool (*is_pending)(evtchn_port_t port);
    /* Clears the pending state; true if it was set. */
    bool (*test_and_clear)(evtchn_port_t port);
    /* Calls evtchn_deliver for each port that Xen announced to vcpu and that
     * is pending and unmasked. Ends even if events keep coming, and is then
     * true if some are left that Xen will not announce again. Upcall context,
     * on that vCPU. */
    bool (*scan)(struct evtchn_vcpu *vcpu);
    /* 0 or -XEN_E*. */
    int (*set_priority)(evtchn_port_t port, unsigned priority);
};
extern const struct evtchn_abi evtchn_2level, evtchn_fifo;
/* The one in use: 2-level until vCPU 0's evtchn_abi_start, then for good. */
extern const struct evtchn_abi *evtchn_abi;

/* evtchn_abi.c: chooses the ABI by pith.evtchn on vCPU 0, starts it on any.
 * Interrupts off. 0 or -XEN_E*. */
int evtchn_abi_start(struct evtchn_vcpu *vcpu);

/* What becomes of a port's events. */
struct evtchn_handler {
    evtchn_fn *fn; /* NULL: the port is free */
    void *arg;
    /* The argument of EVTCHNOP_send, kept ready in the direct map: Xen walks
     * fewer page-table levels to it than to a stack. */
    struct evtchn_send send;
    uint16_t vcpu; /* the only one that runs fn */
    /* evtchn_throttle.c: whether the last event was useless, how many were in
     * a row, throttlings in a row; since when those are counted, or when the
     * throttling ends; whether it is throttled, and which port with it. */
    bool was_useless;
    uint8_t useless, level;
    uint64_t time_ns;
    struct evtchn_handler *throttled;
};

/* evtchn_table.c. 0 or -XEN_ENOMEM. */
int evtchn_table_init(void);
/* The entry of port, NULL if there never was one. Any context. */
struct evtchn_handler *evtchn_handler_find(evtchn_port_t port);
/* The entry of port, made if need be, with room for the port in the ABI's
 * memory. 0 or -XEN_E*. */
int evtchn_handler_make(evtchn_port_t port, struct evtchn_handler **out);
/* Has the ABI, which is new, make room for all ports that have a handler. */
int evtchn_table_start(void);
/* Takes away all handlers: their ports are those of a domain that this one is
 * a restored copy of. Nothing else runs. */
void evtchn_table_forget(void);
/* The entry of a port that is ours. */
struct evtchn_handler *evtchn_handler_of_open(evtchn_port_t port);

/* evtchn.c: are the ports still those that we bound? A restored domain has but
 * those that its toolstack made. */
bool evtchn_is_same_domain(void);

/* evtchn_throttle.c: if handler's port is throttled, ends that, the port stays
 * masked, and says true. Any context. */
bool evtchn_throttle_cancel(struct evtchn_handler *handler);
/* With evtchn_table_forget. */
void evtchn_throttle_forget(void);
/* An event was of use. */
static inline void evtchn_throttle_reset(struct evtchn_handler *handler)
{
    handler->useless = handler->level = 0;
}

/* upcall.c: the event state of vCPU id, NULL before its evtchn_vcpu_init. */
struct evtchn_vcpu *evtchn_vcpu_find(unsigned id);
/* evtchn_deliver.c. Clears port and runs its handler if it is pending. False
 * if the port is another vCPU's: then nothing happened. Upcall context, on
 * vcpu. */
bool evtchn_deliver(struct evtchn_vcpu *vcpu, evtchn_port_t port);
/* Has Xen unmask a port that is masked: if an event waits, the port's vCPU
 * gets an upcall. Any context. */
void evtchn_unmask_by_xen(evtchn_port_t port);
/* Returns when vCPU vcpu is not in port's handler; if it is this one, at once,
 * as only the handler itself can be what calls. */
void evtchn_wait_idle(evtchn_port_t port, unsigned vcpu);

/* console.c. 0, or -XEN_ENODEV when the domain has no console ring. */
int console_init(void);
/* For a domain that is being saved and restored, nothing else runs: copies what
 * the other end has not taken, says how much that is; and puts it into the ring
 * of the new domain. */
size_t console_unread(char *buf, size_t size);
void console_renew(const char *unread, size_t length);

/* grant.c, for a domain that is being saved and restored, nothing else runs:
 * how many frames the table has; their copy, which has room for as many; and
 * the table of the new domain, in which nobody may map anything, but all
 * references are as they were to their owners. 0 or -XEN_E*. */
struct grant_entry_v1;
uint32_t grants_frame_count(void);
void grants_copy(struct grant_entry_v1 *copy);
int grants_renew(const struct grant_entry_v1 *copy);

/* clock.c: takes the time that clock_boot_ns gives. */
void clock_init(void);
/* Monotonic time goes on at monotonic_ns: Xen's may be another one's now. */
void clock_renew(uint64_t monotonic_ns);

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
