/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hello: prints its arguments and environment and exits with a chosen status.
 *
 *   cmdline = "pith.env=GREETING=Hi -- one two"     prints them
 *   cmdline = "-- --exit 3"                         exits with status 3
 *   cmdline = "-- --abort"                          crashes on purpose
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static int parse_status(const char *text)
{
    char *end;
    long status = strtol(text, &end, 10);

    if (end == text || *end || status < 0 || status > 255) {
        fprintf(stderr, "hello: --exit: bad status \"%s\": wants 0 to 255\n",
                text);
        exit(2);
    }
    return (int)status;
}

int main(int argc, char **argv)
{
    const char *greeting = getenv("GREETING");

    printf("%s from Pith\n", greeting ? greeting : "Hello");
    for (int i = 0; i < argc; i++)
        printf("argv[%d]=%s\n", i, argv[i]);
    for (char **e = environ; *e; e++)
        printf("env %s\n", *e);
    if (argc == 2 && strcmp(argv[1], "--abort") == 0)
        abort();
    if (argc == 3 && strcmp(argv[1], "--exit") == 0)
        return parse_status(argv[2]);
    return 0;
}
