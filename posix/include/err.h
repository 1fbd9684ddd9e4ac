/* SPDX-License-Identifier: BSD-2-Clause */
/* "program: message: error" on stderr, as in the BSDs. */
#ifndef _ERR_H
#define _ERR_H

#include <stdarg.h>

#define __err_printf(n) __attribute__((format(printf, n, n + 1)))
#define __err_vprintf(n) __attribute__((format(printf, n, 0)))

#ifdef __cplusplus
extern "C" {
#endif

void err(int status, const char *format, ...) __attribute__((noreturn))
__err_printf(2);
void verr(int status, const char *format, va_list args)
    __attribute__((noreturn)) __err_vprintf(2);
void errx(int status, const char *format, ...) __attribute__((noreturn))
__err_printf(2);
void verrx(int status, const char *format, va_list args)
    __attribute__((noreturn)) __err_vprintf(2);
void warn(const char *format, ...) __err_printf(1);
void vwarn(const char *format, va_list args) __err_vprintf(1);
void warnx(const char *format, ...) __err_printf(1);
void vwarnx(const char *format, va_list args) __err_vprintf(1);

#ifdef __cplusplus
}
#endif

#endif
