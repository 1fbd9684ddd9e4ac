/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of <utime.h> that newlib leaves to the system. */
#ifndef _SYS_UTIME_H
#define _SYS_UTIME_H

#include <sys/types.h>

struct utimbuf {
    time_t actime, modtime;
};

int utime(const char *path, const struct utimbuf *times);

#endif
