/* SPDX-License-Identifier: BSD-2-Clause */
/* <err.h> and <error.h>: messages under the program's name. */

#include "private.h"
#include <err.h>
#include <errno.h>
#include <error.h>
#include <pith/option.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* GNU's; the program sets them before it has threads. */
unsigned error_message_count;
int error_one_per_line;
void (*error_print_progname)(void);

static const char *program_name(void)
{
    const char *name = program_argc() > 0 ? program_argv()[0] : "";
    const char *slash = strrchr(name, '/');

    return slash ? slash + 1 : name;
}

/* One message, not mixed with other threads'. format may be NULL. */
static void message(const char *format, va_list args, const char *error)
{
    flockfile(stderr);
    fprintf(stderr, "%s: ", program_name());
    if (format)
        vfprintf(stderr, format, args);
    if (format && error)
        fputs(": ", stderr);
    fprintf(stderr, "%s\n", error ? error : "");
    funlockfile(stderr);
}

void vwarn(const char *format, va_list args)
{
    message(format, args, strerror(errno));
}

void vwarnx(const char *format, va_list args)
{
    message(format, args, NULL);
}

void verr(int status, const char *format, va_list args)
{
    vwarn(format, args);
    exit(status);
}

void verrx(int status, const char *format, va_list args)
{
    vwarnx(format, args);
    exit(status);
}

#define PASS_ARGS(call) \
    do { \
        va_list args; \
        va_start(args, format); \
        call; \
        va_end(args); \
    } while (0)

void warn(const char *format, ...)
{
    PASS_ARGS(vwarn(format, args));
}

void warnx(const char *format, ...)
{
    PASS_ARGS(vwarnx(format, args));
}

void err(int status, const char *format, ...)
{
    PASS_ARGS(vwarn(format, args));
    exit(status);
}

void errx(int status, const char *format, ...)
{
    PASS_ARGS(vwarnx(format, args));
    exit(status);
}

/* --- GNU's --- */

static void gnu_message(int status, int errnum, const char *file, unsigned line,
                        const char *format, va_list args)
{
    fflush(stdout);
    flockfile(stderr);
    if (error_print_progname)
        error_print_progname();
    else
        fprintf(stderr, "%s:%s", program_name(), file ? "" : " ");
    if (file)
        fprintf(stderr, "%s:%u: ", file, line);
    vfprintf(stderr, format, args);
    if (errnum)
        fprintf(stderr, ": %s", strerror(errnum));
    fputc('\n', stderr);
    error_message_count++;
    funlockfile(stderr);
    if (status)
        exit(status);
}

void error(int status, int errnum, const char *format, ...)
{
    PASS_ARGS(gnu_message(status, errnum, NULL, 0, format, args));
}

void error_at_line(int status, int errnum, const char *file, unsigned line,
                   const char *format, ...)
{
    static const char *last_file;
    static unsigned last_line;

    if (error_one_per_line && file == last_file && line == last_line)
        return;
    last_file = file;
    last_line = line;
    PASS_ARGS(gnu_message(status, errnum, file, line, format, args));
}
