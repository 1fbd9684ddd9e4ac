/* SPDX-License-Identifier: BSD-2-Clause */
/* strlen, strnlen, strchr, strrchr, strchrnul and memchr of programs. */

#include "choose.h"
#include <string.h>

#include "vec16.h"

#include "find_body.h"

#pragma GCC push_options
#pragma GCC target("avx2")
#include "vec32.h"

#include "find_body.h"
#pragma GCC pop_options

CHOOSE(size_t, strlen, (const char *s), (s))
CHOOSE(char *, strchr, (const char *s, int c), (s, c))
CHOOSE(char *, strchrnul, (const char *s, int c), (s, c))
CHOOSE(char *, strrchr, (const char *s, int c), (s, c))
CHOOSE(void *, memchr, (const void *s, int c, size_t n), (s, c, n))

__attribute__((weak)) size_t strnlen(const char *s, size_t max)
{
    const char *end = READ_ONCE(memchr_chosen)(s, 0, max);

    return end ? (size_t)(end - s) : max;
}
