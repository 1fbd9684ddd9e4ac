/* SPDX-License-Identifier: BSD-2-Clause */
/* What the console is called, and whose it is: the one process's. */

#include "private.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char console[] = "/dev/console";

int ttyname_r(int fd, char *name, size_t size)
{
    if (!isatty(fd))
        return errno;
    if (size < sizeof(console))
        return ERANGE;
    memcpy(name, console, sizeof(console));
    return 0;
}

char *ttyname(int fd)
{
    static char name[sizeof(console)];

    return ttyname_r(fd, name, sizeof(name)) ? NULL : name;
}

char *ctermid(char *name)
{
    static char own[L_ctermid];

    return strcpy(name ? name : own, console);
}

pid_t tcgetpgrp(int fd)
{
    return isatty(fd) ? getpid() : -1;
}

int tcsetpgrp(int fd, pid_t group)
{
    if (!isatty(fd))
        return -1;
    return group == getpid() ? 0 : posix_fail(EPERM);
}
