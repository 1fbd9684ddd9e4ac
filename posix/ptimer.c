/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers that notify: timer_create() and its kin.
 *
 * An expiration posts the entry that the timer brings; while that is still
 * queued, further ones count as overruns. What SIGEV_THREAD calls runs in a
 * thread of its own, which another one makes that each such timer has.
 */

#include "expiry.h"
#include "private.h"
#include "signals.h"
#include "thread.h"
#include <errno.h>
#include <limits.h>
#include <pith/heap.h>
#include <pith/semaphore.h>
#include <time.h>

#define NOTIFIER_BYTES 16384

struct ptimer {
    struct expiry expiry;
    clockid_t clock;
    int notify;
    struct signal_entry entry;
    uint32_t overruns; /* of the last notification */
    /* SIGEV_THREAD: */
    void (*function)(union sigval value);
    pthread_attr_t attr;
    struct semaphore due;
    bool ends;
};

/* lock protects the table: who has it may use what is in there. It is taken
 * before the timers' and signals.lock. */
static struct {
    struct spinlock lock;
    struct ptimer *all[TIMER_LIMIT];
} timers;

static void count_overruns(struct ptimer *t)
{
    uint32_t count = atomic_exchange(&t->entry.again, 0);

    WRITE_ONCE(t->overruns, MIN(count, (uint32_t)INT_MAX));
}

/* signals.lock is held. */
static void taken(struct signal_entry *entry)
{
    struct ptimer *t = container_of(entry, struct ptimer, entry);

    count_overruns(t);
    entry->info.si_overrun = (int)t->overruns;
}

/* Upcall context. */
static void fired(struct timer *timer)
{
    struct ptimer *t = container_of(timer, struct ptimer, expiry.timer);
    uint64_t count = expiry_take(&t->expiry);

    if (!count || t->notify == SIGEV_NONE)
        return;
    atomic_add(&t->entry.again, (uint32_t)MIN(count - 1, INT_MAX / 2));
    if (t->notify == SIGEV_THREAD)
        semaphore_post(&t->due);
    else
        signals_post(NULL, NULL, t->entry.info.si_signo, SI_TIMER, &t->entry);
}

/* --- SIGEV_THREAD --- */

struct call {
    void (*function)(union sigval value);
    union sigval value;
};

static void *run_call(void *arg)
{
    struct call call = *(struct call *)arg;

    heap_free(arg);
    call.function(call.value);
    return NULL;
}

static bool start_call(struct ptimer *t)
{
    struct call *call = heap_zalloc(sizeof(*call));
    pthread_t thread;

    if (!call)
        return false;
    call->function = t->function;
    call->value = t->entry.info.si_value;
    if (!pthread_create(&thread, &t->attr, run_call, call))
        return true;
    heap_free(call);
    return false;
}

/* What could not be started is an overrun of the next one. */
static void notifier(void *arg)
{
    struct ptimer *t = arg;

    for (;;) {
        semaphore_wait(&t->due);
        if (READ_ONCE(t->ends))
            break;
        count_overruns(t);
        if (!start_call(t))
            atomic_add(&t->entry.again, 1);
    }
    heap_free(t);
}

static int prepare_thread(struct ptimer *t, const struct sigevent *event)
{
    if (!event->sigev_notify_function)
        return EINVAL;
    t->function = event->sigev_notify_function;
    if (event->sigev_notify_attributes)
        t->attr = *event->sigev_notify_attributes;
    else
        pthread_attr_init(&t->attr);
    if (pthread_attr_setdetachstate(&t->attr, PTHREAD_CREATE_DETACHED))
        return EINVAL;
    semaphore_init(&t->due, 0);
    return thread_start("timer", NOTIFIER_BYTES, notifier, t) ? 0 : EAGAIN;
}

/* --- the table --- */

static int prepare(struct ptimer *t, const struct sigevent *event)
{
    t->notify = event->sigev_notify;
    t->entry.taken = taken;
    t->entry.info = (siginfo_t){.si_signo = event->sigev_signo,
                                .si_code = SI_TIMER,
                                .si_value = event->sigev_value};
    expiry_init(&t->expiry, fired);
    switch (t->notify) {
    case SIGEV_NONE:
        return 0;
    case SIGEV_SIGNAL:
        return signal_valid(event->sigev_signo) ? 0 : EINVAL;
    case SIGEV_THREAD:
        return prepare_thread(t, event);
    default:
        return EINVAL;
    }
}

