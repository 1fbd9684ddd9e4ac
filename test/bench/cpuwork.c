/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work that asks nothing of a system but memory: what it costs by the TSC,
 * which counts instructions in deterministic mode. Builds for Pith and for
 * Linux. Prints "FIGURE [PREFIX_]NAME THOUSANDS"; the prefix is the argument.
 * What the work came to is printed as well: it must be the same on both.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIES 5

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

/* --- SHA-256 (FIPS 180-4) of 256 KiB, less the padding --- */

#define HASHED (1 << 18)

static uint32_t rotated(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* The first bits of the fractions of the cube roots of primes. */
static void sha_constants(uint32_t k[64])
{
    int n = 0;

    for (int prime = 2; n < 64; prime++) {
        int divisor = 2;
        uint64_t low = 0, high = 8ull << 36;

        while (divisor * divisor <= prime && prime % divisor)
            divisor++;
        if (divisor * divisor <= prime)
            continue;
        while (high - low > 1) { /* the root, times 2^36 */
            uint64_t mid = (low + high) / 2;
            unsigned __int128 cube = (unsigned __int128)mid * mid;

            /* cube * mid against prime * 2^108 */
            if ((cube >> 36) * mid >> 36 < (unsigned __int128)prime << 36)
                low = mid;
            else
                high = mid;
        }
        k[n++] = (uint32_t)(low >> 4);
    }
}

static void sha_block(uint32_t h[8], const uint32_t k[64], const uint8_t *in)
{
    uint32_t w[64], s[8];

    for (int i = 0; i < 16; i++, in += 4)
        w[i] = (uint32_t)in[0] << 24 | in[1] << 16 | in[2] << 8 | in[3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];

        w[i] = w[i - 16] + (rotated(a, 7) ^ rotated(a, 18) ^ a >> 3) +
               w[i - 7] + (rotated(b, 17) ^ rotated(b, 19) ^ b >> 10);
    }
    memcpy(s, h, sizeof(s));
    for (int i = 0; i < 64; i++) {
        uint32_t e = s[4], a = s[0];
        uint32_t t1 = s[7] + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) +
                      ((e & s[5]) ^ (~e & s[6])) + k[i] + w[i];
        uint32_t t2 = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) +
                      ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));

        memmove(s + 1, s, 7 * sizeof(*s));
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        h[i] += s[i];
}

static uint64_t hash(void)
{
    uint32_t h[8] = {1, 2, 3, 4, 5, 6, 7, 8}, k[64];
    uint8_t *data = malloc(HASHED);

    if (!data)
        abort();
    sha_constants(k);
    memset(data, 0x5a, HASHED);
    for (size_t at = 0; at < HASHED; at += 64)
        sha_block(h, k, data + at);
    free(data);
    return h[0];
}

/* --- sorting strings --- */

#define STRINGS 10000

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static uint64_t sort(void)
{
    static char texts[STRINGS][16], *sorted[STRINGS];
    uint32_t state = 7;
    uint64_t sum = 0;

    for (int i = 0; i < STRINGS; i++) {
        unsigned length = 4 + next(&state) % 11;

        for (unsigned n = 0; n < length; n++)
            texts[i][n] = (char)('a' + next(&state) % 26);
        texts[i][length] = 0;
        sorted[i] = texts[i];
    }
    qsort(sorted, STRINGS, sizeof(*sorted), by_text);
    for (int i = 0; i < STRINGS; i++)
        sum = sum * 31 + strlen(sorted[i]);
    return sum;
}

/* --- matrices --- */

#define SIDE 96

static uint64_t multiply(void)
{
    static double a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];
    double trace = 0;

    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++)
            a[i][j] = i + j, b[i][j] = i - j;
    for (int i = 0; i < SIDE; i++)
        for (int j = 0; j < SIDE; j++) {
            double sum = 0;

            for (int n = 0; n < SIDE; n++)
                sum += a[i][n] * b[n][j];
            c[i][j] = sum;
        }
    for (int i = 0; i < SIDE; i++)
        trace += c[i][SIDE - 1 - i];
    return (uint64_t)(int64_t)trace;
}

/* --- a tree whose nodes are allocated --- */

#define NODES 20000

struct node {
    struct node *child[2];
    uint32_t key;
    char text[];
};

static uint64_t take_down(struct node *node)
{
    uint64_t sum;

    if (!node)
        return 0;
    sum = take_down(node->child[0]) * 3 + strlen(node->text);
    sum += take_down(node->child[1]);
    free(node);
    return sum;
}

static uint64_t grow_tree(void)
{
    struct node *root = NULL;
    uint32_t state = 3;

    for (int i = 0; i < NODES; i++) {
        uint32_t key = next(&state), length = key % 100;
        struct node **at = &root, *node;

        node = malloc(sizeof(*node) + length + 1);
        if (!node)
            abort();
        *node = (struct node){.key = key};
        memset(node->text, 'x', length);
        node->text[length] = 0;
        while (*at)
            at = &(*at)->child[key > (*at)->key];
        *at = node;
    }
    return take_down(root);
}

/* --- text --- */

static uint64_t format(void)
{
    uint64_t sum = 0;

    for (int i = 0; i < 5000; i++) {
        char line[80], *end;

        snprintf(line, sizeof(line), "%d %s %08x %.3f", i, "name", i * 77,
                 i / 8.0);
        sum += strtoul(line, &end, 10) + strlen(end);
        sum += (uint64_t)strtod(strrchr(line, ' '), NULL);
    }
    return sum;
}

static void figure(const char *prefix, const char *name, uint64_t (*work)(void))
{
    uint64_t least = UINT64_MAX, result = 0;

    for (int i = 0; i < TRIES; i++) {
        uint64_t start = __builtin_ia32_rdtsc(), took;

        result = work();
        took = __builtin_ia32_rdtsc() - start;
        least = took < least ? took : least;
    }
    printf("FIGURE %s%s %llu\n%s: %llx\n", prefix, name,
           (unsigned long long)(least / 1000), name,
           (unsigned long long)result);
}

int main(int argc, char **argv)
{
    const char *prefix = argc > 1 ? argv[1] : "";

    figure(prefix, "work_sha256", hash);
    figure(prefix, "work_qsort", sort);
    figure(prefix, "work_matrix", multiply);
    figure(prefix, "work_tree", grow_tree);
    figure(prefix, "work_text", format);
    fflush(stdout);
    return 0;
}
