/* SPDX-License-Identifier: BSD-2-Clause */
/* The FIFO event ABI with Xen and two vCPUs each in a thread of their own. */
/* flags: -fsanitize=thread -pthread */

#include "test.h"

#include "../../xen/private.h"
/* ThreadSanitizer takes a volatile access for an ordinary one. */
#undef READ_ONCE
#define READ_ONCE(x) __atomic_load_n(&(x), __ATOMIC_RELAXED)
#include "../../xen/evtchn_fifo.c"

#include "xen_fifo_model.h"

#define PORTS 12 /* few, so that queues are short and their ends often meet */
#define SENDS 60000

static struct evtchn_vcpu vcpus[MODEL_VCPUS];
static unsigned delivered[PORTS];
static unsigned senders_left;

static void model_step(void)
{
}

bool evtchn_deliver(struct evtchn_vcpu *vcpu, evtchn_port_t port)
{
    if (model.ports[port].vcpu != vcpu->id)
        return false;
    if (evtchn_fifo.test_and_clear(port))
        delivered[port]++;
    return true;
}

void evtchn_unmask_by_xen(evtchn_port_t port)
{
    model_unmask(port);
}

/* As evtchn_unmask does it. */
static void unmask_any(struct evtchn_vcpu *vcpu, evtchn_port_t port)
{
    evtchn_fifo.unmask(port);
    if (!evtchn_fifo.is_pending(port) || evtchn_deliver(vcpu, port))
        return;
    evtchn_fifo.mask(port);
    evtchn_unmask_by_xen(port);
}

static void *sender(void *arg)
{
    unsigned seed = (unsigned)(uintptr_t)arg;

    for (unsigned i = 0; i < SENDS; i++)
        model_send(1 + (unsigned)rand_r(&seed) % (PORTS - 1));
    atomic_sub(&senders_left, 1);
    return NULL;
}

static void *guest(void *arg)
{
    struct evtchn_vcpu *vcpu = arg;
    unsigned seed = vcpu->id;

    while (atomic_load(&senders_left)) {
        unsigned action = (unsigned)rand_r(&seed) % 8;
        evtchn_port_t port = 1 + (unsigned)rand_r(&seed) % (PORTS - 1);

        if (action == 0)
            evtchn_fifo.mask(port);
        else if (action < 3)
            unmask_any(vcpu, port);
        else
            evtchn_fifo.scan(vcpu);
    }
    return NULL;
}

static void *unmask_one(void *arg)
{
    evtchn_fifo.unmask(1);
    return NULL;
}

TEST(evtchn_fifo_unmask_waits_while_xen_changes_the_link)
{
    unsigned unmasked_early = 0;
    event_word_t *word;
    pthread_t thread;

    CHECK_EQ(evtchn_fifo.port_init(1), 0);
    word = model_word(1);
    atomic_store(word, BUSY | MASKED | LINKED);
    CHECK_EQ(pthread_create(&thread, NULL, unmask_one, NULL), 0);
    for (unsigned i = 0; i < 10000; i++) {
        sched_yield();
        unmasked_early += !(atomic_load(word) & MASKED);
    }
    CHECK_EQ(unmasked_early, 0);
    atomic_and(word, ~BUSY);
    pthread_join(thread, NULL);
    CHECK_EQ(atomic_load(word), LINKED);
    atomic_store(word, MASKED);
}

TEST(evtchn_fifo_races_lose_and_invent_nothing)
{
    pthread_t threads[2 * MODEL_VCPUS];

    model_start(vcpus, 1);
    for (evtchn_port_t port = 1; port < PORTS; port++) {
        model.ports[port].vcpu = model.ports[port].last_vcpu = port %
                                                               MODEL_VCPUS;
        model.ports[port].priority = model.ports[port].last_priority = port / 6;
        evtchn_fifo.unmask(port);
    }
    senders_left = MODEL_VCPUS;
    for (uintptr_t i = 0; i < MODEL_VCPUS; i++) {
        CHECK_EQ(pthread_create(&threads[i], NULL, sender, (void *)(i + 7)), 0);
        CHECK_EQ(
            pthread_create(&threads[MODEL_VCPUS + i], NULL, guest, &vcpus[i]),
            0);
    }
    for (unsigned i = 0; i < ARRAY_SIZE(threads); i++)
        pthread_join(threads[i], NULL);
    for (evtchn_port_t port = 1; port < PORTS; port++)
        unmask_any(&vcpus[port % MODEL_VCPUS], port);
    for (unsigned i = 0; i < MODEL_VCPUS; i++)
        CHECK(!evtchn_fifo.scan(&vcpus[i]));
    for (evtchn_port_t port = 1; port < PORTS; port++) {
        CHECK_EQ(*model_word(port), 0);
        CHECK_EQ(delivered[port], model.ports[port].sent);
        CHECK(delivered[port] > 0);
    }
}
