/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Watches, and the thread "xenwatch" that runs their callbacks.
 *
 * Peers cause events, so what waits here is bounded: equal events are kept
 * once, and beyond EVENTS_MAX every watch is fired instead with its own path,
 * which tells its owner to look at everything again.
 */

#include "private.h"

#include <pith/atomic.h>
#include <pith/clock.h>
#include <pith/deadlock.h>
#include <pith/errno.h>
#include <pith/format.h>
#include <pith/heap.h>
#include <pith/log.h>
#include <pith/string.h>
#include <pith/thread.h>

#define EVENTS_MAX 64

static struct {
    struct thread *thread;    /* set once at boot */
    struct xs_work *deferred; /* changes by compare-and-exchange */
    uint32_t seq;             /* of the running callback's event; xenwatch's */

    /* Protects the rest. Threads only; taken inside the lock of receive.c. */
    struct spinlock lock;
    struct list watches;
    struct list events;
    unsigned event_count;
    bool overflowed;
    uint32_t next_token;
    struct xs_watch *running; /* whose callback runs now */
    struct waitq idle;        /* woken when a callback ended */
} watch = {.watches = LIST_INIT(watch.watches),
           .events = LIST_INIT(watch.events),
           .idle = WAITQ_INIT(watch.idle)};

/* An equal event that waits already covers the new one: its callback has not
 * looked yet. */
static bool event_is_known_locked(const struct xs_event *event)
{
    struct xs_event *other;

    list_for_each (other, &watch.events, link) {
        if (other->bytes == event->bytes &&
            !memcmp(other->body, event->body, event->bytes)) {
            other->seq = event->seq;
            return true;
        }
    }
    return false;
}

void watch_event_arrived(struct xs_event *event)
{
    spin_lock(&watch.lock);
    if (!event || watch.event_count == EVENTS_MAX) {
        watch.overflowed = true;
        heap_free(event);
    } else if (event_is_known_locked(event)) {
        heap_free(event);
    } else {
        list_push_back(&watch.events, &event->link);
        watch.event_count++;
    }
    spin_unlock(&watch.lock);
    /* Whoever drained the ring need not have been woken by an upcall. */
    waitq_wake_all(stream_waitq());
}

static struct xs_watch *find_locked(const char *token)
{
    struct xs_watch *w;

    list_for_each (w, &watch.watches, link)
        if (!strcmp(w->token, token))
            return w;
    return NULL;
}

/* Runs the callback of w, which xs_unwatch may remove meanwhile: w is not
 * touched afterwards. */
static void fire(struct xs_watch *w, const char *path, uint32_t seq)
{
    watch.seq = seq;
    w->fired(w, path);
    spin_lock(&watch.lock);
    watch.running = NULL;
    spin_unlock(&watch.lock);
    waitq_wake_all(&watch.idle);
}

static void run_event(struct xs_event *event)
{
    const char *path, *token;
    struct xs_watch *w = NULL;

    if (!wire_event_split(event->body, event->bytes, &path, &token)) {
        spin_lock(&watch.lock);
        w = find_locked(token);
        watch.running = w;
        spin_unlock(&watch.lock);
    }
    if (w)
        fire(w, path, event->seq);
    heap_free(event);
}

/* Events were lost: every watch fires. Each is moved to the list's end as it
 * is taken, so that callbacks may add and remove watches. */
static void fire_all(void)
{
    uint32_t seq = stream_event_seq();
    struct xs_watch *w;
    char path[sizeof(w->path)];
    unsigned count = 0;

    spin_lock(&watch.lock);
    watch.overflowed = false;
    list_for_each (w, &watch.watches, link)
        count++;
    while (count-- && !list_empty(&watch.watches)) {
        w = list_entry(list_pop_front(&watch.watches), struct xs_watch, link);
        list_push_back(&watch.watches, &w->link);
        str_copy(path, w->path, sizeof(path));
        watch.running = w;
        spin_unlock(&watch.lock);
        fire(w, path, seq);
        spin_lock(&watch.lock);
    }
    spin_unlock(&watch.lock);
}

static struct xs_event *next_event(void)
{
    struct list *link;

