/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Upcalls: how Xen interrupts a vCPU for events, by its own vector or by the
 * domain's callback vector, and what then looks for them.
 * Source: xen/hvm/hvm_op.h, xen/hvm/params.h, xen/vcpu.h.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/counter.h>
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/hypercall.h>
#include <pith/lapic.h>
#include <pith/map.h>
#include <pith/page.h>
#include <pith/panic.h>
#include <pith/preempt.h>
#include <pith/string.h>
#include <pith/suspend.h>
#include <pith/trace.h>
#include <pith/vectors.h>
#include <pith/xeninfo.h>
#include <xen/arch-x86/cpuid.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/vcpu.h>
#include <xen/version.h>

enum mode { MODE_AUTO, MODE_VCPU, MODE_CALLBACK };

/* Set while one vCPU runs; vcpus grows at its head by compare-and-exchange and
 * never shrinks. */
static struct {
    enum mode mode;
    volatile void *xapic;
    struct evtchn_vcpu *vcpus;
    uint64_t timing; /* of all vCPUs: what a race loses is no loss */
} upcall;

/*
 * An upcall ends after so many rounds even if events keep coming, so that
 * senders without end cannot hold the interrupted thread for ever. Nothing is
 * lost: an event that was announced after the last clearing of upcall_pending
 * made Xen raise the vector again, and for what the scan left we ask.
 */
#define MAX_ROUNDS 16

static int set_vector(const struct evtchn_vcpu *vcpu)
{
    struct xen_hvm_evtchn_upcall_vector op = {.vcpu = vcpu->id,
                                              .vector = VECTOR_UPCALL};

    return hypercall_hvm_op(HVMOP_set_evtchn_upcall_vector, &op);
}

/* Has Xen make another upcall as soon as interrupts are on: setting the vector
 * raises it; the callback vector follows upcall_pending whenever Xen enters
 * the guest, so any hypercall does. */
static void ask_for_upcall(struct evtchn_vcpu *vcpu)
{
    if (vcpu->wants_eoi) {
        set_vector(vcpu);
        return;
    }
    WRITE_ONCE(vcpu->info.evtchn_upcall_pending, 1);
    hypercall_xen_version(XENVER_version, NULL);
}

TRACE_EVENT(traced_upcall, "xen: upcall, %lu events");

/* kernel/ mixes the time of every so many-th upcall into its random numbers;
 * a power of two. Not of each: reading the TSC may be an exit. */
#define TIMING_EVERY 64

static void handle_upcall(struct trap_frame *frame)
{
    struct cpu *cpu = this_cpu();
    struct evtchn_vcpu *vcpu = cpu->evtchn;
    uint64_t events_before = vcpu->stats.events;
    unsigned round = 0;
    bool more;

    cpu->upcall_depth++;
    vcpu->interrupted = frame;
    if (vcpu->wants_eoi)
        lapic_eoi();
    do {
        /* A full barrier, with Xen, which sets the port's bits first: cleared
         * before the scan, no event is overlooked. */
        atomic_exchange(&vcpu->info.evtchn_upcall_pending, 0);
        more = evtchn_abi->scan(vcpu);
    } while ((more || READ_ONCE(vcpu->info.evtchn_upcall_pending)) &&
             ++round < MAX_ROUNDS);
    if (unlikely(more))
        ask_for_upcall(vcpu);
    if (unlikely(!(++vcpu->stats.upcalls % TIMING_EVERY)))
        WRITE_ONCE(upcall.timing, READ_ONCE(upcall.timing) * 3 + tsc_read());
    vcpu->stats.spurious += vcpu->stats.events == events_before;
    vcpu->interrupted = NULL;
    cpu->upcall_depth--;
    trace(traced_upcall, vcpu->stats.events - events_before, 0);
    if (unlikely(!cpu->preempt))
        preempt_interrupted(frame);
}

