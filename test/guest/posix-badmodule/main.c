/* SPDX-License-Identifier: BSD-2-Clause */
/* A damaged boot module ends the start in order: main is not reached. */
/* clang-format off */
/* dom0: (printf 070701; head -c 200 /dev/zero) >/tmp/bad.cpio */
/* xl: ramdisk="/tmp/bad.cpio" */
/* expect: reason=0 exit=1 */
/* clang-format on */

#include <stdio.h>

int main(void)
{
    FILE *f = fopen("/x", "r"); /* what makes the image read the module */

    printf("FAIL main was reached %p\n", (void *)f);
    return 0;
}
