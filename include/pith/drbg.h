/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A deterministic generator of random bytes: ChaCha20 with fast key erasure.
 * What it gave cannot be told from its later state, and what is mixed in can
 * only add to what it holds. Pure; the owner locks. lib/.
 * Source: RFC 8439, "The ChaCha20 Block Function"; the mixing is the update
 * function of CTR_DRBG, NIST SP 800-90A, with that block function.
 */
#ifndef PITH_DRBG_H
#define PITH_DRBG_H

#include <pith/compiler.h>

#define DRBG_SEED_BYTES 32 /* as much as the state holds */

/* All zero: holds nothing yet. */
struct drbg {
    uint32_t key[8];
};

/* Mixes size bytes at data, borrowed, into the state. */
void drbg_mix(struct drbg *drbg, const void *data, size_t size);
/* Fills buf with the next size bytes. */
void drbg_read(struct drbg *drbg, void *buf, size_t size);
/* Makes child a generator of its own, for work outside the owner's lock. The
 * owner of child wipes it. */
void drbg_split(struct drbg *drbg, struct drbg *child);
/* Overwrites size bytes at ptr, also where the compiler sees no later use. */
void drbg_wipe(void *ptr, size_t size);

/* The block function: state is constants, key, counter, nonce as 16 words. */
void chacha20_block(const uint32_t key[8], const uint32_t counter_nonce[4],
                    uint32_t out[16]);

#endif
