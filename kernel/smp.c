/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vCPUs: what each one needs, starting them, interrupting them, taking
 * them in and out of service. Owns the list of all.
 * Source: xen/vcpu.h, xen/hvm/hvm_vcpu.h.
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <pith/fpu.h>
#include <pith/heap.h>
#include <pith/hypercall.h>
#include <pith/log.h>
#include <pith/map.h>
#include <pith/page.h>
#include <pith/pagetable.h>
#include <pith/panic.h>
#include <pith/report.h>
#include <xen/vcpu.h>
/* After xen.h, on which it relies. */
#include <xen/hvm/hvm_vcpu.h>

#define IDLE_STACK_BYTES 16384
#define UP_TRY_NS (10 * NS_PER_MS)
#define UP_TRIES 500

/* count grows while vCPUs are started, by the boot vCPU; scheds[i] is set
 * before. call_lock protects fn, arg and changes of online; pending is counted
 * down atomically. */
static struct {
    unsigned count;
    unsigned online;
    struct sched *scheds[CPU_MAX];
    struct spinlock call_lock;
    void (*fn)(void *arg);
    void *arg;
    unsigned pending;
    /* Events for one vCPU at a time, so that too few of them serve some whole
     * and not all in part. */
    struct spinlock start_lock;
    uint32_t failed;      /* vCPUs that have no events; start_lock */
    struct waitq changed; /* a vCPU's online */
} smp = {.changed = WAITQ_INIT(smp.changed)};

bool sched_simple = true;

unsigned smp_count(void)
{
    return READ_ONCE(smp.count);
}

unsigned smp_online_count(void)
{
    return READ_ONCE(smp.online);
}

struct sched *smp_sched(unsigned cpu)
{
    return smp.scheds[cpu];
}

bool smp_is_online(unsigned cpu)
{
    return cpu < smp_count() && READ_ONCE(smp.scheds[cpu]->online);
}

/* --- interrupting each other --------------------------------------------- */

static void kicked(evtchn_port_t port, void *arg)
{
    struct sched *sched = arg;

    if (atomic_exchange(&sched->call_wanted, 0)) {
        smp.fn(smp.arg);
        atomic_sub(&smp.pending, 1);
    }
    timers_look(&sched->timers);
    place_look(sched);
    if (unlikely(READ_ONCE(current()->stop) & STOP_INTERRUPTED))
        preempt_set_due();
}

static int bind_kick(struct sched *sched)
{
    int rc = evtchn_bind_ipi(sched->cpu, kicked, sched, &sched->kick_port);

    if (!rc)
        evtchn_unmask(sched->kick_port);
    return rc;
}

int smp_renew(void)
{
    return smp.count > 1 ? bind_kick(this_sched()) : 0;
}

void smp_kick(struct sched *sched)
{
    evtchn_notify(sched->kick_port);
}

/* With preemption off and interrupts on: another vCPU that waits for the lock
 * still answers the call of the one that has it. */
void smp_call_others(void (*fn)(void *arg), void *arg)
{
    ASSERT(irq_enabled());
    if (smp_online_count() == 1)
        return;
    spin_lock(&smp.call_lock);
    smp.fn = fn;
    smp.arg = arg;
    atomic_store(&smp.pending, smp.online - 1);
    for (unsigned cpu = 0; cpu < smp.count; cpu++) {
        struct sched *sched = smp.scheds[cpu];

        if (sched == this_sched() || !sched->online)
            continue;
        atomic_store(&sched->call_wanted, 1);
        smp_kick(sched);
    }
    for (unsigned rounds = 1; atomic_load(&smp.pending); rounds++) {
        cpu_relax();
        if (rounds % 1000 == 0)
            spin_yield();
    }
    spin_unlock(&smp.call_lock);
}

/* --- starting ------------------------------------------------------------- */

/* Interrupts off, on the vCPU itself, or while it does not run. */
static void set_online(struct sched *sched, bool online)
{
    spin_lock_raw(&sched->lock);
    sched->online = online;
    spin_unlock_raw(&sched->lock);
    smp.online += online ? 1 : -1u;
}

