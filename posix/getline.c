/* SPDX-License-Identifier: BSD-2-Clause */
/* getline and getdelim, which newlib has under these names only. */

#include <stdio.h>

ssize_t getline(char **__restrict line, size_t *__restrict size,
                FILE *__restrict stream)
{
    return __getline(line, size, stream);
}

ssize_t getdelim(char **__restrict line, size_t *__restrict size, int end,
                 FILE *__restrict stream)
{
    return __getdelim(line, size, end, stream);
}
