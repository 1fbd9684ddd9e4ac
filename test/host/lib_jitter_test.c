/* SPDX-License-Identifier: BSD-2-Clause */
/* The estimate of chance in durations: nothing for clocks that have none. */

#include "test.h"
#include <pith/jitter.h>
#include <stdlib.h>

static unsigned bits_of(uint64_t (*duration)(unsigned i), unsigned batches)
{
    struct jitter j = {0};
    unsigned bits = 0;

    for (unsigned i = 0; i < batches * JITTER_BATCH; i++)
        bits += jitter_add(&j, duration(i));
    return bits;
}

static uint64_t constant(unsigned i)
{
    return 4711;
}

static uint64_t rising(unsigned i)
{
    return 4711 + i / 240;
}

static uint64_t period_of_two(unsigned i)
{
    return 100 + i % 2;
}

static uint64_t period_of_sixteen(unsigned i)
{
    return 100 + i % 16 * (i % 16);
}

/* As an emulated clock shows: the same, but for an interrupt now and then. */
static uint64_t spikes(unsigned i)
{
    return 100 + (rand() % 8 == 0 ? rand() % 1000 : 0);
}

static uint64_t noisy(unsigned i)
{
    return 1000 + rand() % 4;
}

TEST(jitter_of_a_constant_clock_is_nothing)
{
    CHECK_EQ(bits_of(constant, 8), 0);
    CHECK_EQ(bits_of(rising, 8), 0);
}

TEST(jitter_of_a_periodic_clock_is_nothing)
{
    CHECK_EQ(bits_of(period_of_two, 8), 0);
    CHECK_EQ(bits_of(period_of_sixteen, 8), 0);
}

TEST(jitter_of_rare_spikes_is_nothing)
{
    srand(1);
    CHECK_EQ(bits_of(spikes, 8), 0);
}

TEST(jitter_of_noise_counts_once_a_batch)
{
    struct jitter j = {0};

    srand(1);
    for (unsigned i = 1; i < JITTER_BATCH; i++)
        CHECK_EQ(jitter_add(&j, noisy(i)), 0);
    CHECK_EQ(jitter_add(&j, noisy(0)), JITTER_BATCH_BITS);
    CHECK_EQ(bits_of(noisy, 8), 8 * JITTER_BATCH_BITS);
}

TEST(jitter_recovers_after_a_bad_batch)
{
    struct jitter j = {0};
    unsigned bits = 0;

    srand(1);
    for (unsigned i = 0; i < JITTER_BATCH; i++)
        bits += jitter_add(&j, constant(i));
    CHECK_EQ(bits, 0);
    for (unsigned i = 0; i < JITTER_BATCH; i++)
        bits += jitter_add(&j, noisy(i));
    CHECK_EQ(bits, JITTER_BATCH_BITS);
}
