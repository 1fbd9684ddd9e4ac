/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds threads that wait for each other for ever, when the last vCPU goes to
 * sleep. What is a deadlock, and what may wake a thread: docs/architecture.md.
 *
 * All vCPUs sleep then, and upcalls alone run: what is read here stands still,
 * but for threads that an upcall wakes, and those are no part of a deadlock.
 */

#include "private.h"
#include <pith/deadlock.h>
#include <pith/hypercall.h>
#include <pith/mutex.h>
#include <pith/report.h>
#include <pith/xeninfo.h>
#include <xen/event_channel.h>
#include <xen/hvm/params.h>
#include <xen/xen.h>

#define FRAMES_THREAD 12

/* Changed atomically. */
static struct {
    uint32_t sources;
    uint32_t mutex_wait; /* one began since the last look for a circle */
} deadlock;

void deadlock_source(int change)
{
    atomic_add(&deadlock.sources, (uint32_t)change);
}

void deadlock_mutex_wait(void)
{
    WRITE_ONCE(deadlock.mutex_wait, 1);
}

static bool is_alive(const struct thread *thread)
{
    const struct thread *other;

    list_for_each (other, threads_all(), all_link)
        if (other == thread)
            return true;
    return false;
}

/* Who has the mutex that thread waits for; NULL if it waits for none. */
static const struct thread *waits_for(const struct thread *thread)
{
    const struct mutex *mutex = thread_waits(thread);

    return mutex && mutex != WAITS_FOR_THREAD ? READ_ONCE(mutex->owner) : NULL;
}

/* True if following who waits for whom leads to a thread that has ended, or to
 * no end in as many steps as there are threads. */
static bool is_in_circle(const struct thread *thread)
{
    const struct thread *other;

    list_for_each (other, threads_all(), all_link) {
        thread = waits_for(thread);
        if (!thread)
            return false;
        if (!is_alive(thread))
            return true;
    }
    return true;
}

static bool all_wait_for_threads(void)
{
    const struct thread *thread;
    bool any = false;

    list_for_each (thread, threads_all(), all_link) {
        if (!(thread_waits(thread) || thread->at_rest) ||
            READ_ONCE(thread->state) != THREAD_BLOCKED)
            return false;
        any |= thread_waits(thread) != NULL;
    }
    return any;
}

/* The toolstack's own channels wake those only who wait for the console or
 * xenstore. */
static bool is_toolstacks(evtchn_port_t port)
{
    uint64_t console = 0, store = 0;

    hvm_param_get(HVM_PARAM_CONSOLE_EVTCHN, &console);
    hvm_param_get(HVM_PARAM_STORE_EVTCHN, &store);
    return port == console || port == store;
}

/* Asks Xen about each port: this is rarely called, and mostly for the last
 * time. */
static bool others_have_channels(void)
{
    struct evtchn_status status = {.dom = DOMID_SELF, .port = 1};

    for (; !hypercall_event_channel_op(EVTCHNOP_status, &status);
         status.port++) {
        if (status.status == EVTCHNSTAT_closed ||
            status.status == EVTCHNSTAT_ipi ||
            (status.status == EVTCHNSTAT_virq && status.u.virq == VIRQ_TIMER))
            continue;
        if (!is_toolstacks(status.port))
            return true;
    }
    return false;
}

static void describe(const struct thread *thread)
{
    const struct thread *owner = waits_for(thread);
    uint64_t rbp, rip;

    panic_append("thread \"%s\" waits for %s%s%s\n", thread->name,
                 thread_waits(thread) == WAITS_FOR_THREAD ? "another one"
                                                          : "a mutex",
                 !owner            ? ""
                 : is_alive(owner) ? " of "
                                   : " of one that has ended",
                 owner && is_alive(owner) ? owner->name : "");
    context_frame(&thread->context, &rbp, &rip);
    backtrace_some(rip, rbp, FRAMES_THREAD, panic_append_text);
}

static void describe_all(void)
{
    const struct thread *thread;

    list_for_each (thread, threads_all(), all_link)
        if (thread_waits(thread))
            describe(thread);
}

static void check_circles(void)
{
    const struct thread *thread;

    list_for_each (thread, threads_all(), all_link)
        if (is_in_circle(thread))
            panic_about(describe_all,
                        "deadlock: thread \"%s\" waits for a mutex for ever",
                        thread->name);
}

void deadlock_check(void)
{
    if (unlikely(READ_ONCE(deadlock.mutex_wait))) {
        WRITE_ONCE(deadlock.mutex_wait, 0);
        check_circles();
    }
    if (all_wait_for_threads() && !atomic_load(&deadlock.sources) &&
        !timer_any_armed() && !others_have_channels())
        panic_about(describe_all, "deadlock: all threads wait for each other");
}
