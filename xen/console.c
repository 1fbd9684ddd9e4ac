/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console ring to xenconsoled: owns the mapped page, both private indices
 * and the event channel. The other end is checked like any peer: an index that
 * cannot be ends the use of the ring, and callers see a domain without one.
 * Source: xen/io/console.h, HVM_PARAM_CONSOLE_* in xen/hvm/params.h.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/console.h>
#include <pith/errno.h>
#include <pith/format.h>
#include <pith/map.h>
#include <pith/ringidx.h>
#include <pith/spinlock.h>
#include <pith/string.h>
#include <pith/xeninfo.h>
#include <xen/hvm/params.h>
#include <xen/io/console.h>

static struct {
    struct spinlock lock; /* all below but handler; with interrupts off */
    struct xencons_interface *ring; /* NULL: none, or given up */
    uint64_t gfn;
    evtchn_port_t port;
    uint32_t out_prod, in_cons; /* ours; the shared ones are only written */
    void (*handler)(void);
} console = {.lock = SPINLOCK_INIT};

#define OUT_BYTES sizeof(console.ring->out)
#define IN_BYTES sizeof(console.ring->in)

#define LOST "xen: console: the restored domain has no ring\n"

/* The emergency console and not the log, whose sink may be this ring. Outside
 * the lock. */
static void report_broken(const char *name, uint32_t index)
{
    char line[80];
    int length = format(line, sizeof(line),
                        "xen: console: impossible %s %u, ring given up\n", name,
                        index);

    emergency_write(line, length);
}

/* Bytes of output that the other end has not taken, -XEN_EIO if it claims to
 * have taken more than there was; *index is what it said. */
static long out_waiting_locked(uint32_t *index)
{
    *index = READ_ONCE(console.ring->out_cons);
    if (!ringidx_overflows(console.out_prod, *index, OUT_BYTES))
        return ringidx_ahead(console.out_prod, *index);
    console.ring = NULL;
    return -XEN_EIO;
}

static long in_waiting_locked(uint32_t *index)
{
    *index = READ_ONCE(console.ring->in_prod);
    if (!ringidx_overflows(*index, console.in_cons, IN_BYTES))
        return ringidx_ahead(*index, console.in_cons);
    console.ring = NULL;
    return -XEN_EIO;
}

/* Puts text, which fits, into the ring. */
static void put_locked(const char *text, size_t length)
{
    struct xencons_interface *ring = console.ring;
    size_t at = MASK_XENCONS_IDX(console.out_prod, ring->out);
    size_t first = MIN(length, OUT_BYTES - at);

    memcpy(ring->out + at, text, first);
    memcpy(ring->out, text + first, length - first);
    console.out_prod += length;
    /* With xenconsoled's between reading out_prod and the text. */
    barrier_write();
    WRITE_ONCE(ring->out_prod, console.out_prod);
}

/* Takes length bytes, which are there. True if the ring had been full, so that
 * the other end waits to be told of the room. */
static bool take_locked(char *buf, size_t length)
{
    struct xencons_interface *ring = console.ring;
    size_t at = MASK_XENCONS_IDX(console.in_cons, ring->in);
    size_t first = MIN(length, IN_BYTES - at);
    uint32_t before = console.in_cons;

    /* With xenconsoled's between writing the text and in_prod. */
    barrier_read();
    memcpy(buf, ring->in + at, first);
    memcpy(buf + first, ring->in, length - first);
    console.in_cons += length;
    /* Taken before freed; with xenconsoled's between reading in_cons and
     * writing over the text. */
    barrier_write();
    WRITE_ONCE(ring->in_cons, console.in_cons);
    /* It may have filled the ring after we looked and before it could see the
     * new in_cons: look once more, with the new index published. */
    barrier_full();
    return ringidx_ahead(READ_ONCE(ring->in_prod), before) >= IN_BYTES;
}

