/* SPDX-License-Identifier: BSD-2-Clause */
/* pith.hostname: what DHCP servers are told and gethostname says. By itself,
 * so that a program without a network can have a name. */
#include <pith/errno.h>
#include <pith/option.h>
#include <pith/sock.h>
#include <pith/string.h>

static const char *hostname = "pith";

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
}

/* RFC 1123, section 2.1. */
static int set_hostname(unsigned index, const char *value)
{
    size_t length = strlen(value);

    if (!length || length > 63 || !is_alnum(value[0]) ||
        !is_alnum(value[length - 1]))
        return -XEN_EINVAL;
    for (size_t i = 0; i < length; i++)
        if (!is_alnum(value[i]) && value[i] != '-' && value[i] != '.')
            return -XEN_EINVAL;
    hostname = value;
    return 0;
}

OPTION(hostname, "hostname", set_hostname,
       "1 to 63 letters, digits, dots and hyphens");

const char *net_hostname(void)
{
    return hostname;
}
