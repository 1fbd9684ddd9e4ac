/* SPDX-License-Identifier: BSD-2-Clause */
/* Jumps that take the signal mask with them. Also out of handlers, on whichever
 * stack those run: what a stack is used for is told by the stack pointer. */

#include "signals.h"
#include <setjmp.h>

void __sigjmp_save(sigjmp_buf env, int save)
{
    env->__saved = save != 0;
    if (save)
        env->__mask = signal_self.mask;
}

void siglongjmp(sigjmp_buf env, int value)
{
    if (env->__saved)
        pthread_sigmask(SIG_SETMASK, &env->__mask, NULL);
    longjmp(env->__jmp, value);
}