/* False: it is to go online, and nobody wants that. */
static bool change_online(struct sched *sched, bool online)
{
    unsigned long flags;
    bool allowed;

    spin_lock(&smp.call_lock);
    allowed = !online || !sched->unwanted;
    if (allowed) {
        flags = irq_save();
        set_online(sched, online);
        irq_restore(flags);
    }
    spin_unlock(&smp.call_lock);
    return allowed;
}

/* Puts this vCPU into service: it is called from now on, and forgets what it
 * was not told before. Preemption off. */
static void join(struct sched *sched)
{
    while (!change_online(sched, true))
        hypercall_vcpu_op(VCPUOP_down, sched->cpu, NULL);
    tlb_flush_all();
    profile_start_here();
    waitq_wake_all(&smp.changed);
}

static struct sched *sched_new(struct cpu *cpu)
{
    struct sched *sched = heap_zalloc(sizeof(*sched));
    struct thread *idle = thread_new_idle();

    if (!sched || !idle) {
        heap_free(sched);
        heap_free(idle);
        return NULL;
    }
    sched_init(sched, idle, cpu->id);
    sched->owner = cpu;
    idle->home = sched;
    idle->context.running = 1;
    cpu->sched = sched;
    cpu->thread = idle;
    smp.scheds[cpu->id] = sched;
    return sched;
}

int smp_init(void)
{
    struct sched *sched = sched_new(this_cpu());

    if (!sched)
        return -XEN_ENOMEM;
    smp.count = 1;
    set_online(sched, true);
    tlb_start();
    heap_set_call_others(smp_call_others);
    return 0;
}

static int start_events(struct sched *sched)
{
    int rc;

    spin_lock_raw(&smp.start_lock);
    rc = evtchn_vcpu_init(sched->cpu);
    if (!rc)
        rc = timers_start();
    if (!rc)
        rc = bind_kick(sched);
    if (rc && !smp.failed++) /* the others fail likewise */
        log_error("smp: vCPU %u stays down: no events from Xen: %s", sched->cpu,
                  errno_name(rc));
    spin_unlock_raw(&smp.start_lock);
    return rc;
}

/* Where a further vCPU begins, on its idle thread's stack, interrupts off. */
static void secondary_main(void)
{
    struct sched *sched = this_sched();

    fpu_init();
    if (start_events(sched))
        for (;;)
            hypercall_vcpu_op(VCPUOP_down, sched->cpu, NULL);
    irq_enable();
    join(sched);
    sched_idle();
}

static char *stack_top(size_t bytes)
{
    char *stack = kstack_alloc(bytes);

    return stack ? stack + bytes : NULL;
}

/* Out of memory leaks what was taken: the vCPU is then one less, and the
 * system is at its end anyway. */
static struct cpu *cpu_new(unsigned id)
{
    struct cpu *cpu = heap_zalloc(sizeof(*cpu));
    struct cpu_stacks stacks = {
        .exception_top = stack_top(EXCEPTION_STACK_BYTES),
        .double_fault_top = stack_top(EXCEPTION_STACK_BYTES),
        .nmi_top = stack_top(EXCEPTION_STACK_BYTES),
        .interrupt_top = stack_top(INTERRUPT_STACK_BYTES),
    };

    if (!cpu || !stacks.exception_top || !stacks.double_fault_top ||
        !stacks.nmi_top || !stacks.interrupt_top)
        return NULL;
    cpu->id = id;
    cpu_set_stacks(cpu, &stacks);
    if (observe_cpu(cpu))
        return NULL;
    return sched_new(cpu) ? cpu : NULL;
}

static int start(unsigned id)
{
    struct vcpu_hvm_context context = {.mode = VCPU_HVM_MODE_64B};
    struct cpu *cpu = cpu_new(id);
    char *top = stack_top(IDLE_STACK_BYTES);
    struct cpu_control control;
    int rc;

    if (!cpu || !top)
        return -XEN_ENOMEM;
    cpu_get_control(&control);
    context.cpu_regs.x86_64.rip = (uint64_t)cpu_start_secondary;
    context.cpu_regs.x86_64.rsp = (uint64_t)top;
    context.cpu_regs.x86_64.rdi = (uint64_t)cpu;
    context.cpu_regs.x86_64.rsi = (uint64_t)secondary_main;
    context.cpu_regs.x86_64.rflags = 2;
    context.cpu_regs.x86_64.cr0 = control.cr0;
    context.cpu_regs.x86_64.cr3 = control.cr3;
    context.cpu_regs.x86_64.cr4 = control.cr4;
    context.cpu_regs.x86_64.efer = control.efer;
    rc = (int)hypercall_vcpu_op(VCPUOP_initialise, id, &context);
    if (rc)
        return rc;
    sched_simple = false;
    WRITE_ONCE(smp.count, id + 1);
    return (int)hypercall_vcpu_op(VCPUOP_up, id, NULL);
}

