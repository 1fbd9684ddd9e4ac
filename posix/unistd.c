/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program asks about the system and about itself. One program, one
 * user: process 1, user and group 0. */

#include "private.h"
#include <errno.h>
#include <pith/page.h>
#include <pith/sock.h>
#include <reent.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

int getpagesize(void)
{
    return PAGE_SIZE;
}

int getdtablesize(void)
{
    return FD_LIMIT;
}

int gethostname(char *name, size_t size)
{
    size_t length = strlen(net_hostname());

    if (length >= size)
        return posix_fail(ENAMETOOLONG);
    memcpy(name, net_hostname(), length + 1);
    return 0;
}

int uname(struct utsname *out)
{
    memset(out, 0, sizeof(*out));
    strcpy(out->sysname, "Pith");
    strncpy(out->nodename, net_hostname(), sizeof(out->nodename) - 1);
    strcpy(out->release, "0.1");
    strcpy(out->version, "1");
    strcpy(out->machine, "x86_64");
    return 0;
}

pid_t getpid(void)
{
    return 1;
}

pid_t getppid(void)
{
    return 0;
}

uid_t getuid(void)
{
    return 0;
}

uid_t geteuid(void)
{
    return 0;
}

gid_t getgid(void)
{
    return 0;
}

gid_t getegid(void)
{
    return 0;
}

/* --- what newlib calls --- */

int _getpid_r(struct _reent *reent)
{
    return getpid();
}
