/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands for a shell, of which there is none: system() says so when it is
 * asked, and what wants one run gets ENOSYS. */

#include "private.h"
#include <errno.h>
#include <pith/log.h>
#include <stdio.h>
#include <stdlib.h>

int system(const char *command)
{
    if (!command)
        return 0;
    log_warning("posix: system() is not supported: there is no shell");
    return posix_fail(ENOSYS);
}

FILE *popen(const char *command, const char *mode)
{
    log_warning("posix: popen() is not supported: there is no shell");
    errno = ENOSYS;
    return NULL;
}

/* No stream is one of popen's. */
int pclose(FILE *stream)
{
    return posix_fail(ECHILD);
}
