/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * awaitline FILE TEXT SECONDS: waits until FILE, a log that grows, holds TEXT.
 * Exit status 1 when it does not in time. A loop of grep in shell would take
 * the processor from the guest that is to write the text.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define OVERLAP_MAX 4096

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Reads what is new; keeps the end of the old, as TEXT may straddle it. */
static int text_arrived(int in, const char *text)
{
    static char data[2 * OVERLAP_MAX];
    static size_t kept;
    ssize_t got;

    while ((got = read(in, data + kept, sizeof(data) - kept)) > 0) {
        size_t all = kept + (size_t)got;

        if (memmem(data, all, text, strlen(text)))
            return 1;
        kept = all < OVERLAP_MAX ? all : OVERLAP_MAX;
        memmove(data, data + all - kept, kept);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    double deadline;
    int in = -1;

    if (argc != 4 || strlen(argv[2]) > OVERLAP_MAX) {
        fprintf(stderr, "usage: awaitline FILE TEXT SECONDS\n");
        return 2;
    }
    deadline = now_s() + atof(argv[3]);
    do {
        if (in < 0)
            in = open(argv[1], O_RDONLY);
        if (in >= 0 && text_arrived(in, argv[2]))
            return 0;
        nanosleep(&pause, NULL);
    } while (now_s() < deadline);
    return 1;
}
