/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judges durations in batches. A batch is worth nothing if one value, or the
 * guess "as n durations ago" for an n up to 16, is right for more than three
 * in four: constant and periodic clocks fail. Durations that pass hold about
 * -log2(3/4) = 0.41 bits each if they are independent; they are taken for an
 * eighth of a bit, because they may not be.
 */

#include <pith/jitter.h>
#include <pith/string.h>

#define LIMIT (JITTER_BATCH * 3 / 4)

static unsigned judge(const struct jitter *j)
{
    for (size_t i = 0; i < ARRAY_SIZE(j->values); i++)
        if (j->values[i] > LIMIT)
            return 0;
    for (size_t i = 0; i < JITTER_LAGS; i++)
        if (j->hits[i] > LIMIT)
            return 0;
    return JITTER_BATCH_BITS;
}

unsigned jitter_add(struct jitter *j, uint64_t duration)
{
    unsigned bits = 0;

    j->values[duration & 0xff]++;
    for (unsigned i = 0; i < JITTER_LAGS; i++)
        j->hits[i] += j->recent[i] == duration;
    memmove(j->recent + 1, j->recent, sizeof(j->recent) - sizeof(*j->recent));
    j->recent[0] = duration;
    if (++j->count < JITTER_BATCH)
        return 0;
    bits = judge(j);
    j->count = 0;
    memset(j->values, 0, sizeof(j->values));
    memset(j->hits, 0, sizeof(j->hits));
    return bits;
}
