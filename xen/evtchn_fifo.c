/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The FIFO event ABI: a word for each port, and for each vCPU and priority a
 * queue of the ports that fired, linked through those words. Source:
 * EVTCHNOP_init_control, EVTCHNOP_expand_array and struct
 * evtchn_fifo_control_block in xen/event_channel.h.
 *
 * Xen appends. To an unmasked port that is not LINKED it sets PENDING, then
 * LINKED, then puts the port's number into the LINK of the queue's last word
 * if that one is still LINKED. If it is not, the queue is empty: Xen writes
 * the queue's head, sets its bit in ready, and makes an upcall. While it
 * changes a LINK it may set the word BUSY, and this side then must not clear
 * MASKED. This side takes from the front: it clears LINKED and LINK in one
 * step, and the LINK that it found is the new front, 0 if the queue is empty.
 *
 * All changes of a word are locked instructions on both sides, thus full
 * barriers for each other. Words and queues are Xen's and ours alone.
 */
#include "private.h"

#include <pith/atomic.h>
#include <pith/cpu.h>
#include <pith/errno.h>
#include <pith/hypercall.h>
#include <pith/page.h>

#define PENDING (1u << EVTCHN_FIFO_PENDING)
#define MASKED (1u << EVTCHN_FIFO_MASKED)
#define LINKED (1u << EVTCHN_FIFO_LINKED)
#define BUSY (1u << EVTCHN_FIFO_BUSY)
#define LINK EVTCHN_FIFO_LINK_MASK

#define PAGE_WORDS (PAGE_SIZE / sizeof(event_word_t))

/* Ports of one scan, so that it ends although events keep coming. */
#define SCAN_PORTS 64

/* Grows under evtchn_table.c's lock. Who has got a port from there may look up
 * its page without one. */
static struct {
    event_word_t *pages[EVTCHN_FIFO_NR_CHANNELS / PAGE_WORDS];
    uint32_t page_count;
} array;

static event_word_t *word_of(evtchn_port_t port)
{
    return &array.pages[port / PAGE_WORDS][port % PAGE_WORDS];
}

/* Xen remembers what arrived for the ports of a page that it does not have,
 * and sets them PENDING when it gets the page. */
static int add_page(void)
{
    const uint64_t two_masked = (uint64_t)MASKED << 32 | MASKED;
    uint64_t *page = page_alloc(0);
    struct evtchn_expand_array op;
    int rc;

    if (!page)
        return -XEN_ENOMEM;
#pragma GCC unroll 8
    for (unsigned i = 0; i < PAGE_WORDS / 2; i++)
        page[i] = two_masked;
    op.array_gfn = virt_to_phys(page) >> PAGE_SHIFT;
    rc = hypercall_event_channel_op(EVTCHNOP_expand_array, &op);
    if (rc) {
        page_free(page, 0);
        return rc;
    }
    array.pages[array.page_count++] = (event_word_t *)page;
    return 0;
}

static int renew(void)
{
    for (uint32_t page = 0; page < array.page_count; page++) {
        struct evtchn_expand_array op = {
            .array_gfn = virt_to_phys(array.pages[page]) >> PAGE_SHIFT};
        int rc;

        for (unsigned i = 0; i < PAGE_WORDS; i++)
            array.pages[page][i] = MASKED;
        rc = hypercall_event_channel_op(EVTCHNOP_expand_array, &op);
        if (rc)
            return rc;
    }
    return 0;
}

static int port_init(evtchn_port_t port)
{
    int rc = 0;

    if (port >= EVTCHN_FIFO_NR_CHANNELS)
        return -XEN_ENOSPC;
    while (!rc && port / PAGE_WORDS >= array.page_count)
        rc = add_page();
    return rc;
}

/* The first call is what changes the domain's ABI. */
static int vcpu_init(struct evtchn_vcpu *vcpu)
{
    uint64_t paddr = virt_to_phys(&vcpu->fifo);
    struct evtchn_init_control op = {.control_gfn = paddr >> PAGE_SHIFT,
                                     .offset = paddr % PAGE_SIZE,
                                     .vcpu = vcpu->id};

    return hypercall_event_channel_op(EVTCHNOP_init_control, &op);
}

static bool mask(evtchn_port_t port)
{
    return atomic_or(word_of(port), MASKED) & MASKED;
}

static void unmask(evtchn_port_t port)
{
    event_word_t *word = word_of(port), old = READ_ONCE(*word) & ~BUSY;

    /* Waits out BUSY, which Xen sets for a few instructions. */
    while (!atomic_compare_exchange(word, &old, old & ~MASKED)) {
        old &= ~BUSY;
        cpu_relax();
    }
}

static bool is_pending(evtchn_port_t port)
{
    return atomic_load(word_of(port)) & PENDING;
}

static bool test_and_clear(evtchn_port_t port)
{
    return atomic_and(word_of(port), ~PENDING) & PENDING;
}

/* Takes port off its queue and returns its word as it was. The exchange fails
 * if Xen appends to the port in between. */
static event_word_t unlink(evtchn_port_t port)
{
    event_word_t *word = word_of(port), old = READ_ONCE(*word);

    while (!atomic_compare_exchange(word, &old, old & ~(LINKED | LINK)))
        ;
    return old;
}

/*
 * A port that moved while it was in this vCPU's queue is not ours, and Xen
 * does not put it into another queue while it is LINKED: unlinked now, Xen has
 * to look at it once more. If somebody masked it, it will when that ends.
 */
static void hand_over(evtchn_port_t port)
{
    if (!mask(port))
        evtchn_unmask_by_xen(port);
}

static void take_first(struct evtchn_vcpu *vcpu, unsigned queue)
{
    evtchn_port_t port = vcpu->fifo_head[queue];
    event_word_t was;

    /* Written before the bit in ready that brought us here. */
    if (!port)
        port = READ_ONCE(vcpu->fifo.head[queue]);
    was = unlink(port);
    vcpu->fifo_head[queue] = was & LINK;
    if (!(was & LINK))
        vcpu->fifo_ready &= ~(1u << queue);
    /* What becomes pending or unmasked from now on, Xen links anew, or who
     * unmasks delivers. */
    if ((was & (PENDING | MASKED)) == PENDING && !evtchn_deliver(vcpu, port))
        hand_over(port);
}

static bool scan(struct evtchn_vcpu *vcpu)
{
    for (unsigned i = 0; i < SCAN_PORTS; i++) {
        /* The exchange is a barrier, with Xen's setting of the bit between
         * writing the head and this side reading it. Looked at again for each
         * port: one of higher priority may have come. */
        if (READ_ONCE(vcpu->fifo.ready))
            vcpu->fifo_ready |= atomic_exchange(&vcpu->fifo.ready, 0);
        if (!vcpu->fifo_ready)
            return false;
        take_first(vcpu, __builtin_ctz(vcpu->fifo_ready));
    }
    return vcpu->fifo_ready;
}

static int set_priority(evtchn_port_t port, unsigned priority)
{
    struct evtchn_set_priority op = {.port = port, .priority = priority};

    return hypercall_event_channel_op(EVTCHNOP_set_priority, &op);
}

const struct evtchn_abi evtchn_fifo = {
    .name = "fifo",
    .last_port = EVTCHN_FIFO_NR_CHANNELS - 1,
    .vcpu_init = vcpu_init,
    .renew = renew,
    .port_init = port_init,
    .mask = mask,
    .unmask = unmask,
    .is_pending = is_pending,
    .test_and_clear = test_and_clear,
    .scan = scan,
    .set_priority = set_priority,
};
