/* SPDX-License-Identifier: BSD-2-Clause */
/* httpd's status.c on the Linux peer: /status is not part of the benchmark and
 * answers 503 there. */

#include "../../apps/httpd/httpd.h"

size_t status_json(char **text)
{
    (void)text;
    return 0;
}

size_t status_html(char **text)
{
    (void)text;
    return 0;
}

size_t status_report(char letter, char **text)
{
    (void)letter;
    (void)text;
    return 0;
}
