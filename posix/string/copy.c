/* SPDX-License-Identifier: BSD-2-Clause */
/* memcpy, memmove, mempcpy and memset of programs. Those of the rooms below,
 * which upcalls run, are in lib/. */

#include "choose.h"
#include <string.h>

#include "vec16.h"

#include "copy_body.h"

#pragma GCC push_options
#pragma GCC target("avx2")
#include "vec32.h"

#include "copy_body.h"
#pragma GCC pop_options

CHOOSE(void *, memmove, (void *dst, const void *src, size_t n), (dst, src, n))
CHOOSE(void *, memset, (void *dst, int c, size_t n), (dst, c, n))

__attribute__((weak)) void *memcpy(void *restrict dst, const void *restrict src,
                                   size_t n)
{
    return READ_ONCE(memmove_chosen)(dst, src, n);
}

__attribute__((weak)) void *mempcpy(void *dst, const void *src, size_t n)
{
    return (char *)READ_ONCE(memmove_chosen)(dst, src, n) + n;
}
