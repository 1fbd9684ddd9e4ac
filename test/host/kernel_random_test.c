/* SPDX-License-Identifier: BSD-2-Clause */
/* When the generator is seeded, and from what. */

#include "kernel_fake_cpu.h"
#include <pith/compiler.h>

static uint64_t now_ns = 1;

static void fake_idle(void)
{
}

#include "../../kernel/random.c"
#include "test.h"

/* What the machine is like. */
static struct {
    bool hardware, stuck;
    unsigned bits_a_batch, batches, words, warnings, sleeps;
} machine;

static void begin(bool hardware, unsigned bits_a_batch)
{
    memset(&machine, 0, sizeof(machine));
    memset(&pool, 0, sizeof(pool));
    machine.hardware = hardware;
    machine.bits_a_batch = bits_a_batch;
}

bool cpu_random(uint64_t *out)
{
    *out = machine.stuck ? UINT64_MAX : 1000 + machine.words++;
    return machine.hardware;
}

int noise_gather(struct noise *noise, uint32_t durations[JITTER_BATCH],
                 unsigned *out_bits)
{
    memset(durations, 0, JITTER_BATCH * sizeof(*durations));
    durations[0] = ++machine.batches;
    *out_bits = machine.bits_a_batch;
    return 0;
}

uint64_t clock_monotonic_ns(void)
{
    return now_ns;
}

uint64_t clock_realtime_offset_ns(void)
{
    return 5;
}

uint64_t evtchn_timing(void)
{
    return 6;
}

long hypercall_xen_version(unsigned cmd, void *arg)
{
    memset(arg, 1, sizeof(xen_domain_handle_t));
    return 0;
}

void thread_sleep_until(uint64_t deadline_ns)
{
    machine.sleeps++;
    now_ns = deadline_ns;
}

void mutex_lock(struct mutex *m)
{
    CHECK_EQ(m->state++, 0);
}

int mutex_trylock(struct mutex *m)
{
    return m->state ? -XEN_EBUSY : (int)(m->state++ * 0);
}

void mutex_unlock(struct mutex *m)
{
    m->state--;
}

void *heap_alloc(size_t size)
{
    return malloc(size);
}

void heap_free(void *ptr)
{
    free(ptr);
}

static void sink(const char *line, size_t length)
{
    machine.warnings++;
}

static uint64_t next(void)
{
    uint64_t value = 0;

    CHECK_EQ(random_read(&value, sizeof(value), true), 0);
    return value;
}

TEST(random_with_hardware_never_waits)
{
    uint64_t value;

    begin(true, 0);
    CHECK_EQ(random_read(&value, sizeof(value), false), 0);
    CHECK_EQ(machine.words, HARDWARE_WORDS);
    CHECK_EQ(machine.batches, 0);
    CHECK(next() != next());
    CHECK_EQ(machine.words, HARDWARE_WORDS);
}

TEST(random_is_seeded_again_by_amount_by_time_and_on_demand)
{
    static char big[RANDOM_RESEED_BYTES];

    begin(true, 0);
    next();
    CHECK_EQ(random_read(big, sizeof(big), true), 0);
    CHECK_EQ(machine.words, HARDWARE_WORDS);
    next();
    CHECK_EQ(machine.words, 2 * HARDWARE_WORDS);
    now_ns += RANDOM_RESEED_NS;
    next();
    CHECK_EQ(machine.words, 3 * HARDWARE_WORDS);
    random_reseed();
    next();
    CHECK_EQ(machine.words, 4 * HARDWARE_WORDS);
}

/* Two systems that differ in what they had before stay different. */
TEST(random_seed_is_mixed_in_not_put_in_place)
{
    uint64_t first;

    begin(true, 0);
    first = next();
    begin(true, 0);
    random_mix("x", 1);
    CHECK(next() != first);
}

TEST(random_without_hardware_gathers_before_it_gives)
{
    log_set_sink(sink);
    begin(false, 32);
    next();
    CHECK_EQ(machine.batches, 8);
    CHECK_EQ(machine.warnings, 1);
    next();
    CHECK_EQ(machine.batches, 8);
    random_reseed();
    next();
    CHECK_EQ(machine.batches, 16);
    CHECK_EQ(machine.warnings, 1);
    log_set_sink(NULL);
}

TEST(random_without_waiting_says_again_and_gets_there)
{
    uint64_t value;

    begin(false, 32);
    for (int i = 0; i < 7; i++)
        CHECK_EQ(random_read(&value, sizeof(value), false), -XEN_EAGAIN);
    CHECK_EQ(random_read(&value, sizeof(value), false), 0);
    CHECK_EQ(machine.sleeps, 0);
}

TEST(random_from_a_dead_clock_fails_in_bounded_time)
{
    uint64_t value, start;

    begin(false, 0);
    start = now_ns;
    CHECK_EQ(random_read(&value, sizeof(value), true), -XEN_EIO);
    CHECK_EQ(machine.batches, BATCHES_MAX);
    CHECK(now_ns - start <= NS_PER_SEC / 2);
    /* Who asks again at once does not wait again, */
    CHECK_EQ(random_read(&value, sizeof(value), true), -XEN_EIO);
    CHECK_EQ(machine.batches, BATCHES_MAX);
    /* who cannot fail gets something, */
    random_fill(&value, sizeof(value));
    start = value;
    random_fill(&value, sizeof(value));
    CHECK(value != start);
    /* and later things may be better. */
    now_ns += RETRY_NS;
    machine.bits_a_batch = 32;
    next();
}

TEST(random_from_a_cpu_that_repeats_itself_is_not_believed)
{
    begin(true, 32);
    machine.stuck = true;
    next();
    CHECK_EQ(machine.batches, 8);
}

TEST(random_hardware_that_fails_later_does_not_stop_reads)
{
    begin(true, 0);
    next();
    machine.hardware = false;
    now_ns += RANDOM_RESEED_NS;
    next();
    CHECK_EQ(machine.batches, 1);
}
