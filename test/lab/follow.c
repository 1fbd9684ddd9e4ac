/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * follow FILE FLAG: copies FILE to standard output as it grows, until FLAG
 * exists and all of FILE was copied. It is how a guest's console log is shown
 * live without losing its end: tail -f cannot be told when to stop.
 */
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static int copy_available(int in)
{
    char data[4096];
    ssize_t got;

    while ((got = read(in, data, sizeof(data))) > 0) {
        for (ssize_t done = 0; done < got;) {
            ssize_t put = write(1, data + done, (size_t)(got - done));

            if (put < 0)
                return -1;
            done += put;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    int in = -1;

    if (argc != 3) {
        fprintf(stderr, "usage: follow FILE FLAG\n");
        return 2;
    }
    for (;;) {
        int last = access(argv[2], F_OK) == 0;

        if (in < 0)
            in = open(argv[1], O_RDONLY);
        if (in >= 0 && copy_available(in) < 0)
            return 1;
        if (last)
            return 0;
        nanosleep(&pause, NULL);
    }
}
