/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace rings' two ends. A ring is written by its vCPU alone, with
 * interrupts off; anybody may read it meanwhile. The time stamp, which is never
 * the same twice in a ring, tells the reader whether a record changed under
 * it: the writer makes it 0 first and sets it last.
 */

#include <pith/atomic.h>
#include <pith/cpu.h>
#include <pith/trace.h>

uint8_t trace_on;

void trace_put(const struct trace_event *event, uint64_t a, uint64_t b)
{
    unsigned long flags = irq_save();
    struct trace_ring *ring = this_cpu()->trace;
    struct trace_record *record;

    if (ring) {
        record = &ring->records[ring->written & ring->mask];
        WRITE_ONCE(record->tsc, 0);
        barrier_write(); /* with the first barrier in trace_get */
        record->event = event;
        record->a = a;
        record->b = b;
        atomic_store(&record->tsc, tsc_read()); /* with its second one */
        atomic_store(&ring->written, ring->written + 1);
    }
    irq_restore(flags);
}

bool trace_get(const struct trace_ring *ring, uint64_t n,
               struct trace_record *out)
{
    const struct trace_record *record = &ring->records[n & ring->mask];
    uint64_t tsc = atomic_load(&record->tsc);

    *out = *record;
    barrier_read();
    out->tsc = tsc;
    return tsc && READ_ONCE(record->tsc) == tsc &&
           atomic_load(&ring->written) - n <= ring->mask + 1;
}
