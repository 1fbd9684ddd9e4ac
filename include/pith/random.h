/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random numbers that nobody can guess: a generator (pith/drbg.h) seeded by
 * RDSEED or RDRAND, or, where the CPU shows neither, by the jitter of its
 * timing, which is gathered actively when somebody first asks. Clocks and the
 * times of upcalls are mixed in too, and count for nothing. It is seeded again
 * after RANDOM_RESEED_BYTES, after RANDOM_RESEED_NS, and on demand. kernel/.
 * Thread context, all of it.
 */
#ifndef PITH_RANDOM_H
#define PITH_RANDOM_H

#include <pith/compiler.h>
#include <stdbool.h>

#define RANDOM_RESEED_BYTES (1ull << 20)
#define RANDOM_RESEED_NS (60 * 1000000000ull)

/*
 * Fills buf with size bytes once enough was gathered: 0. With a hardware
 * source that is at once. Without one the first caller gathers, for about a
 * millisecond (a second where Xen emulates RDTSC); -XEN_EIO after eight times
 * as many measurements in which timing showed no chance (the next try is made
 * ten seconds later), -XEN_ENOMEM.
 * wait false: -XEN_EAGAIN instead of waiting; each call gathers a little, so
 * that who asks again gets there.
 */
int random_read(void *buf, size_t size, bool wait);
/* The same for those who cannot fail, like a first sequence number: waits, and
 * where even that gathers nothing gives what clocks and Xen's handle of this
 * domain are worth. */
void random_fill(void *buf, size_t size);
/* Mixes in size bytes, borrowed; they count for nothing. */
void random_mix(const void *data, size_t size);
/* What was gathered may be known to others now (a resumed copy of this
 * domain): the next read seeds, or gathers, first. */
void random_reseed(void);

#endif
