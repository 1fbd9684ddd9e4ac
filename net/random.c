/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that others on the network must not guess. Ports and transaction ids
 * are the kernel's random numbers. First sequence numbers, which each
 * connection wants, are SipHash-2-4 (Aumasson, Bernstein, "SipHash: a fast
 * short-input PRF") of the connection under a key drawn once. Lock: the network
 * lock.
 */
#include "private.h"

#include <pith/clock.h>
#include <pith/lifecycle.h>
#include <pith/random.h>

#include <lwip_hooks.h>

static struct {
    uint64_t key[2];
    bool drawn;
} secret;

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

/* Of a message of two words. */
static uint64_t siphash(const uint64_t key[2], uint64_t a, uint64_t b)
{
    const uint64_t words[3] = {a, b, 16ull << 56};
    uint64_t v[4] = {
        key[0] ^ 0x736f6d6570736575ull, key[1] ^ 0x646f72616e646f6dull,
        key[0] ^ 0x6c7967656e657261ull, key[1] ^ 0x7465646279746573ull};

    for (int i = 0; i < 3; i++) {
        v[3] ^= words[i];
        sip_round(v);
        sip_round(v);
        v[0] ^= words[i];
    }
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Drawn when the first connection asks. */
static const uint64_t *key(void)
{
    if (!secret.drawn)
        random_fill(secret.key, sizeof(secret.key));
    secret.drawn = true;
    return secret.key;
}

static void forget_key(void)
{
    secret.drawn = false;
}

SUSPEND_HOOK("090", net_random, NULL, forget_key, NULL);

uint32_t net_random(void)
{
    uint32_t value;

    random_fill(&value, sizeof(value));
    return value;
}

/* A clock of 4 us steps plus a secret function of the connection's ends. */
u32_t net_tcp_isn(const ip_addr_t *local_ip, u16_t local_port,
                  const ip_addr_t *remote_ip, u16_t remote_port)
{
    uint64_t ips = (uint64_t)local_ip->addr << 32 | remote_ip->addr;
    uint64_t ports = 1ull << 32 | (uint64_t)local_port << 16 | remote_port;

    return (uint32_t)siphash(key(), ips, ports) +
           (uint32_t)(clock_monotonic_ns() / 4096);
}
