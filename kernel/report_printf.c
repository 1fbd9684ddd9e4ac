/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted text for reports: apart from their list, which panics, that print
 * by this too, must not draw in. */

#include "private.h"
#include <pith/format.h>
#include <pith/report.h>

void report_printf(report_print_fn *print, const char *fmt, ...)
{
    char text[REPORT_PRINTF_BYTES];
    va_list args;
    int length;

    va_start(args, fmt);
    length = vformat(text, sizeof(text), fmt, args);
    va_end(args);
    print(text, MIN((size_t)length, sizeof(text) - 1));
}
