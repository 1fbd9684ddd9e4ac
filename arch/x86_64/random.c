/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor's random numbers, and the canary of all stacks.
 *
 * The canary is one global word: it must be the same on all vCPUs, since a
 * thread may move between them inside a protected function, and it works from
 * the first instruction on, when there is no GS base yet.
 *
 * Source: SDM volume 1, "Random Number Generator Instructions".
 */

#include "private.h"
#include <pith/cpu.h>
#include <pith/cpurandom.h>

#define FEATURES_ECX_RDRAND (1u << 30)
#define FEATURES_7_EBX_RDSEED (1u << 18)

/* The SDM's advice: ten failures in a row mean that it is broken. RDSEED may
 * be out of numbers for longer; RDRAND stands in then. */
#define TRIES 10

/* gcc's name. Until it is drawn all code sees this value. */
uint64_t __stack_chk_guard = 0x2f6a8c1d59e37b00;

static bool has_rdseed; /* written once, at the very start */

static bool rdrand(uint64_t *out)
{
    bool ok = false;

    for (int i = 0; i < TRIES && !ok; i++)
        __asm__ volatile("rdrand %0" : "=r"(*out), "=@ccc"(ok));
    return ok;
}

static bool rdseed(uint64_t *out)
{
    bool ok = false;

    for (int i = 0; i < TRIES && !ok; i++)
        __asm__ volatile("rdseed %0" : "=r"(*out), "=@ccc"(ok));
    return ok;
}

bool cpu_random(uint64_t *out)
{
    if (has_rdseed && rdseed(out))
        return true;
    return cpu_features()->ecx & FEATURES_ECX_RDRAND && rdrand(out);
}

/* murmur3's finaliser: each bit of x reaches all others. */
static uint64_t spread(uint64_t x)
{
    x = (x ^ x >> 33) * 0xff51afd7ed558ccdull;
    x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ull;
    return x ^ x >> 33;
}

/* Not protected itself: it would return with another canary than it found.
 * Without a source there is only the time at which the guest starts, to the
 * cycle, a few times over. Its last byte is 0, so that text that overflows
 * neither writes nor reads the canary. */
__no_canary void cpu_random_start(uint32_t features_7)
{
    uint64_t word = 0, sum = tsc_read();

    has_rdseed = features_7 & FEATURES_7_EBX_RDSEED;
    if (!cpu_random(&word))
        for (int i = 0; i < 8; i++)
            sum = spread(sum) + tsc_read();
    __stack_chk_guard = (spread(sum) ^ word) & ~0xffull;
}
