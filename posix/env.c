/* SPDX-License-Identifier: BSD-2-Clause */
/* What the command line gives a program beside its arguments: pith.env. */

#include "private.h"
#include <pith/errno.h>
#include <pith/option.h>
#include <string.h>
#include <unistd.h>

#define ENV_MAX 64

/* Written while options are parsed, before there are threads. */
static struct {
    const char *text[ENV_MAX + 1]; /* ends with NULL */
    unsigned count;
} env;

static int set_env(unsigned index, const char *value)
{
    const char *equals = strchr(value, '=');

    if (!equals || equals == value || env.count == ENV_MAX)
        return -XEN_EINVAL;
    env.text[env.count++] = value;
    return 0;
}

OPTION(env, "env", set_env, "NAME=VALUE, at most 64 of them");

void env_init(void)
{
    /* setenv makes its own copy of the array and of each string. */
    environ = (char **)(uintptr_t)env.text;
}