    spin_lock(&watch.lock);
    link = list_pop_front(&watch.events);
    if (link)
        watch.event_count--;
    spin_unlock(&watch.lock);
    return link ? list_entry(link, struct xs_event, link) : NULL;
}

static bool work_is_waiting(void)
{
    stream_drain();
    return READ_ONCE(watch.deferred) || READ_ONCE(watch.overflowed) ||
           !list_empty(&watch.events);
}

/* A work may be deferred again from its start on. */
static void run_deferred(void)
{
    struct xs_work *work = atomic_exchange(&watch.deferred, NULL), *next;

    for (; work; work = next) {
        next = work->next;
        atomic_store(&work->waits, 0);
        work->fn();
    }
}

static void xenwatch(void *arg)
{
    for (;;) {
        struct xs_event *event;

        thread_set_at_rest(true);
        WAITQ_WAIT_UNTIL(stream_waitq(), work_is_waiting(), DEADLINE_NEVER);
        thread_set_at_rest(false);
        run_deferred();
        event = next_event();
        if (event)
            run_event(event);
        else if (READ_ONCE(watch.overflowed))
            fire_all();
    }
}

void xs_defer(struct xs_work *work)
{
    if (atomic_exchange(&work->waits, 1))
        return;
    work->next = atomic_load(&watch.deferred);
    while (!atomic_compare_exchange(&watch.deferred, &work->next, work))
        ;
    waitq_wake_all(stream_waitq());
}

uint32_t watch_event_seq(void)
{
    return watch.seq;
}

int watch_add(struct xs_watch *w, const char *dir, const char *node)
{
    int rc = wire_path_join(dir, node, w->path, sizeof(w->path));

    if (rc)
        return rc;
    spin_lock(&watch.lock);
    format(w->token, sizeof(w->token), "%u", watch.next_token++);
    list_push_back(&watch.watches, &w->link);
    spin_unlock(&watch.lock);
    deadlock_source(1);
    return 0;
}

void watch_drop(struct xs_watch *w)
{
    spin_lock(&watch.lock);
    list_remove(&w->link);
    spin_unlock(&watch.lock);
    deadlock_source(-1);
    if (thread_current() != watch.thread)
        WAITQ_WAIT_UNTIL(&watch.idle, READ_ONCE(watch.running) != w,
                         DEADLINE_NEVER);
}

void watch_forget(struct xs_watch *w)
{
    list_remove(&w->link);
    list_init(&w->link);
    deadlock_source(-1);
}

/* Each is moved to the list's end, as in fire_all; what comes meanwhile knows
 * the daemon. One that is removed meanwhile leaves the daemon a watch too much,
 * whose events are dropped. */
void watch_renew(void)
{
    struct xs_watch copy, *w;
    struct xs_call call;
    unsigned count = 0;
    int rc;

    spin_lock(&watch.lock);
    list_for_each (w, &watch.watches, link)
        count++;
    while (count-- && !list_empty(&watch.watches)) {
        w = list_entry(list_pop_front(&watch.watches), struct xs_watch, link);
        list_push_back(&watch.watches, &w->link);
        copy = *w;
        spin_unlock(&watch.lock);
        watch_call_init(&call, XS_WATCH, &copy);
        rc = client_run(&call, 1);
        if (rc)
            log_error("xenstore: cannot watch %s any more: %s", copy.path,
                      errno_name(rc));
        spin_lock(&watch.lock);
    }
    spin_unlock(&watch.lock);
}

void watch_call_init(struct xs_call *call, uint32_t type,
                     const struct xs_watch *w)
{
    /* watch_add has checked the path, and with it that both fit. */
    call_init(call, type, XS_NO_TXN, w->path, NULL);
    call_add(call, w->token, strlen(w->token) + 1);
}

int xs_unwatch(struct xs_watch *w)
{
    struct xs_call call;

    watch_drop(w);
    watch_call_init(&call, XS_UNWATCH, w);
    return client_run(&call, 1);
}

int watch_init(void)
{
    watch.thread = thread_start("xenwatch", THREAD_STACK_BYTES, xenwatch, NULL);
    return watch.thread ? 0 : -XEN_ENOMEM;
}
