/* SPDX-License-Identifier: BSD-2-Clause */
/* httpd [--port N] [--root DIR] [--max-conns N] */

#include "httpd.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *server_root = "";

static bool number_option(int argc, char **argv, int *i, const char *name,
                          unsigned max, unsigned *out)
{
    char *end;
    unsigned long value;

    if (strcmp(argv[*i], name))
        return false;
    if (*i + 1 >= argc) {
        fprintf(stderr, "httpd: %s: no value\n", name);
        exit(2);
    }
    value = strtoul(argv[++*i], &end, 10);
    if (*end || !value || value > max) {
        fprintf(stderr, "httpd: %s: bad value \"%s\": wants 1 to %u\n", name,
                argv[*i], max);
        exit(2);
    }
    *out = (unsigned)value;
    return true;
}

int main(int argc, char **argv)
{
    unsigned port = 80, max_conns = 256;

    for (int i = 1; i < argc; i++) {
        if (number_option(argc, argv, &i, "--port", 65535, &port) ||
            number_option(argc, argv, &i, "--max-conns", 10000, &max_conns))
            continue;
        if (strcmp(argv[i], "--root") == 0 && i + 1 < argc) {
            server_root = argv[++i];
            continue;
        }
        fprintf(stderr, "httpd: unknown argument \"%s\"\n", argv[i]);
        return 2;
    }
    return server_run(port, max_conns);
}
