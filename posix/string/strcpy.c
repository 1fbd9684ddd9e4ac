/* SPDX-License-Identifier: BSD-2-Clause */
/* strcpy and stpcpy of programs. */

#include "choose.h"
#include <string.h>

#include "vec16.h"

#include "strcpy_body.h"

#pragma GCC push_options
#pragma GCC target("avx2")
#include "vec32.h"

#include "strcpy_body.h"
#pragma GCC pop_options

CHOOSE(char *, stpcpy, (char *restrict dst, const char *restrict src),
       (dst, src))
CHOOSE(char *, strcpy, (char *restrict dst, const char *restrict src),
       (dst, src))
