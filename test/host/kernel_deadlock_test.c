/* SPDX-License-Identifier: BSD-2-Clause */
/* What is a deadlock and, above all, what is none. */
/* sources: kernel/deadlock.c */

#include "../../kernel/private.h"
#include "test.h"
#include <pith/deadlock.h>
#include <pith/mutex.h>
#include <pith/xeninfo.h>
#include <setjmp.h>
#include <xen/event_channel.h>
#include <xen/hvm/params.h>
#include <xen/xen.h>

enum { CONSOLE_PORT = 2, STORE_PORT = 1, TIMER_PORT = 3, IPI_PORT = 4, PORTS };

static struct list all = LIST_INIT(all);
static struct thread threads[3], ended;
static struct mutex mutexes[3];
static struct evtchn_status ports[PORTS + 1];
static unsigned port_count;
static bool timer_armed;
static jmp_buf panicked;

const struct list *threads_all(void)
{
    return &all;
}

bool timer_any_armed(void)
{
    return timer_armed;
}

int hvm_param_get(uint32_t index, uint64_t *out)
{
    *out = index == HVM_PARAM_CONSOLE_EVTCHN ? CONSOLE_PORT : STORE_PORT;
    return 0;
}

long hypercall_event_channel_op(unsigned cmd, void *arg)
{
    struct evtchn_status *status = arg;
    uint32_t port = status->port;

    if (cmd != EVTCHNOP_status || port > port_count)
        return -22;
    *status = ports[port];
    status->port = port;
    return 0;
}

void panic_about(void (*describe)(void), const char *fmt, ...)
{
    describe();
    longjmp(panicked, 1);
}

void report_printf(void (*print)(const char *text, size_t length),
                   const char *fmt, ...)
{
}

void panic_append_text(const char *text, size_t length)
{
}

void context_frame(const struct context *ctx, uint64_t *rbp, uint64_t *rip)
{
    *rbp = *rip = 0;
}

void backtrace_some(uint64_t rip, uint64_t rbp, unsigned max,
                    void (*print)(const char *line, size_t length))
{
}

static bool is_deadlock(void)
{
    if (setjmp(panicked))
        return true;
    deadlock_check();
    return false;
}

/* All blocked, the last one at rest; the toolstack's ports, the timer's
 * and an IPI. */
static void setup(void)
{
    list_init(&all);
    memset(threads, 0, sizeof(threads));
    memset(mutexes, 0, sizeof(mutexes));
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
        threads[i].state = THREAD_BLOCKED;
        list_push_back(&all, &threads[i].all_link);
    }
    threads[2].at_rest = true;
    timer_armed = false;
    port_count = PORTS - 1;
    ports[STORE_PORT].status = EVTCHNSTAT_interdomain;
    ports[CONSOLE_PORT].status = EVTCHNSTAT_interdomain;
    ports[TIMER_PORT].status = EVTCHNSTAT_virq;
    ports[TIMER_PORT].u.virq = VIRQ_TIMER;
    ports[IPI_PORT].status = EVTCHNSTAT_ipi;
}

/* thread i waits for a mutex that owner holds. */
static void wants(unsigned i, struct thread *owner)
{
    mutexes[i].owner = owner;
    threads[i].waits = &mutexes[i];
    deadlock_mutex_wait();
}

TEST(deadlock_of_threads_that_wait_for_the_world_is_none)
{
    setup();
    CHECK(!is_deadlock());
    threads[0].waits = WAITS_FOR_THREAD;
    CHECK(!is_deadlock());
}

TEST(deadlock_of_all_threads_is_found)
{
    setup();
    threads[0].waits = threads[1].waits = WAITS_FOR_THREAD;
    CHECK(is_deadlock());
    threads[2].waits = WAITS_FOR_THREAD; /* not at rest */
    CHECK(is_deadlock());
}

TEST(deadlock_is_none_while_something_can_come)
{
    setup();
    threads[0].waits = threads[1].waits = WAITS_FOR_THREAD;
    threads[1].state = THREAD_BLOCKED + 1;
    CHECK(!is_deadlock());
    threads[1].state = THREAD_BLOCKED;
    threads[2].state = THREAD_BLOCKED + 1;
    CHECK(!is_deadlock());
    threads[2].state = THREAD_BLOCKED;
    timer_armed = true;
    CHECK(!is_deadlock());
    timer_armed = false;
    deadlock_source(1);
    CHECK(!is_deadlock());
    deadlock_source(-1);
    CHECK(is_deadlock());
}

TEST(deadlock_is_none_with_a_channel_to_another_domain)
{
    setup();
    threads[0].waits = threads[1].waits = WAITS_FOR_THREAD;
    port_count = PORTS;
    ports[PORTS].status = EVTCHNSTAT_interdomain;
    CHECK(!is_deadlock());
    ports[PORTS].status = EVTCHNSTAT_unbound;
    CHECK(!is_deadlock());
    ports[PORTS].status = EVTCHNSTAT_virq;
    ports[PORTS].u.virq = VIRQ_DEBUG;
    CHECK(!is_deadlock());
    ports[PORTS].status = EVTCHNSTAT_closed;
    CHECK(is_deadlock());
}

TEST(deadlock_of_two_mutexes_is_found_beside_living_threads)
{
    setup();
    threads[2].at_rest = false; /* in a read of xenstore, say */
    timer_armed = true;
    wants(0, &threads[1]);
    CHECK(!is_deadlock());
    wants(1, &threads[0]);
    CHECK(is_deadlock());
}

TEST(deadlock_is_none_where_a_chain_of_mutexes_ends)
{
    setup();
    threads[2].at_rest = false; /* it waits for xenstore with the mutex */
    wants(0, &threads[1]);
    wants(1, &threads[2]);
    CHECK(!is_deadlock());
    wants(1, NULL); /* given back; thread 1 was woken to try */
    threads[1].state = THREAD_BLOCKED + 1;
    CHECK(!is_deadlock());
}

TEST(deadlock_by_a_holder_that_has_ended_is_found)
{
    setup();
    threads[2].at_rest = false;
    wants(0, &ended);
    CHECK(is_deadlock());
}
