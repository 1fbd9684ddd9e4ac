/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * readall DEVICE...: reads all disks at once, each by a thread, and says how
 * that ends: "readall: DEVICE: N bytes" or the error. Ends when all ended.
 */
#include <pith/clock.h>
#include <pith/thread.h>
#include <pith/waitq.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES 65536

static struct waitq ended = WAITQ_INIT(ended);
static int under_way; /* atomic */

static void read_disk(void *arg)
{
    const char *name = arg;
    char *buffer = malloc(READ_BYTES);
    int fd = open(name, O_RDONLY);
    long long total = 0;
    ssize_t got = -1;

    if (buffer && fd >= 0)
        while ((got = read(fd, buffer, READ_BYTES)) > 0)
            total += got;
    if (got < 0)
        printf("readall: %s: %s\n", name, strerror(errno));
    else
        printf("readall: %s: %lld bytes\n", name, total);
    fflush(stdout);
    __atomic_sub_fetch(&under_way, 1, __ATOMIC_SEQ_CST);
    waitq_wake_all(&ended);
}

int main(int argc, char **argv)
{
    under_way = argc - 1;
    for (int i = 1; i < argc; i++)
        if (!thread_start("reader", 2 * THREAD_STACK_BYTES, read_disk, argv[i]))
            return 2;
    WAITQ_WAIT_UNTIL(&ended, !__atomic_load_n(&under_way, __ATOMIC_SEQ_CST),
                     DEADLINE_NEVER);
    return 0;
}