/* The place of t in the table, or -1. */
static long install(struct ptimer *t)
{
    unsigned long flags = spin_lock_irqsave(&timers.lock);
    long i = 0;

    while (i < TIMER_LIMIT && timers.all[i])
        i++;
    if (i < TIMER_LIMIT)
        timers.all[i] = t;
    spin_unlock_irqrestore(&timers.lock, flags);
    return i < TIMER_LIMIT ? i : -1;
}

/* Nobody finds it any more. */
static void destroy(struct ptimer *t)
{
    expiry_set(&t->expiry, 0, 0, NULL);
    timer_cancel(&t->expiry.timer);
    if (t->notify == SIGEV_THREAD) {
        WRITE_ONCE(t->ends, true);
        semaphore_post(&t->due);
        return; /* the thread frees it */
    }
    signals_unqueue(&t->entry);
    heap_free(t);
}

static bool has_clock(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC ||
           clock == CLOCK_BOOTTIME || clock == CLOCK_PROCESS_CPUTIME_ID;
}

int timer_create(clockid_t clock, struct sigevent *restrict event,
                 timer_t *restrict out)
{
    struct sigevent plain = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGALRM};
    struct ptimer *t;
    long place;
    int err;

    if (clock == CLOCK_THREAD_CPUTIME_ID)
        return posix_fail(ENOTSUP);
    if (!has_clock(clock))
        return posix_fail(EINVAL);
    signals_start();
    t = heap_zalloc(sizeof(*t));
    if (!t)
        return posix_fail(EAGAIN);
    t->clock = clock;
    err = prepare(t, event ? event : &plain);
    if (err) {
        heap_free(t);
        return posix_fail(err);
    }
    place = install(t);
    if (place < 0) {
        destroy(t);
        return posix_fail(EAGAIN);
    }
    t->entry.info.si_timerid = (int)place + 1;
    if (!event)
        t->entry.info.si_value.sival_int = (int)place + 1;
    *out = (timer_t)(place + 1);
    return 0;
}

/* Locks the table; NULL, unlocked, with errno set: there is no such timer. */
static struct ptimer *lock_timer(timer_t id, unsigned long *flags)
{
    unsigned long place = (unsigned long)id - 1;
    struct ptimer *t = NULL;

    *flags = spin_lock_irqsave(&timers.lock);
    if (place < TIMER_LIMIT)
        t = timers.all[place];
    if (t)
        return t;
    spin_unlock_irqrestore(&timers.lock, *flags);
    errno = EINVAL;
    return NULL;
}

int timer_delete(timer_t id)
{
    unsigned long flags;
    struct ptimer *t = lock_timer(id, &flags);

    if (!t)
        return -1;
    timers.all[(unsigned long)id - 1] = NULL;
    spin_unlock_irqrestore(&timers.lock, flags);
    destroy(t);
    return 0;
}

static struct timespec to_timespec(uint64_t ns)
{
    return (struct timespec){(time_t)(ns / NS_PER_SEC),
                             (long)(ns % NS_PER_SEC)};
}

static void tell(const struct expiry_time *time, struct itimerspec *out)
{
    out->it_value = to_timespec(time->left_ns);
    out->it_interval = to_timespec(time->interval_ns);
}

int timer_settime(timer_t id, int flags,
                  const struct itimerspec *restrict value,
                  struct itimerspec *restrict old)
{
    struct expiry_time before;
    uint64_t next_ns = 0;
    unsigned long irq;
    struct ptimer *t;

    if (!timespec_valid(&value->it_value) ||
        !timespec_valid(&value->it_interval))
        return posix_fail(EINVAL);
    t = lock_timer(id, &irq);
    if (!t)
        return -1;
    if (value->it_value.tv_sec || value->it_value.tv_nsec)
        next_ns =
            timespec_due_ns(t->clock, &value->it_value, flags & TIMER_ABSTIME);
    expiry_set(&t->expiry, next_ns, timespec_to_ns(&value->it_interval),
               &before);
    spin_unlock_irqrestore(&timers.lock, irq);
    if (old)
        tell(&before, old);
    return 0;
}

int timer_gettime(timer_t id, struct itimerspec *out)
{
    struct expiry_time now;
    unsigned long flags;
    struct ptimer *t = lock_timer(id, &flags);

    if (!t)
        return -1;
    now = expiry_get(&t->expiry);
    spin_unlock_irqrestore(&timers.lock, flags);
    tell(&now, out);
    return 0;
}

int timer_getoverrun(timer_t id)
{
    unsigned long flags;
    struct ptimer *t = lock_timer(id, &flags);
    uint32_t count;

    if (!t)
        return -1;
    count = READ_ONCE(t->overruns);
    spin_unlock_irqrestore(&timers.lock, flags);
    return (int)count;
}
