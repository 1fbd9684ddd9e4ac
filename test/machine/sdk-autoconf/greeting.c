/* SPDX-License-Identifier: BSD-2-Clause */
/* Says what configure found out about Pith. */

#include "config.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int part(int n);

#if !HAVE_MALLOC || !HAVE_REALLOC || !HAVE_NANOSLEEP || !HAVE_UNISTD_H
#error configure did not find what there is
#endif
#if HAVE_INOTIFY_INIT || HAVE_SYS_INOTIFY_H || HAVE_Z || HAVE_FORK
#error configure found what there is not
#endif

int main(int argc, char **argv)
{
    printf("configured: long %d, part %d, root %.0f\n", SIZEOF_LONG, part(argc),
           sqrt(16.0 * argc));
    return 0;
}