static uint64_t free_pages(void)
{
    struct page_stats stats;

    page_get_stats(&stats);
    return stats.free_pages;
}

/* All stacks together get half of the memory at most: the guest is to do
 * something, too. */
void smp_start(void)
{
    uint64_t reserve = 0;
    int rc;

    for (unsigned id = 1; id < CPU_MAX; id++) {
        /* Xen says so of numbers that the domain does not have. */
        if (hypercall_vcpu_op(VCPUOP_is_up, id, NULL) < 0)
            return;
        if (!reserve)
            reserve = free_pages() / 2;
        rc = id > 1 ? 0 : bind_kick(smp.scheds[0]);
        if (!rc)
            rc = free_pages() > reserve ? start(id) : -XEN_ENOMEM;
        if (rc) {
            log_error(
                "smp: vCPU %u cannot be started: %s; going on with %u", id,
                rc == -XEN_ENOMEM ? "no memory for its stacks" : errno_name(rc),
                id);
            return;
        }
    }
}

/* --- in and out of service ------------------------------------------------ */

/* In a thread that runs on sched's vCPU alone. Returns when the vCPU is up
 * again: down, it stands in the hypercall. */
static void stay_down(struct sched *sched)
{
    struct thread *thread;

    irq_disable();
    while ((thread = sched_take(sched, sched->cpu)))
        place_thread(thread);
    timer_cancel(&sched->slice);
    sched->slice_armed = 0;
    timers_move(&sched->timers, &smp.scheds[0]->timers);
    smp_kick(smp.scheds[0]);
    waitq_wake_all(&smp.changed);
    hypercall_vcpu_op(VCPUOP_down, sched->cpu, NULL);
    irq_enable();
}

static void go_down(void *arg)
{
    struct sched *sched = arg;
    struct cpuset only = {{0}};

    cpuset_add(&only, sched->cpu);
    thread_set_priority(THREAD_HIGH);
    if (thread_set_affinity(&only))
        return; /* it went down meanwhile */
    preempt_disable();
    heap_flush_cpu();
    change_online(sched, false);
    stay_down(sched);
    join(sched);
    preempt_enable();
}

/* Says again that sched's vCPU is to come up until it has: it may just have
 * been on its way down, and goes on to be down then. */
static int bring_up(struct sched *sched)
{
    int rc = -XEN_ETIME;

    for (unsigned i = 0; i < UP_TRIES && rc == -XEN_ETIME; i++) {
        rc = (int)hypercall_vcpu_op(VCPUOP_up, sched->cpu, NULL);
        if (!rc)
            rc = WAITQ_WAIT_UNTIL(&smp.changed, READ_ONCE(sched->online),
                                  clock_monotonic_ns() + UP_TRY_NS);
    }
    return rc;
}

int smp_set_online(unsigned cpu, bool online)
{
    struct sched *sched;
    bool was_online;

    if (cpu == 0 || cpu >= smp_count())
        return -XEN_EINVAL;
    sched = smp.scheds[cpu];
    spin_lock(&smp.call_lock);
    sched->unwanted = !online;
    was_online = sched->online;
    spin_unlock(&smp.call_lock);
    /* One that is not wanted and starts just now goes down by itself. */
    if (was_online == online)
        return 0;
    if (online)
        return bring_up(sched);
    if (!thread_start("vcpu down", THREAD_STACK_BYTES, go_down, sched))
        return -XEN_ENOMEM;
    return WAITQ_WAIT_UNTIL(&smp.changed, !READ_ONCE(sched->online),
                            DEADLINE_NEVER);
}
