/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What single operations of threads, memory and descriptors cost, by the TSC,
 * which counts instructions in deterministic mode. Builds for Pith and for
 * Linux. Prints "FIGURE [PREFIX_]NAME INSTRUCTIONS"; the prefix is the
 * argument.
 *
 * An operation's cost is the slope of two run lengths, the least of several:
 * what another domain or an interrupt takes only adds.
 */

#ifdef __pith__
#include "kernelops_pith.h"
#else
#include "kernelops_linux.h"
#endif

#include <fcntl.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define SHORT 1000
#define LONG 3000
#define TRIES 7

static uint64_t tsc(void)
{
    return __builtin_ia32_rdtsc();
}

static uint64_t time_of(void (*run)(unsigned n), unsigned n)
{
    uint64_t start = tsc();

    run(n);
    return tsc() - start;
}

static void figure(const char *prefix, const char *name,
                   void (*run)(unsigned n))
{
    uint64_t least[2] = {UINT64_MAX, UINT64_MAX};

    for (int i = 0; i < TRIES; i++) {
        uint64_t t0 = time_of(run, SHORT), t1 = time_of(run, LONG);

        least[0] = t0 < least[0] ? t0 : least[0];
        least[1] = t1 < least[1] ? t1 : least[1];
    }
    printf("FIGURE %s%s %llu\n", prefix, name,
           (unsigned long long)((least[1] - least[0]) / (LONG - SHORT)));
}

static void malloc_and_free(unsigned n)
{
    while (n--) {
        void *block = malloc(64);

        __asm__ volatile("" : "+r"(block));
        free(block);
    }
}

/* Two threads: each yields n times, in turns. */
static void yield_in_pairs(unsigned n)
{
    ops_partner_yields(n);
    while (n--)
        ops_yield();
    ops_partner_join();
}

static void ping_pong(unsigned n)
{
    ops_partner_answers(n);
    while (n--) {
        ops_post(&ops_ping);
        ops_wait(&ops_pong);
    }
    ops_partner_join();
}

/* --- descriptors --- */

static int pipe_ends[2], event;

static void pipe_reads(unsigned n)
{
    static char bytes[LONG];

    if (write(pipe_ends[1], bytes, n) != (ssize_t)n)
        abort();
    while (n--) {
        char c;

        if (read(pipe_ends[0], &c, 1) != 1)
            abort();
    }
}

static void event_writes_and_reads(unsigned n)
{
    while (n--) {
        eventfd_t value;

        if (eventfd_write(event, 1) || eventfd_read(event, &value))
            abort();
    }
}

static void opens_and_closes(unsigned n)
{
    while (n--) {
        int fd = open("/kernelops.file", O_RDONLY);

        if (fd < 0)
            abort();
        close(fd);
    }
}

static void clock_reads(unsigned n)
{
    struct timespec now;

    while (n--)
        clock_gettime(CLOCK_MONOTONIC, &now);
}

static void descriptors_begin(void)
{
    int fd = open("/kernelops.file", O_CREAT | O_WRONLY, 0600);

    event = eventfd(0, 0);
    if (fd < 0 || event < 0 || pipe(pipe_ends))
        abort();
    close(fd);
}

int main(int argc, char **argv)
{
    const char *prefix = argc > 1 ? argv[1] : "";

    ops_begin(prefix);
    figure(prefix, "malloc_free", malloc_and_free);
    figure(prefix, "yield_pair", yield_in_pairs);
    figure(prefix, "semaphore_round", ping_pong);
    descriptors_begin();
    figure(prefix, "pipe_read", pipe_reads);
    figure(prefix, "eventfd_pair", event_writes_and_reads);
    figure(prefix, "open_close", opens_and_closes);
    figure(prefix, "clock_gettime", clock_reads);
    fflush(stdout);
    return 0;
}