const struct trap_frame *evtchn_interrupted(void)
{
    const struct evtchn_vcpu *vcpu = this_cpu()->evtchn;

    return vcpu->interrupted;
}

const struct vcpu_info *vcpu_info_this(void)
{
    const struct cpu *cpu = this_cpu();
    const struct evtchn_vcpu *vcpu = cpu->evtchn;

    if (vcpu)
        return &vcpu->info;
    ASSERT(cpu->id == 0); /* the shared info page has no room for all */
    return &xen_shared_info()->vcpu_info[0];
}

/* True if the EOI that the per-vCPU vector needs costs no exit. */
static bool eoi_is_free(void)
{
    uint32_t features = xen_hvm_features();

    return (features & XEN_HVM_CPUID_UPCALL_VECTOR) &&
           (features &
            (XEN_HVM_CPUID_APIC_ACCESS_VIRT | XEN_HVM_CPUID_X2APIC_VIRT));
}

static int enable_lapic(void)
{
    int rc = lapic_enable(upcall.xapic);

    if (rc != -XEN_EINVAL || upcall.xapic)
        return rc;
    upcall.xapic = map_device(LAPIC_PADDR, PAGE_SIZE, PT_WRITE | PT_UNCACHED);
    return upcall.xapic ? lapic_enable(upcall.xapic) : -XEN_ENOMEM;
}

static int bind_vcpu_vector(struct evtchn_vcpu *vcpu)
{
    int rc = enable_lapic();

    if (rc)
        return rc;
    vcpu->wants_eoi = true;
    rc = set_vector(vcpu);
    if (rc)
        vcpu->wants_eoi = false;
    return rc;
}

static int bind_callback_vector(void)
{
    return hvm_param_set(HVM_PARAM_CALLBACK_IRQ,
                         (uint64_t)HVM_PARAM_CALLBACK_TYPE_VECTOR << 56 |
                             VECTOR_UPCALL);
}

/* The boot vCPU settles "auto" for all: Xen delivers both vectors, and so each
 * event twice, where both are set. */
static int bind_boot_vcpu(struct evtchn_vcpu *vcpu)
{
    int rc = -XEN_EOPNOTSUPP;

    vector_set_handler(VECTOR_UPCALL, handle_upcall);
    if (upcall.mode == MODE_VCPU || (upcall.mode == MODE_AUTO && eoi_is_free()))
        rc = bind_vcpu_vector(vcpu);
    if (rc && upcall.mode != MODE_VCPU) {
        upcall.mode = MODE_CALLBACK;
        return bind_callback_vector();
    }
    if (!rc) {
        upcall.mode = MODE_VCPU;
        xen_info_set_per_vcpu_upcall();
    }
    return rc;
}

int evtchn_set_upcall_mode(const char *mode)
{
    if (!strcmp(mode, "auto"))
        upcall.mode = MODE_AUTO;
    else if (!strcmp(mode, "vcpu"))
        upcall.mode = MODE_VCPU;
    else if (!strcmp(mode, "callback"))
        upcall.mode = MODE_CALLBACK;
    else
        return -XEN_EINVAL;
    return 0;
}

/* Xen copies what it had recorded so far, and raises a first upcall in case
 * something was pending. */
static int register_vcpu_info(struct evtchn_vcpu *vcpu)
{
    uint64_t paddr = virt_to_phys(&vcpu->info);
    struct vcpu_register_vcpu_info op = {.mfn = paddr >> PAGE_SHIFT,
                                         .offset = paddr % PAGE_SIZE};

    return hypercall_vcpu_op(VCPUOP_register_vcpu_info, vcpu->id, &op);
}

struct evtchn_vcpu *evtchn_vcpu_find(unsigned id)
{
    struct evtchn_vcpu *vcpu = atomic_load(&upcall.vcpus);

    while (vcpu && vcpu->id != id)
        vcpu = vcpu->next;
    return vcpu;
}

