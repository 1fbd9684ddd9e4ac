/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printf-style formatting without libc: flags - 0 + space #, width, precision,
 * * for both; length hh h l ll z t j; conversions d i u x X o c s p %. No
 * floating point. Any context; general registers only. lib/.
 */
#ifndef PITH_FORMAT_H
#define PITH_FORMAT_H

#include <pith/compiler.h>
#include <stdarg.h>

/* As C's snprintf: always ends buf with a NUL if size > 0, returns the length
 * that the whole text has. */
int format(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int vformat(char *buf, size_t size, const char *fmt, va_list args)
    __printf(3, 0);

#endif
