/* SPDX-License-Identifier: BSD-2-Clause */
/* For dom0: writes the bytes that migrate.c sends and wants, 64 MiB. */

#include <stdint.h>
#include <stdio.h>

int main(void)
{
    uint64_t x = 1;

    for (unsigned i = 0; i < 8u << 20; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        if (fwrite(&x, sizeof(x), 1, stdout) != 1)
            return 1;
    }
    return fflush(stdout) != 0;
}
