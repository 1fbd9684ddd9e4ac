/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Xen's side of the FIFO event ABI, as its headers and its behaviour have it,
 * for the host tests that include xen/evtchn_fifo.c: appends to queues, takes
 * pages and control blocks. model_step is called between any two steps that the
 * other side could come between.
 */
#ifndef XEN_FIFO_MODEL_H
#define XEN_FIFO_MODEL_H

#include <pith/atomic.h>
#include <pith/errno.h>
#include <pith/hypercall.h>
#include <pith/page.h>
#include <pthread.h>

#define MODEL_VCPUS 2
#define MODEL_PORTS (1u << 17)
#define MODEL_PAGE_WORDS (PAGE_SIZE / sizeof(event_word_t))

struct model_port {
    unsigned vcpu, priority, last_vcpu, last_priority;
    unsigned sent; /* events that did not merge with one before */
    bool pending;  /* while its page is missing */
};

static struct {
    pthread_mutex_t lock;
    event_word_t *pages[MODEL_PORTS / MODEL_PAGE_WORDS];
    unsigned page_count, page_limit;
    struct {
        struct evtchn_fifo_control_block *control;
        uint32_t tail[EVTCHN_FIFO_MAX_QUEUES];
        unsigned upcalls; /* how many were raised */
    } vcpus[MODEL_VCPUS];
    struct model_port ports[MODEL_PORTS];
    unsigned hypercalls;
} model = {.lock = PTHREAD_MUTEX_INITIALIZER,
           .page_limit = MODEL_PORTS / MODEL_PAGE_WORDS};

/* The test's. */
static void model_step(void);

static event_word_t *model_word(unsigned port)
{
    if (port / MODEL_PAGE_WORDS >= model.page_count)
        return NULL;
    return &model.pages[port / MODEL_PAGE_WORDS][port % MODEL_PAGE_WORDS];
}

/* One exchange: 1 done, 0 the word is not linked any more, -1 it changed. */
static int model_try_link(event_word_t *word, unsigned port)
{
    event_word_t old = atomic_load(word);

    if (!(old & LINKED))
        return 0;
    model_step();
    return atomic_compare_exchange(
               word, &old, (old & ~(BUSY | EVTCHN_FIFO_LINK_MASK)) | port)
               ? 1
               : -1;
}

static bool model_link(event_word_t *tail, unsigned port)
{
    int done = model_try_link(tail, port);

    if (done >= 0)
        return done;
    atomic_or(tail, BUSY); /* this side does not unmask it now */
    do
        done = model_try_link(tail, port);
    while (done < 0);
    if (!done)
        atomic_and(tail, ~BUSY);
    return done;
}

/* Puts port, which is LINKED now, into its queue; true if that was empty. */
static bool model_append_locked(unsigned port)
{
    struct model_port *p = &model.ports[port];
    uint32_t *old_tail = &model.vcpus[p->last_vcpu].tail[p->last_priority];
    uint32_t *tail = &model.vcpus[p->vcpu].tail[p->priority];
    bool linked = false;

    if (*old_tail == port)
        *old_tail = 0;
    p->last_vcpu = p->vcpu;
    p->last_priority = p->priority;
    if (*tail)
        linked = model_link(model_word(*tail), port);
    model_step();
    if (!linked)
        atomic_store(&model.vcpus[p->vcpu].control->head[p->priority], port);
    *tail = port;
    return !linked;
}

static void model_send_locked(unsigned port)
{
    struct model_port *p = &model.ports[port];
    event_word_t *word = model_word(port);
    uint32_t bit = 1u << p->priority;
    bool first;

    if (!word) {
        p->pending = true;
        return;
    }
    model_step();
    p->sent += !(atomic_or(word, PENDING) & PENDING);
    model_step();
    if (atomic_load(word) & MASKED)
        return;
    model_step();
    if (atomic_or(word, LINKED) & LINKED)
        return;
    model_step();
    first = model_append_locked(port);
    model_step();
    if (first && !(atomic_or(&model.vcpus[p->vcpu].control->ready, bit) & bit))
        atomic_add(&model.vcpus[p->vcpu].upcalls, 1);
    model_step();
}

static void model_send(unsigned port)
{
    pthread_mutex_lock(&model.lock);
    model_send_locked(port);
    pthread_mutex_unlock(&model.lock);
}

static void model_unmask(unsigned port)
{
    pthread_mutex_lock(&model.lock);
    atomic_and(model_word(port), ~MASKED);
    if (atomic_load(model_word(port)) & PENDING)
        model_send_locked(port);
    pthread_mutex_unlock(&model.lock);
}

static int model_add_page(uint64_t gfn)
{
    unsigned port = model.page_count * MODEL_PAGE_WORDS;

    if (model.page_count >= model.page_limit)
        return -XEN_ENOSPC;
    model.pages[model.page_count] = phys_to_virt(gfn << PAGE_SHIFT);
    model.page_count++;
    for (unsigned i = port; i < port + MODEL_PAGE_WORDS; i++)
        if (model.ports[i].pending)
            model_send(i);
    return 0;
}

long hypercall_event_channel_op(unsigned cmd, void *arg)
{
    struct evtchn_init_control *control = arg;
    struct evtchn_set_priority *priority = arg;

    model.hypercalls++;
    switch (cmd) {
    case EVTCHNOP_init_control:
        if (model.vcpus[control->vcpu].control)
            return -XEN_EINVAL;
        model.vcpus[control->vcpu].control =
            (void *)((char *)phys_to_virt(control->control_gfn << PAGE_SHIFT) +
                     control->offset);
        return 0;
    case EVTCHNOP_expand_array:
        return model_add_page(((struct evtchn_expand_array *)arg)->array_gfn);
    case EVTCHNOP_set_priority:
        model.ports[priority->port].priority = priority->priority;
        return 0;
    }
    return -XEN_ENOSYS;
}

void *page_alloc(unsigned order)
{
    return aligned_alloc(PAGE_SIZE, PAGE_SIZE << order);
}

void page_free(void *pages, unsigned order)
{
    free(pages);
}

/* As after boot, with vCPUs that have their control blocks, which lie in
 * vcpus, and pages_wanted pages. */
static void model_start(struct evtchn_vcpu *vcpus, unsigned pages_wanted)
{
    static const struct model_port fresh = {
        .priority = EVTCHN_FIFO_PRIORITY_DEFAULT};

    for (unsigned i = 0; i < MODEL_PORTS; i++)
        model.ports[i] = fresh;
    for (unsigned i = 0; i < MODEL_VCPUS; i++) {
        for (unsigned j = 0; j < EVTCHN_FIFO_MAX_QUEUES; j++)
            model.vcpus[i].tail[j] = 0;
        model.vcpus[i].control = NULL;
        model.vcpus[i].upcalls = 0;
        vcpus[i] = (struct evtchn_vcpu){.id = i};
        evtchn_fifo.vcpu_init(&vcpus[i]);
    }
    if (pages_wanted)
        evtchn_fifo.port_init(pages_wanted * MODEL_PAGE_WORDS - 1);
}

#endif
