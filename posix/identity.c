/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program asks about itself and the system's name beyond unistd.c: one
 * process, which leads its group and its session. */

#include "private.h"
#include <errno.h>
#include <pith/sock.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* 0, or errno's number for another process. */
static int check_pid(pid_t pid)
{
    if (pid < 0)
        return EINVAL;
    return pid == 0 || pid == getpid() ? 0 : ESRCH;
}

pid_t getpgrp(void)
{
    return getpid();
}

pid_t getpgid(pid_t pid)
{
    int err = check_pid(pid);

    return err ? posix_fail(err) : getpgrp();
}

pid_t getsid(pid_t pid)
{
    return getpgid(pid);
}

/* Who leads a session cannot leave its group. */
int setpgid(pid_t pid, pid_t group)
{
    int err = check_pid(pid);

    if (!err && group != 0 && group != getpgrp())
        err = group < 0 ? EINVAL : EPERM;
    return err ? posix_fail(err) : 0;
}

int setpgrp(void)
{
    return 0;
}

pid_t setsid(void)
{
    return posix_fail(EPERM);
}

/* --- names --- */

int getdomainname(char *name, size_t size)
{
    if (!size)
        return posix_fail(EINVAL);
    *name = '\0'; /* NIS's, which is not there */
    return 0;
}

long gethostid(void)
{
    long id = 5381;

    for (const char *name = net_hostname(); *name; name++)
        id = (id * 33 + *name) & 0x7fffffff;
    return id;
}

/* The name is the command line's (pith.hostname): DHCP has told it already. */
int sethostname(const char *name, size_t size)
{
    if (size == strlen(net_hostname()) && !memcmp(name, net_hostname(), size))
        return 0;
    return posix_fail(EPERM);
}

/* --- privileges: none to have gained --- */

int issetugid(void)
{
    return 0;
}

char *secure_getenv(const char *name)
{
    return getenv(name);
}
