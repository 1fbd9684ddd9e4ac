/* SPDX-License-Identifier: BSD-2-Clause */
/* syslog: lines of the log, "ident[pid]: message". */

#include "private.h"
#include <errno.h>
#include <pith/mutex.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#define LINE_BYTES 512

static struct {
    struct mutex lock; /* protects the rest */
    const char *ident; /* the program's, as POSIX has it */
    int options, mask;
} state = {MUTEX_INIT(state.lock), NULL, 0, 0xff};

void openlog(const char *ident, int options, int facility)
{
    mutex_lock(&state.lock);
    state.ident = ident;
    state.options = options;
    mutex_unlock(&state.lock);
}

void closelog(void)
{
    openlog(NULL, 0, 0);
}

int setlogmask(int mask)
{
    int before;

    mutex_lock(&state.lock);
    before = state.mask;
    if (mask)
        state.mask = mask;
    mutex_unlock(&state.lock);
    return before;
}

/* Writes what comes before the message; false: it is not wanted. */
static bool begin(int severity, char *out, size_t size, bool *to_stderr)
{
    bool wanted;
    size_t at;

    mutex_lock(&state.lock);
    wanted = state.mask & LOG_MASK(severity);
    *to_stderr = state.options & LOG_PERROR;
    at = (size_t)snprintf(out, size, "%.64s", state.ident ? state.ident : "");
    if (state.options & LOG_PID)
        at += (size_t)snprintf(out + at, size - at, "[%d]", (int)getpid());
    mutex_unlock(&state.lock);
    if (at)
        strcpy(out + at, ": ");
    return wanted;
}

void vsyslog(int priority, const char *format, va_list args)
{
    int before = errno, severity = LOG_PRI(priority);
    char line[LINE_BYTES];
    bool to_stderr;
    size_t length;

    if (!begin(severity, line, sizeof(line), &to_stderr))
        return;
    length = strlen(line);
    errno = before; /* for %m */
    vsnprintf(line + length, sizeof(line) - length, format, args);
    length = strlen(line);
    while (length && line[length - 1] == '\n')
        line[--length] = '\0';
    log_line(severity, line);
    if (to_stderr)
        fprintf(stderr, "%s\n", line);
    errno = before;
}

void syslog(int priority, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsyslog(priority, format, args);
    va_end(args);
}
