/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does what is typed at its console, a line at a time, and answers with a line.
 *
 *   say WORD            "said WORD"
 *   sleep MS            "slept MS", as the monotonic clock has it
 *   time                "time SECONDS", the wall clock's
 *   take KIB            allocates and writes it: "took KIB" or "out of memory"
 *   give                frees all: "gave"
 *   memory              "memory TOTAL FREE", in KiB
 *   churn               takes and gives in a thread, until
 *   stop                "churned ROUNDS OUT-OF-MEMORY"
 *   hold PATH           opens it: "holds", or why not
 *   use TEXT            writes what it holds, reads it back: "used", or why not
 *   drop                closes it: "dropped"
 *   hang CPU            vCPU CPU runs on with interrupts off
 */

#define _GNU_SOURCE
#include <pith/page.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BLOCK_KIB 64

/* Blocks, each of which begins with the address of the one before. */
static void **blocks;

static bool take(void ***list, long kib)
{
    for (; kib > 0; kib -= BLOCK_KIB) {
        void **block = malloc(BLOCK_KIB << 10);

        if (!block)
            return false;
        memset(block, 0x5a, BLOCK_KIB << 10);
        *block = *list;
        *list = block;
    }
    return true;
}

static void say_take(long kib)
{
    if (take(&blocks, kib))
        printf("took\n");
    else
        printf("%s\n",
               errno == ENOMEM ? "out of memory" : "no memory, no ENOMEM");
}

/* What was written is still there. */
static void give(void ***list)
{
    while (*list) {
        void **block = *list;
        const unsigned char *bytes = (const unsigned char *)block;

        for (size_t i = sizeof(*block); i < BLOCK_KIB << 10; i += 509)
            if (bytes[i] != 0x5a) {
                printf("byte %zu of a block is %#x\n", i, bytes[i]);
                exit(1);
            }
        *list = *block;
        free(block);
    }
}

static struct {
    pthread_t thread;
    volatile bool stops;
    unsigned rounds, failed;
} churn;

static void *churn_on(void *arg __attribute__((unused)))
{
    void **list = NULL;

    for (; !churn.stops; churn.rounds++) {
        if (!take(&list, churn.rounds * 1237 % 32768))
            churn.failed++;
        give(&list);
    }
    return NULL;
}

static void stop_churn(void)
{
    churn.stops = true;
    pthread_join(churn.thread, NULL);
    printf("churned %u %u\n", churn.rounds, churn.failed);
}

static int held = -1;

static void say(const char *done, bool failed)
{
    printf("%s\n", failed ? strerror(errno) : done);
}

/* A sector, through to the disk. */
static bool use(const char *text)
{
    char sector[512] = {0}, read[512];

    strcpy(sector, text);
    return pwrite(held, sector, sizeof(sector), 0) == sizeof(sector) &&
           !fsync(held) && pread(held, read, sizeof(read), 0) == sizeof(read) &&
           !memcmp(sector, read, sizeof(read));
}

static void sleep_ms(long ms)
{
    struct timespec wanted = {ms / 1000, ms % 1000 * 1000000}, before, after;

    clock_gettime(CLOCK_MONOTONIC, &before);
    nanosleep(&wanted, NULL);
    clock_gettime(CLOCK_MONOTONIC, &after);
    printf("slept %ld\n", (after.tv_sec - before.tv_sec) * 1000 +
                              (after.tv_nsec - before.tv_nsec) / 1000000);
}

static void memory(void)
{
    struct page_stats stats;

    page_get_stats(&stats);
    printf("memory %lu %lu\n", stats.total_pages * (PAGE_SIZE >> 10),
           stats.free_pages * (PAGE_SIZE >> 10));
}

static void *hang(void *arg __attribute__((unused)))
{
    __asm__ volatile("cli; 1: pause; jmp 1b");
    return NULL;
}

static void hang_on(long cpu)
{
    pthread_attr_t attr;
    pthread_t thread;
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET((int)cpu, &set);
    pthread_attr_init(&attr);
    pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
    printf("hangs\n");
    fflush(stdout);
    usleep(100000); /* the console's thread is not to be the one that hangs */
    pthread_create(&thread, &attr, hang, NULL);
}

static void obey(const char *command, const char *argument)
{
    long number = strtol(argument, NULL, 10);

    if (!strcmp(command, "say"))
        printf("said %s\n", argument);
    else if (!strcmp(command, "sleep"))
        sleep_ms(number);
    else if (!strcmp(command, "time"))
        printf("time %ld\n", (long)time(NULL));
    else if (!strcmp(command, "take"))
        say_take(number);
    else if (!strcmp(command, "give")) {
        give(&blocks);
        printf("gave\n");
    } else if (!strcmp(command, "churn"))
        pthread_create(&churn.thread, NULL, churn_on, NULL);
    else if (!strcmp(command, "stop"))
        stop_churn();
    else if (!strcmp(command, "memory"))
        memory();
    else if (!strcmp(command, "hold"))
        say("holds", (held = open(argument, O_RDWR)) < 0);
    else if (!strcmp(command, "use"))
        say("used", !use(argument));
    else if (!strcmp(command, "drop"))
        say("dropped", close(held));
    else if (!strcmp(command, "hang"))
        hang_on(number);
    else
        printf("what is %s?\n", command);
}

/* An argument is how much it takes at once. */
int main(int argc, char **argv)
{
    char line[80], command[16], argument[32];

    if (argc > 1)
        say_take(strtol(argv[1], NULL, 10));
    printf("ready\n");
    while (fgets(line, sizeof(line), stdin)) {
        argument[0] = '\0';
        if (sscanf(line, "%15s %31s", command, argument) >= 1)
            obey(command, argument);
        fflush(stdout);
    }
    return 0;
}
