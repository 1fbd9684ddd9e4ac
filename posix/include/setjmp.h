/* SPDX-License-Identifier: BSD-2-Clause */
/* Jumps, in place of newlib's header of this name, which lacks those with a
 * signal mask. Source: POSIX.1-2017, setjmp.h. */
#ifndef _SETJMP_H_
#define _SETJMP_H_

#include "_ansi.h"
#include <machine/setjmp.h>
#include <sys/_sigset.h>

#ifdef __cplusplus
extern "C" {
#endif

int setjmp(jmp_buf __env) __attribute__((__returns_twice__));
void longjmp(jmp_buf __env, int __value) __attribute__((__noreturn__));

typedef struct {
    jmp_buf __jmp;
    int __saved;
    __sigset_t __mask;
} sigjmp_buf[1];

void __sigjmp_save(sigjmp_buf __env, int __save);
void siglongjmp(sigjmp_buf __env, int __value) __attribute__((__noreturn__));

#define sigsetjmp(__env, __save) \
    (__sigjmp_save((__env), (__save)), setjmp((__env)->__jmp))
#define setjmp(__env) setjmp(__env) /* asked for by name */
#define _setjmp(__env) setjmp(__env)
#define _longjmp(__env, __value) longjmp(__env, __value)

#ifdef __cplusplus
}
#endif

#endif
