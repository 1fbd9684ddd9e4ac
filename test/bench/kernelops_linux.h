/* SPDX-License-Identifier: BSD-2-Clause */
/* kernelops on Linux: POSIX threads and semaphores. */

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static sem_t ops_ping, ops_pong;
static pthread_t partner;

#define ops_yield sched_yield
#define ops_post sem_post
#define ops_wait sem_wait

static void ops_begin(const char *prefix)
{
    (void)prefix;
    sem_init(&ops_ping, 0, 0);
    sem_init(&ops_pong, 0, 0);
}

static void *yields(void *n)
{
    for (uintptr_t i = 0; i < (uintptr_t)n; i++)
        sched_yield();
    return NULL;
}

static void *answers(void *n)
{
    for (uintptr_t i = 0; i < (uintptr_t)n; i++) {
        sem_wait(&ops_ping);
        sem_post(&ops_pong);
    }
    return NULL;
}

static void ops_partner_yields(unsigned n)
{
    if (pthread_create(&partner, NULL, yields, (void *)(uintptr_t)n))
        abort();
}

static void ops_partner_answers(unsigned n)
{
    if (pthread_create(&partner, NULL, answers, (void *)(uintptr_t)n))
        abort();
}

static void ops_partner_join(void)
{
    pthread_join(partner, NULL);
}
