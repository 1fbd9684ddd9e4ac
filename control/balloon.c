/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `xl mem-set`: the toolstack writes to memory/target how much memory the guest
 * is to have, of memory/static-max; the rest goes to Xen or comes back. What
 * was reached is told in data/memory, in KiB as well: memory/ is not ours to
 * write. Sources: docs/misc/xenstore-paths.pandoc, "~/memory"; xen/memory.h,
 * XENMEM_decrease_reservation, XENMEM_populate_physmap.
 *
 * Only free pages go (pith/balloon.h). Where too few are, a thread tries again,
 * ever more seldom, until the target is reached or another one comes.
 */

#include "private.h"
#include <pith/balloon.h>
#include <pith/clock.h>
#include <pith/errno.h>
#include <pith/hypercall.h>
#include <pith/log.h>
#include <pith/mutex.h>
#include <pith/page.h>
#include <pith/thread.h>
#include <pith/waitq.h>
#include <pith/xenstore.h>
#include <xen/memory.h>

#define PAGE_KIB (PAGE_SIZE >> 10)
#define TARGET_MIN_KIB 2048ul /* no guest starts with less */
#define WAIT_MIN_NS (250 * NS_PER_MS)
#define WAIT_MAX_NS (32 * NS_PER_SEC)

/* lock protects the thread's being there, and what it is to do. */
static struct {
    struct mutex lock;
    bool runs;
    bool told; /* data/memory was written once; the thread's own */
    uint64_t target_kib, max_kib;
    uint32_t orders; /* how many targets came; changed wakes */
    struct waitq changed;
} wish = {.lock = MUTEX_INIT(wish.lock), .changed = WAITQ_INIT(wish.changed)};

static unsigned reservation(unsigned op, const uint64_t *gfns, unsigned count,
                            unsigned order)
{
    struct xen_memory_reservation arg = {
        .nr_extents = count, .extent_order = order, .domid = DOMID_SELF};
    long done;

    set_xen_guest_handle(arg.extent_start, (xen_pfn_t *)(uintptr_t)gfns);
    done = hypercall_memory_op(op, &arg);
    return done < 0 ? 0 : (unsigned)done;
}

static unsigned give(const uint64_t *gfns, unsigned count, unsigned order)
{
    return reservation(XENMEM_decrease_reservation, gfns, count, order);
}

static unsigned fill(const uint64_t *gfns, unsigned count, unsigned order)
{
    return reservation(XENMEM_populate_physmap, gfns, count, order);
}

/* Goes towards the target. True: it is reached. */
static bool approach(uint64_t target_kib, uint64_t max_kib, bool first)
{
    uint64_t wanted = (max_kib - target_kib) / PAGE_KIB;
    uint64_t before = balloon_pages(), reached;

    if (wanted > before)
        page_reclaim();
    /* Even with 0, for what is only held back. */
    if (wanted >= before)
        balloon_inflate(wanted - before, give);
    else
        balloon_deflate(before - wanted, fill);
    reached = max_kib - balloon_pages() * PAGE_KIB;
    if (wish.told || balloon_pages()) {
        xs_writef(XS_NO_TXN, "data", "memory", "%lu", reached);
        wish.told = true;
    }
    if (first && balloon_pages() != wanted)
        log_warning("control: memory/target is %lu KiB, reached %lu: %s",
                    target_kib, reached,
                    balloon_pages() < wanted ? "the rest is in use"
                                             : "Xen has no more");
    return balloon_pages() == wanted;
}

/* The thread ends when there is nothing to do. */
static bool is_done(uint32_t order)
{
    bool done;

    mutex_lock(&wish.lock);
    done = wish.orders == order;
    wish.runs = !done;
    mutex_unlock(&wish.lock);
    return done;
}

static void balloon_thread(void *arg)
{
    uint64_t target_kib, max_kib, wait_ns = 0;
    uint32_t order = 0;
    bool first;

    for (;;) {
        mutex_lock(&wish.lock);
        first = !wait_ns || order != wish.orders;
        order = wish.orders;
        target_kib = wish.target_kib;
        max_kib = wish.max_kib;
        mutex_unlock(&wish.lock);
        wait_ns = first ? WAIT_MIN_NS : MIN(2 * wait_ns, WAIT_MAX_NS);
        if (!approach(target_kib, max_kib, first))
            WAITQ_WAIT_UNTIL(&wish.changed, atomic_load(&wish.orders) != order,
                             clock_monotonic_ns() + wait_ns);
        else if (is_done(order))
            return;
    }
}

static void set_target(uint64_t target_kib, uint64_t max_kib)
{
    bool start;

    mutex_lock(&wish.lock);
    wish.target_kib = target_kib;
    wish.max_kib = max_kib;
    atomic_add(&wish.orders, 1);
    start = !wish.runs;
    wish.runs = true;
    mutex_unlock(&wish.lock);
    waitq_wake_all(&wish.changed);
    if (start &&
        !thread_start("balloon", THREAD_STACK_BYTES, balloon_thread, NULL)) {
        log_warning("control: memory/target: out of memory");
        wish.runs = false;
    }
}

/* What libxl did not write is what the memory map says. */
static uint64_t max_kib_of(const struct xs_op *op)
{
    uint64_t max_kib;

    if (op->result < 0 || xs_parse_u64(op->buf, UINT64_MAX, &max_kib))
        max_kib = balloon_ram_pages() * PAGE_KIB;
    return max_kib;
}

void balloon_obey(const struct xs_op *target, const struct xs_op *max)
{
    uint64_t target_kib, max_kib = max_kib_of(max);

    if (target->result == -XEN_ENOENT)
        return; /* nobody wants anything, as in dom0 */
    if (target->result < 0)
        log_warning("control: cannot read memory/target: %s",
                    errno_name((int)target->result));
    else if (xs_parse_u64(target->buf, max_kib, &target_kib) ||
             target_kib < TARGET_MIN_KIB)
        log_warning("control: memory/target is \"%s\": wants %lu to %lu KiB",
                    target->buf, TARGET_MIN_KIB, max_kib);
    else if (target_kib != max_kib || balloon_pages() || wish.told)
        set_target(target_kib, max_kib);
}

static void memory_fired(struct xs_watch *watch, const char *path)
{
    char target[24], max[24];
    struct xs_op ops[] = {BALLOON_OPS(target, max)};

    /* The first event: watch.c looks with all else. */
    if (!watch->arg) {
        watch->arg = watch;
        return;
    }
    xs_batch(XS_NO_TXN, ops, ARRAY_SIZE(ops));
    balloon_obey(&ops[0], &ops[1]);
}

struct xs_watch balloon_watch = {.fired = memory_fired};
