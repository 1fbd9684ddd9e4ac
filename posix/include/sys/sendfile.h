/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef _SYS_SENDFILE_H
#define _SYS_SENDFILE_H

#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* in must be a file that seeks. offset may be NULL: then its position moves. */
ssize_t sendfile(int out, int in, off_t *offset, size_t count);

#ifdef __cplusplus
}
#endif

#endif
