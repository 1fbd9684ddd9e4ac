/* SPDX-License-Identifier: BSD-2-Clause */
/* The program's name for messages: argv[0] as the SDK has set it, or another
 * one that the program gave. */

#include <pith/option.h>
#include <stdlib.h>
#include <string.h>

static const char *chosen; /* by the program, which synchronises it */

const char *getprogname(void)
{
    return chosen ? chosen : program_argv()[0];
}

void setprogname(const char *name)
{
    const char *slash = strrchr(name, '/');

    chosen = slash ? slash + 1 : name;
}