long console_write(const char *text, size_t length)
{
    unsigned long flags = spin_lock_irqsave(&console.lock);
    evtchn_port_t port = console.port;
    long result = -XEN_ENODEV;
    uint32_t index = 0;

    if (console.ring) {
        result = out_waiting_locked(&index);
        if (result >= 0) {
            result = MIN(length, OUT_BYTES - result);
            put_locked(text, result);
        }
    }
    spin_unlock_irqrestore(&console.lock, flags);
    if (result == -XEN_EIO) {
        report_broken("out_cons", index);
        return -XEN_ENODEV;
    }
    if (result > 0)
        evtchn_notify(port);
    return result;
}

long console_read(char *buf, size_t size)
{
    unsigned long flags = spin_lock_irqsave(&console.lock);
    evtchn_port_t port = console.port;
    long result = -XEN_ENODEV;
    uint32_t index = 0;
    bool was_full = false;

    if (console.ring) {
        result = in_waiting_locked(&index);
        if (result > 0) {
            result = MIN((size_t)result, size);
            was_full = take_locked(buf, result);
        }
    }
    spin_unlock_irqrestore(&console.lock, flags);
    if (result == -XEN_EIO) {
        report_broken("in_prod", index);
        return -XEN_ENODEV;
    }
    if (was_full)
        evtchn_notify(port);
    return result;
}

size_t console_room(void)
{
    unsigned long flags = spin_lock_irqsave(&console.lock);
    long waiting = OUT_BYTES;
    uint32_t index = 0;

    if (console.ring)
        waiting = out_waiting_locked(&index);
    spin_unlock_irqrestore(&console.lock, flags);
    if (waiting < 0) {
        report_broken("out_cons", index);
        return 0;
    }
    return OUT_BYTES - waiting;
}

/* A writer that was stopped halfway has not moved the index yet: its text is
 * overwritten. */
void console_break_lock(void)
{
    atomic_store(&console.lock.held, 0);
}

static void on_event(evtchn_port_t port, void *arg)
{
    console.handler();
}

void console_set_event_handler(void (*handler)(void))
{
    bool first = !atomic_exchange(&console.handler, handler);

    if (first && console.ring)
        evtchn_unmask(console.port);
}

/* Output that nobody has taken: with the domain it would be lost. */
size_t console_unread(char *buf, size_t size)
{
    uint32_t index;
    long length = console.ring ? out_waiting_locked(&index) : 0;
    size_t at = MASK_XENCONS_IDX(console.out_prod - (uint32_t)length,
                                 console.ring->out);
    size_t first;

    length = MIN(length, (long)size);
    if (length <= 0)
        return 0;
    first = MIN((size_t)length, OUT_BYTES - at);
    memcpy(buf, console.ring->out + at, first);
    memcpy(buf + first, console.ring->out, (size_t)length - first);
    return (size_t)length;
}

/* The page is elsewhere after a restore only if the new toolstack lays memory
 * out in another way; the old mapping stays then. */
static int map_ring(uint64_t gfn)
{
    if (console.ring && console.gfn == gfn)
        return 0;
    console.gfn = gfn;
    console.ring = (struct xencons_interface *)map_device(gfn << PAGE_SHIFT,
                                                          PAGE_SIZE, PT_WRITE);
    return console.ring ? 0 : -XEN_ENOMEM;
}

int console_init(void)
{
    uint64_t gfn, port;
    int rc;

    if (hvm_param_get(HVM_PARAM_CONSOLE_PFN, &gfn) || !gfn ||
        hvm_param_get(HVM_PARAM_CONSOLE_EVTCHN, &port) || !port)
        return -XEN_ENODEV;
    rc = evtchn_adopt(port, on_event, NULL);
    if (!rc)
        rc = map_ring(gfn);
    if (rc)
        return rc;
    console.port = port;
    /* Where an earlier kernel in this domain, if any, stopped. */
    console.out_prod = READ_ONCE(console.ring->out_prod);
    console.in_cons = READ_ONCE(console.ring->in_cons);
    return 0;
}

void console_renew(const char *unread, size_t length)
{
    if (!console.ring)
        return;
    if (console_init()) {
        console.ring = NULL;
        emergency_write(LOST, sizeof(LOST) - 1);
        return;
    }
    if (console.handler)
        evtchn_unmask(console.port);
    console_write(unread, length);
}
