/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ChaCha20 as a generator of random bytes (see pith/drbg.h). Each key makes one
 * stream: its first 32 bytes become the next key, the rest goes to the caller.
 * Words are taken in the processor's order, which is RFC 8439's.
 */

#include <pith/drbg.h>
#include <pith/string.h>

#define ROUNDS 20
#define BLOCK_BYTES 64

static inline uint32_t rotate(uint32_t x, unsigned bits)
{
    return x << bits | x >> (32 - bits);
}

static inline void quarter_round(uint32_t *a, uint32_t *b, uint32_t *c,
                                 uint32_t *d)
{
    *a += *b;
    *d = rotate(*d ^ *a, 16);
    *c += *d;
    *b = rotate(*b ^ *c, 12);
    *a += *b;
    *d = rotate(*d ^ *a, 8);
    *c += *d;
    *b = rotate(*b ^ *c, 7);
}

void chacha20_block(const uint32_t key[8], const uint32_t counter_nonce[4],
                    uint32_t out[16])
{
    static const uint32_t constants[4] = {/* "expand 32-byte k" */
                                          0x61707865, 0x3320646e, 0x79622d32,
                                          0x6b206574};
    uint32_t start[16], x[16];

    memcpy(start, constants, 16);
    memcpy(start + 4, key, 32);
    memcpy(start + 12, counter_nonce, 16);
    memcpy(x, start, sizeof(x));
    for (int i = 0; i < ROUNDS; i += 2) {
        quarter_round(&x[0], &x[4], &x[8], &x[12]);
        quarter_round(&x[1], &x[5], &x[9], &x[13]);
        quarter_round(&x[2], &x[6], &x[10], &x[14]);
        quarter_round(&x[3], &x[7], &x[11], &x[15]);
        quarter_round(&x[0], &x[5], &x[10], &x[15]);
        quarter_round(&x[1], &x[6], &x[11], &x[12]);
        quarter_round(&x[2], &x[7], &x[8], &x[13]);
        quarter_round(&x[3], &x[4], &x[9], &x[14]);
    }
    for (int i = 0; i < 16; i++)
        out[i] = x[i] + start[i];
    drbg_wipe(start, sizeof(start));
    drbg_wipe(x, sizeof(x));
}

void drbg_wipe(void *ptr, size_t size)
{
    memset(ptr, 0, size);
    __asm__ volatile("" : : "r"(ptr) : "memory");
}

void drbg_mix(struct drbg *drbg, const void *data, size_t size)
{
    static const uint32_t first[4];
    const char *p = data;
    uint32_t block[16], chunk[8];
    size_t part;

    for (; size; p += part, size -= part) {
        part = MIN(size, sizeof(chunk));
        memset(chunk, 0, sizeof(chunk));
        memcpy(chunk, p, part);
        chacha20_block(drbg->key, first, block);
        for (int i = 0; i < 8; i++)
            drbg->key[i] = block[i] ^ chunk[i];
    }
    drbg_wipe(block, sizeof(block));
    drbg_wipe(chunk, sizeof(chunk));
}

void drbg_read(struct drbg *drbg, void *buf, size_t size)
{
    uint32_t counter[4] = {0}, key[8], block[16];
    size_t part = MIN(size, BLOCK_BYTES - sizeof(key));
    char *p = buf;

    memcpy(key, drbg->key, sizeof(key));
    chacha20_block(key, counter, block);
    memcpy(drbg->key, block, sizeof(key));
    memcpy(p, block + 8, part);
    for (p += part, size -= part; size; p += part, size -= part) {
        if (!++counter[0])
            counter[1]++; /* 256 GiB in one read */
        chacha20_block(key, counter, block);
        part = MIN(size, BLOCK_BYTES);
        memcpy(p, block, part);
    }
    drbg_wipe(key, sizeof(key));
    drbg_wipe(block, sizeof(block));
}

void drbg_split(struct drbg *drbg, struct drbg *child)
{
    drbg_read(drbg, child->key, sizeof(child->key));
}
