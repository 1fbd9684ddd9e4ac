/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPU's random numbers.
 * Source: SDM volume 1, "Random Number Generator Instructions".
 */

#include <cpuid.h>
#include <pith/errno.h>
#include <pith/random.h>
#include <string.h>

/* The SDM's advice: ten failures in a row mean that it is broken. */
#define TRIES 10

static int cached; /* 0 not asked yet, 1 there is RDRAND, -1 there is none */

bool random_available(void)
{
    unsigned eax, ebx, ecx = 0, edx;

    if (!cached) { /* each CPUID costs an exit to Xen */
        __cpuid(1, eax, ebx, ecx, edx);
        cached = ecx & bit_RDRND ? 1 : -1;
    }
    return cached > 0;
}

static bool rdrand(unsigned long *out)
{
    unsigned char ok = 0;

    for (int i = 0; i < TRIES && !ok; i++)
        __asm__ volatile("rdrand %0; setc %1" : "=r"(*out), "=qm"(ok) : : "cc");
    return ok;
}

int random_read(void *buf, size_t size)
{
    unsigned char *p = buf;
    unsigned long word;
    size_t part;

    if (!random_available())
        return -XEN_ENODEV;
    for (; size; p += part, size -= part) {
        if (!rdrand(&word))
            return -XEN_EIO;
        part = size < sizeof(word) ? size : sizeof(word);
        memcpy(p, &word, part);
    }
    return 0;
}
