/* SPDX-License-Identifier: BSD-2-Clause */
/* newlib's, and what it has under other names only. */
#ifndef PITH_STDIO_H
#define PITH_STDIO_H

#include_next <stdio.h>

/* Not where stdio.h was asked for a part of itself. */
#if defined(_STDIO_H_) && __POSIX_VISIBLE >= 200809
__BEGIN_DECLS
ssize_t getline(char **__restrict line, size_t *__restrict size,
                FILE *__restrict stream);
ssize_t getdelim(char **__restrict line, size_t *__restrict size, int end,
                 FILE *__restrict stream);
__END_DECLS
#endif

#endif
