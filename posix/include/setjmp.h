/* SPDX-License-Identifier: BSD-2-Clause */
/* <setjmp.h> with the forms that leave the signal mask alone, which newlib
 * lacks; here setjmp does so, too. Source: POSIX.1-2008, XSI. */
#ifndef _SETJMP_H_
#define _SETJMP_H_

#include <_ansi.h>
#include <machine/setjmp.h> /* newlib's: jmp_buf for this processor */

#ifdef __cplusplus
extern "C" {
#endif

int setjmp(jmp_buf env) __attribute__((returns_twice));
void longjmp(jmp_buf env, int value) __attribute__((noreturn));

#ifdef __cplusplus
}
#endif

#define setjmp(env) setjmp(env)
#define _setjmp(env) setjmp(env)
#define _longjmp(env, value) longjmp(env, value)

#endif
