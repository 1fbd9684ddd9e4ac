/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Four threads that compute and now and then take one lock: how long it is
 * until all are done, on vCPUs that share fewer processors. Builds for Pith and
 * for Linux. Prints "FIGURE [PREFIX]NAME THOUSANDS",
 * PREFIX being its argument.
 */

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define THREADS 4
#define ROUNDS 400
#define STEPS 5000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t total, rounds;

static void *compute(void *arg)
{
    uint64_t x = (uint64_t)arg;

    for (int i = 0; i < ROUNDS; i++) {
        for (int n = 0; n < STEPS; n++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
        }
        pthread_mutex_lock(&lock);
        total += x;
        rounds++;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int main(int argc, char **argv)
{
    const char *prefix = argc > 1 ? argv[1] : "";
    pthread_t threads[THREADS];
    uint64_t start;

    sleep(2); /* dom0 has its share of the processors until the guest is made */
    start = now_ns();
    for (uint64_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, compute, (void *)(i + 1)))
            abort();
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("FIGURE %sthreads_done %llu\nthreads: %llu rounds, %llx\n", prefix,
           (unsigned long long)((now_ns() - start) / 1000),
           (unsigned long long)rounds, (unsigned long long)total);
    return rounds != THREADS * ROUNDS;
}
