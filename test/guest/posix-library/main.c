/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library's functions, each with results that the standard gives and
 * with its errors, in the files beside this one.
 */
/* cmdline: pith.ip=none */
/* cc: -D_GNU_SOURCE -fno-builtin */

#include "guest_test.h"

int main(void)
{
    return test_run_all();
}
