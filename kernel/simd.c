/* SPDX-License-Identifier: BSD-2-Clause */
/* What posix/, which does not see arch/, may know of the vector unit. */

#include <pith/fpu.h>
#include <pith/simd.h>

bool simd_avx2(void)
{
    return fpu_avx2;
}
