/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program for control.sh to end: its first argument says how it behaves.
 *
 *   plain     waits for ever, with text in its streams' buffers
 *   input     the same, while another thread reads a line that never comes
 *   handler   SIGTERM makes it exit with the status of its second argument
 *   deaf      has a handler for SIGTERM and goes on
 *   ignore    ignores SIGTERM
 *   sigwait   blocks SIGTERM and waits for it
 *   stuck     never comes back from its atexit handler
 *   exit      exits with the status of its second argument at once
 */

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t told;
static const char *mode;

static void on_term(int sig __attribute__((unused)))
{
    told = 1;
}

static void at_exit(void)
{
    printf("atexit ran\n");
    while (!strcmp(mode, "stuck"))
        pause();
}

static void *read_line(void *arg __attribute__((unused)))
{
    char line[32];

    return fgets(line, sizeof(line), stdin);
}

/* What only exit() brings to the disk and the console. */
static void fill_buffers(void)
{
    FILE *disk = fopen("/dev/xvda", "r+");

    if (disk && (setvbuf(disk, NULL, _IOFBF, 4096) ||
                 fputs("kept until the end", disk) < 0))
        perror("disk");
    setvbuf(stdout, NULL, _IOFBF, 4096);
    printf("buffered ");
}

static int wait_for_term(void)
{
    sigset_t set;
    int sig = 0;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    fprintf(stderr, "ready\n");
    sigwait(&set, &sig);
    printf("waited for %d\n", sig);
    return 0;
}

int main(int argc, char **argv)
{
    int status = argc > 2 ? atoi(argv[2]) : 0;
    pthread_t reader;

    mode = argc > 1 ? argv[1] : "plain";
    fill_buffers();
    atexit(at_exit);
    if (!strcmp(mode, "exit"))
        return status;
    if (!strcmp(mode, "sigwait"))
        return wait_for_term();
    if (!strcmp(mode, "handler") || !strcmp(mode, "deaf"))
        signal(SIGTERM, on_term);
    if (!strcmp(mode, "ignore"))
        signal(SIGTERM, SIG_IGN);
    if (!strcmp(mode, "input"))
        pthread_create(&reader, NULL, read_line, NULL);
    fprintf(stderr, "ready\n");
    for (;;) {
        pause();
        fprintf(stderr, "woken\n");
        if (told && !strcmp(mode, "handler"))
            return status;
    }
}
