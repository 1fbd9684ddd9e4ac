/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work for all vCPUs, without end: as many threads as there may be vCPUs, each
 * of which computes and takes turns with a partner. Prints "round N" when all
 * have done their part of it, with how many vCPUs are online.
 */

#include <pith/clock.h>
#include <pith/smp.h>
#include <pith/thread.h>
#include <pith/waitq.h>
#include <stdio.h>

#define WORKERS 8

static struct {
    struct waitq changed;
    unsigned long rounds[WORKERS], round;
} work = {.changed = WAITQ_INIT(work.changed)};

static void compute(void *arg)
{
    unsigned long *done = arg;

    for (;;) {
        unsigned long next = *done + 1;

        for (volatile unsigned i = 0; i < 100000; i++)
            ;
        __atomic_store_n(done, next, __ATOMIC_SEQ_CST);
        waitq_wake_all(&work.changed);
        WAITQ_WAIT_UNTIL(&work.changed,
                         __atomic_load_n(&work.round, __ATOMIC_SEQ_CST) >= next,
                         DEADLINE_NEVER);
    }
}

static int all_have_done(unsigned long round)
{
    for (int i = 0; i < WORKERS; i++)
        if (__atomic_load_n(&work.rounds[i], __ATOMIC_SEQ_CST) < round)
            return 0;
    return 1;
}

int main(void)
{
    for (int i = 0; i < WORKERS; i++)
        if (!thread_start("worker", THREAD_STACK_BYTES, compute,
                          &work.rounds[i]))
            return 1;
    for (unsigned long round = 1;; round++) {
        WAITQ_WAIT_UNTIL(&work.changed, all_have_done(round), DEADLINE_NEVER);
        if (round % 20 == 0)
            printf("round %lu, %u of %u vCPUs\n", round, smp_online_count(),
                   smp_count());
        __atomic_store_n(&work.round, round, __ATOMIC_SEQ_CST);
        waitq_wake_all(&work.changed);
    }
}
