/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which vCPU a thread runs on: where it ran last, unless that one is busy and
 * another one sleeps; and what a vCPU takes from the others when it has nothing
 * itself. Owns the list of vCPUs that sleep.
 */

#include "private.h"

/* asleep: set by a vCPU before it looks for work for the last time; cleared by
 * itself, or by who gives it work. Exchanged atomically. */
static struct {
    uint64_t asleep[CPU_MAX / 64];
} place;

bool thread_allows(const struct thread *thread, unsigned cpu)
{
    return !thread->bound || thread->homeless ||
           cpuset_has(&thread->affinity, cpu);
}

void place_set_asleep(struct sched *sched, bool asleep)
{
    uint64_t bit = 1ull << sched->cpu % 64;

    if (sched_simple)
        return;
    if (asleep) /* a full barrier, with place_thread */
        atomic_or(&place.asleep[sched->cpu / 64], bit);
    else
        atomic_and(&place.asleep[sched->cpu / 64], ~bit);
}

static bool is_asleep(unsigned cpu)
{
    return READ_ONCE(place.asleep[cpu / 64]) >> cpu % 64 & 1;
}

bool place_all_asleep(void)
{
    for (unsigned cpu = 1; cpu < smp_count(); cpu++)
        if (smp_is_online(cpu) && !is_asleep(cpu))
            return false;
    return smp_count() == 1 || is_asleep(0);
}

/* Takes a vCPU that sleeps and may run thread off the list. */
static struct sched *claim_sleeper(const struct thread *thread)
{
    for (unsigned i = 0; i * 64 < smp_count(); i++) {
        uint64_t bits = READ_ONCE(place.asleep[i]);

        for (; bits; bits &= bits - 1) {
            unsigned cpu = i * 64 + (unsigned)__builtin_ctzl(bits);
            uint64_t bit = 1ull << cpu % 64;

            if (thread_allows(thread, cpu) &&
                atomic_and(&place.asleep[i], ~bit) & bit)
                return smp_sched(cpu);
        }
    }
    return NULL;
}

static struct sched *first_allowed(struct thread *thread)
{
    for (unsigned cpu = 0; cpu < smp_count(); cpu++)
        if (thread_allows(thread, cpu) && smp_is_online(cpu))
            return smp_sched(cpu);
    thread->homeless = 1; /* until it is placed again */
    return smp_sched(0);
}

static bool is_free(const struct sched *sched)
{
    return is_asleep(sched->cpu) ||
           (sched == this_sched() && current() == sched->idle);
}

static struct sched *choose(struct thread *thread)
{
    struct sched *last = thread->home, *sleeper;

    if (sched_simple)
        return last;
    if (last->online && thread_allows(thread, last->cpu)) {
        if (is_free(last))
            return last;
        sleeper = claim_sleeper(thread);
        return sleeper ? sleeper : last;
    }
    sleeper = claim_sleeper(thread);
    return sleeper ? sleeper : first_allowed(thread);
}

/* What a vCPU does about a thread in its queues while it runs another one. */
void place_look(struct sched *sched)
{
    struct thread *thread = current();
    uint64_t top = READ_ONCE(sched->top);

    if (thread == sched->idle)
        return;
    if (!thread_allows(thread, sched->cpu) || top > thread->level)
        preempt_set_due();
    /* Also then: what is more urgent may still be leaving its stack on another
     * vCPU, and is looked at again when the slice ends. */
    if (top >= thread->level)
        sched_look_at_slice(sched, thread);
}

/* Another vCPU has to look: it sleeps, runs what is less urgent, or has no
 * timer that would end the slice of what it runs. What is read of it may have
 * changed already: then it looked by itself, or looks for nothing. */
static bool must_be_told(const struct sched *sched, const struct thread *thread)
{
    const struct thread *runs = atomic_load(&sched->owner->thread);

    return runs == sched->idle || runs->level < thread->level ||
           !READ_ONCE(sched->slice_armed);
}

/* thread is in sched's queues, which are not this vCPU's. */
static void tell(struct sched *sched, const struct thread *thread)
{
    barrier_full(); /* with place_set_asleep */
    if (must_be_told(sched, thread))
        smp_kick(sched);
}

void place_thread(struct thread *thread)
{
    struct sched *sched;

    thread->homeless = 0;
    sched = choose(thread);
    while (sched_push(sched, thread))
        sched = first_allowed(thread);
    if (sched == this_sched()) {
        place_look(sched);
        return;
    }
    tell(sched, thread);
}

/* The vCPU with the shortest queues, if they are shorter than sched's by two
 * or more: then what moves there does not move back. */
static struct sched *shorter(const struct sched *sched)
{
    uint32_t least = READ_ONCE(sched->ready);
    struct sched *found = NULL;

    for (unsigned cpu = 0; cpu < smp_count(); cpu++) {
        uint32_t ready = READ_ONCE(smp_sched(cpu)->ready);

        if (ready + 1 < least && smp_is_online(cpu)) {
            least = ready + 1;
            found = smp_sched(cpu);
        }
    }
    return found;
}

/* At the end of a slice. A vCPU that has always one thread to run never steals,
 * nor do wake-ups move a thread to it: so it is left to that thread, while many
 * share this one, which a vCPU that went out of service may have left here. */
void place_share(struct sched *sched)
{
    struct sched *to = shorter(sched);
    struct thread *thread = to ? sched_take(sched, to->cpu) : NULL;

    if (!thread)
        return;
    if (thread->homeless || sched_push(to, thread))
        place_thread(thread);
    else
        tell(to, thread);
}

struct thread *place_steal(struct sched *sched)
{
    unsigned count = smp_count();

    for (unsigned i = 1; i < count; i++) {
        unsigned victim = (sched->cpu + i) % count;
        struct thread *thread = sched_take(smp_sched(victim), sched->cpu);

        if (thread)
            return thread;
    }
    return NULL;
}
