/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a function protected by gcc calls when the canary below its frame has
 * changed: something wrote past the end of one of its arrays. The canary
 * itself is arch/'s.
 */

#include "private.h"
#include <pith/backtrace.h>
#include <pith/panic.h>

void __stack_chk_fail(void) __attribute__((noreturn));

/* The call does not return, so it may be its function's last instruction. */
void __stack_chk_fail(void)
{
    uint64_t caller = (uint64_t)__builtin_return_address(0), offset;
    const char *name = symbol_find(caller - 1, &offset);

    panic("stack smashed in %s", name ? name : "a function without a name");
}