static int bind_vector(struct evtchn_vcpu *vcpu)
{
    if (vcpu->id == 0)
        return bind_boot_vcpu(vcpu);
    return upcall.mode == MODE_VCPU ? bind_vcpu_vector(vcpu) : 0;
}

/* Interrupts off: the callback vector finds this vCPU as soon as it has its
 * vcpu_info. Takes vcpu, except in case of an error of that first step: after
 * it Xen writes there, and nothing takes that back. */
static int start(struct evtchn_vcpu *vcpu)
{
    int rc = register_vcpu_info(vcpu);

    if (rc) {
        heap_free(vcpu);
        return rc;
    }
    this_cpu()->evtchn = vcpu;
    vcpu->next = atomic_load(&upcall.vcpus);
    while (!atomic_compare_exchange(&upcall.vcpus, &vcpu->next, vcpu))
        ;
    rc = evtchn_abi_start(vcpu);
    return rc ? rc : bind_vector(vcpu);
}

int evtchn_vcpu_init(unsigned id)
{
    struct evtchn_vcpu *vcpu =
        heap_alloc_aligned(_Alignof(struct evtchn_vcpu), sizeof(*vcpu));
    unsigned long flags;
    int rc;

    if (!vcpu)
        return -XEN_ENOMEM;
    memset(vcpu, 0, sizeof(*vcpu));
    vcpu->id = id;
    flags = irq_save();
    rc = start(vcpu);
    irq_restore(flags);
    return rc;
}

/* What Xen wrote here was another domain's; what it finds here it keeps. */
static void clear(struct evtchn_vcpu *vcpu)
{
    vcpu->info = (struct vcpu_info){0};
    vcpu->clock = (struct clock_record){0};
    vcpu->fifo = (struct evtchn_fifo_control_block){0};
    memset(vcpu->fifo_head, 0, sizeof(vcpu->fifo_head));
    vcpu->fifo_ready = 0;
}

int evtchn_vcpu_renew(void)
{
    struct evtchn_vcpu *vcpu = this_cpu()->evtchn;
    int rc;

    clear(vcpu);
    rc = register_vcpu_info(vcpu);
    if (!rc)
        rc = evtchn_abi->vcpu_init(vcpu);
    if (!rc && vcpu->id == 0 && evtchn_abi->renew)
        rc = evtchn_abi->renew();
    return rc ? rc : bind_vector(vcpu);
}

uint64_t evtchn_timing(void)
{
    return READ_ONCE(upcall.timing);
}

void evtchn_get_stats(struct evtchn_stats *out)
{
    struct evtchn_stats sum = {0};

    for (const struct evtchn_vcpu *vcpu = atomic_load(&upcall.vcpus); vcpu;
         vcpu = vcpu->next) {
        sum.upcalls += READ_ONCE(vcpu->stats.upcalls);
        sum.events += READ_ONCE(vcpu->stats.events);
        sum.spurious += READ_ONCE(vcpu->stats.spurious);
        sum.throttled += READ_ONCE(vcpu->stats.throttled);
    }
    *out = sum;
}

static void list_stats(const struct counter_sink *sink)
{
    uint64_t upcalls[CPU_MAX] = {0}, events[CPU_MAX] = {0};
    uint64_t spurious[CPU_MAX] = {0};
    unsigned count = 0;

    for (const struct evtchn_vcpu *vcpu = atomic_load(&upcall.vcpus); vcpu;
         vcpu = vcpu->next) {
        upcalls[vcpu->id] = READ_ONCE(vcpu->stats.upcalls);
        events[vcpu->id] = READ_ONCE(vcpu->stats.events);
        spurious[vcpu->id] = READ_ONCE(vcpu->stats.spurious);
        count = MAX(count, vcpu->id + 1);
    }
    sink->put(sink, "xen.upcalls", upcalls, count);
    sink->put(sink, "xen.events", events, count);
    sink->put(sink, "xen.spurious_upcalls", spurious, count);
}

COUNTER_LIST(upcalls, list_stats);
