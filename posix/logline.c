/* SPDX-License-Identifier: BSD-2-Clause */
/* A program's line in the log. Apart from syslog.c, whose header and the log's
 * have names in common. */

#include "private.h"
#include <pith/log.h>

void log_line(int severity, const char *text)
{
    enum log_level level = LOG_DEBUG;

    if (severity <= 3) /* LOG_ERR of <syslog.h> */
        level = LOG_ERROR;
    else if (severity == 4)
        level = LOG_WARNING;
    else if (severity <= 6)
        level = LOG_INFO;
    log_print(level, "%s", text);
}
