/* SPDX-License-Identifier: BSD-2-Clause */
/* memcmp and strcmp of programs. */

#include "choose.h"
#include <string.h>

#include "vec16.h"

#include "compare_body.h"

#pragma GCC push_options
#pragma GCC target("avx2")
#include "vec32.h"

#include "compare_body.h"
#pragma GCC pop_options

CHOOSE(int, memcmp, (const void *a, const void *b, size_t n), (a, b, n))
CHOOSE(int, strcmp, (const char *a, const char *b), (a, b))
