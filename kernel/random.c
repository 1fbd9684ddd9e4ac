/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The system's random numbers: when the generator is seeded and from what.
 * Owns the generator.
 *
 * One for all vCPUs. Its lock is held for one block of ChaCha20 (1,600
 * instructions), longer reads work on a split-off generator of their own, and
 * nobody asks on a path that repeats: net/ takes a key once and hashes with it.
 *
 * Seeds are mixed into the state, never put in its place, so a source that
 * lies cannot take away what another one gave.
 */

#include "private.h"
#include <pith/cpu.h>
#include <pith/cpurandom.h>
#include <pith/drbg.h>
#include <pith/errno.h>
#include <pith/evtchn.h>
#include <pith/heap.h>
#include <pith/hypercall.h>
#include <pith/lifecycle.h>
#include <pith/log.h>
#include <pith/mutex.h>
#include <pith/random.h>
#include <xen/version.h>

#define SEED_BITS (8 * DRBG_SEED_BYTES)
#define HARDWARE_WORDS 4
#define BATCHES_MAX 64 /* eight good ones are enough */
#define PAUSE_NS NS_PER_MS
#define RETRY_NS (10 * NS_PER_SEC)
#define MIX_BYTES 256 /* with the lock held */

static struct {
    struct spinlock lock; /* drbg, bits, left_bytes, due_ns; taken in threads */
    struct drbg drbg;
    unsigned bits; /* gathered, SEED_BITS at most: then reads are served */
    uint64_t left_bytes, due_ns; /* until the next seed */

    struct mutex gather; /* noise, retry_ns, said; held before lock */
    struct noise noise;
    uint64_t retry_ns; /* gathering has failed: not before then */
    bool said;
} pool = {.gather = MUTEX_INIT(pool.gather)};

/* What is mixed in at each seed. Only hardware counts. */
struct sample {
    uint64_t hardware[HARDWARE_WORDS];
    uint64_t tsc, now_ns, wall_ns, upcalls;
};

/* False: no hardware source, or one that repeats itself (some CPUs do after
 * they slept). */
static bool sample_take(struct sample *s)
{
    bool differ = false;

    *s = (struct sample){.tsc = tsc_read(),
                         .now_ns = clock_monotonic_ns(),
                         .wall_ns = clock_realtime_offset_ns(),
                         .upcalls = evtchn_timing()};
    for (int i = 0; i < HARDWARE_WORDS; i++) {
        if (!cpu_random(&s->hardware[i]))
            return false;
        differ |= s->hardware[i] != s->hardware[0];
    }
    return differ;
}

void random_mix(const void *data, size_t size)
{
    const char *p = data;
    size_t part;

    for (; size; p += part, size -= part) {
        part = MIN(size, MIX_BYTES);
        spin_lock(&pool.lock);
        drbg_mix(&pool.drbg, p, part);
        spin_unlock(&pool.lock);
    }
}

static void seed_done(unsigned bits)
{
    spin_lock(&pool.lock);
    pool.bits = MIN(pool.bits + bits, SEED_BITS);
    pool.left_bytes = RANDOM_RESEED_BYTES;
    pool.due_ns = clock_monotonic_ns() + RANDOM_RESEED_NS;
    spin_unlock(&pool.lock);
}

/* True if hardware gave a whole seed. */
static bool seed(void)
{
    struct sample s;
    bool full = sample_take(&s);

    random_mix(&s, sizeof(s));
    drbg_wipe(&s, sizeof(s));
    if (full)
        seed_done(SEED_BITS);
    return full;
}

/* pool.gather is held. The handle, the guest's UUID, is no secret on its host,
 * but mostly differs between guests. */
static void say_once(void)
{
    xen_domain_handle_t handle;

    if (pool.said)
        return;
    pool.said = true;
    log_warning("random: the CPU shows neither RDSEED nor RDRAND: gathering "
                "from timing");
    if (hypercall_xen_version(XENVER_guest_handle, &handle) == 0)
        random_mix(&handle, sizeof(handle));
}

/* One batch; returns 0 or -XEN_ENOMEM. pool.gather is held. */
static int gather_batch(unsigned *out_bits)
{
    uint32_t *durations = heap_alloc(JITTER_BATCH * sizeof(*durations));
    int rc = -XEN_ENOMEM;

    if (!durations)
        return rc;
    rc = noise_gather(&pool.noise, durations, out_bits);
    if (!rc) {
        random_mix(durations, JITTER_BATCH * sizeof(*durations));
        seed_done(*out_bits);
    }
    drbg_wipe(durations, JITTER_BATCH * sizeof(*durations));
    heap_free(durations);
    return rc;
}

static bool is_full(void)
{
    return READ_ONCE(pool.bits) >= SEED_BITS;
}

/* pool.gather is held. A batch without chance is followed by a short sleep:
 * what goes on meanwhile leaves other caches behind. */
static int gather_locked(bool wait)
{
    unsigned bits;
    int rc;

    say_once();
    if (is_full())
        return 0;
    if (clock_monotonic_ns() < pool.retry_ns)
        return -XEN_EIO;
    for (unsigned i = 0; i < (wait ? BATCHES_MAX : 1u); i++) {
        rc = gather_batch(&bits);
        if (rc || is_full())
            return rc;
        if (wait && !bits)
            thread_sleep_until(clock_monotonic_ns() + PAUSE_NS);
    }
    if (!wait)
        return -XEN_EAGAIN;
    pool.retry_ns = clock_monotonic_ns() + RETRY_NS;
    log_error("random: timing shows no chance: no random numbers");
    return -XEN_EIO;
}

static int gather(bool wait)
{
    int rc;

    if (wait)
        mutex_lock(&pool.gather);
    else if (mutex_trylock(&pool.gather))
        return -XEN_EAGAIN;
    rc = gather_locked(wait);
    mutex_unlock(&pool.gather);
    return rc;
}

static bool is_due(void)
{
    bool due;

    spin_lock(&pool.lock);
    due = !pool.left_bytes || clock_monotonic_ns() >= pool.due_ns;
    spin_unlock(&pool.lock);
    return due;
}

/* A seed that is due is no reason to fail once there was one. */
static int prepare(bool wait)
{
    unsigned bits;

    if (is_full() && !is_due())
        return 0;
    if (seed())
        return 0;
    if (!is_full())
        return gather(wait);
    if (!mutex_trylock(&pool.gather)) {
        gather_batch(&bits);
        mutex_unlock(&pool.gather);
    }
    return 0;
}

static void draw(void *buf, size_t size)
{
    struct drbg child;

    spin_lock(&pool.lock);
    pool.left_bytes -= MIN(pool.left_bytes, size);
    if (size <= DRBG_SEED_BYTES)
        drbg_read(&pool.drbg, buf, size);
    else
        drbg_split(&pool.drbg, &child);
    spin_unlock(&pool.lock);
    if (size <= DRBG_SEED_BYTES)
        return;
    drbg_read(&child, buf, size);
    drbg_wipe(&child, sizeof(child));
}

int random_read(void *buf, size_t size, bool wait)
{
    int rc = prepare(wait);

    if (!rc)
        draw(buf, size);
    return rc;
}

void random_fill(void *buf, size_t size)
{
    prepare(true);
    draw(buf, size);
}

void random_reseed(void)
{
    spin_lock(&pool.lock);
    pool.bits = 0;
    spin_unlock(&pool.lock);
}

/* Another copy of this system may go on with the same memory. */
SUSPEND_HOOK("060", random, NULL, random_reseed, NULL);
