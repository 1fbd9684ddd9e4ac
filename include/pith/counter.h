/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters: numbers that only grow, one for each vCPU, gathered by the linker
 * from the objects of an image and listed by kernel/ (pith/report.h). arch/.
 *
 *     COUNTER(grants, "xen.grants");
 *     counter_add(grants, 1);
 *
 * vCPU 0 counts in place, the others in copies that cpu->counters leads to.
 */
#ifndef PITH_COUNTER_H
#define PITH_COUNTER_H

#include <pith/atomic.h>
#include <pith/cpu.h>

/* What takes the values that a counter_list_fn hands out. values has count
 * entries, one for each vCPU from 0, or one alone for the whole system; name
 * and values are borrowed for the call. */
struct counter_sink {
    void (*put)(const struct counter_sink *sink, const char *name,
                const uint64_t *values, unsigned count);
};

/* Hands out numbers that are kept elsewhere: a device's, an allocator's. Thread
 * context. */
typedef void counter_list_fn(const struct counter_sink *sink);

struct counter {
    const char *name;
    uint64_t *value;       /* vCPU 0's, or NULL: */
    counter_list_fn *list; /* says names and values itself */
};

/* Defines the counter ident, for this file; counter_name is "ROOM.what". */
#define COUNTER(ident, counter_name) \
    static uint64_t ident __section(".bss.pith_counters"); \
    static const struct counter counter_##ident __used __section( \
        ".pith.counters") __aligned(8) = {counter_name, &ident, NULL}

#define COUNTER_LIST(ident, list_fn) \
    static const struct counter counter_##ident __used __section( \
        ".pith.counters") __aligned(8) = {NULL, NULL, list_fn}

/* Any context once cpu_init has run. Locked, because a thread may be preempted
 * between the two halves and then count on another vCPU's behalf. */
#define counter_add(ident, n) \
    ((void)atomic_add( \
        (uint64_t *)((uintptr_t) & (ident) + cpu_read(counters)), n))

#endif
