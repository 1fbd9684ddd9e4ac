/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * blkcheck DEVICE [--seed N] [--verify | --cksum]
 *
 * Writes a pattern over the whole disk, block by block in random order, drops
 * and remakes the connection to the backend, reads everything back and
 * compares. --verify only reads and compares; --cksum prints POSIX cksum of
 * the disk. Exit status: 0 all is well, 1 data differs, 2 trouble.
 *
 * A block is 4 KiB: its number, then words of a generator started from the
 * seed and that number.
 */

#include <errno.h>
#include <fcntl.h>
#include <pith.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES 4096
#define BLOCK_WORDS (BLOCK_BYTES / 8)
#define READ_BLOCKS 64

static uint64_t buffer[READ_BLOCKS * BLOCK_WORDS];

static void trouble(const char *what, const char *name)
{
    fprintf(stderr, "blkcheck: %s %s: %s\n", what, name, strerror(errno));
    exit(2);
}

/* xorshift64*: fast, and every word differs. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dull;
}

static void fill_block(uint64_t *words, uint64_t number, uint64_t seed)
{
    uint64_t state = (seed + 1) * 0x9e3779b97f4a7c15ull ^ (number + 1);

    words[0] = number;
    for (int i = 1; i < BLOCK_WORDS; i++)
        words[i] = next_random(&state);
}

/* Calls for each block once, in an order that looks random: an additive step
 * that shares no factor with the count visits every number. */
static uint64_t order_step(uint64_t count, uint64_t seed)
{
    uint64_t step = (seed * 2654435761u + 1013904223u) % count;

    for (;; step++) {
        uint64_t a = step ? step : 1, b = count;

        while (b) {
            uint64_t rest = a % b;

            a = b;
            b = rest;
        }
        if (a == 1)
            return step ? step : 1;
    }
}

static void write_pattern(int fd, const char *name, uint64_t count,
                          uint64_t seed)
{
    uint64_t step = order_step(count, seed), block = seed % count;

    for (uint64_t i = 0; i < count; i++, block = (block + step) % count) {
        fill_block(buffer, block, seed);
        if (pwrite(fd, buffer, BLOCK_BYTES, (off_t)(block * BLOCK_BYTES)) !=
            BLOCK_BYTES)
            trouble("write", name);
    }
    if (fsync(fd))
        trouble("fsync", name);
    printf("blkcheck: wrote %llu blocks\n", (unsigned long long)count);
}

/* Reads n blocks from number on into buffer. */
static void read_blocks(int fd, const char *name, uint64_t number, size_t n)
{
    if (pread(fd, buffer, n * BLOCK_BYTES, (off_t)(number * BLOCK_BYTES)) !=
        (ssize_t)(n * BLOCK_BYTES))
        trouble("read", name);
}

static int verify(int fd, const char *name, uint64_t count, uint64_t seed)
{
    uint64_t want[BLOCK_WORDS], differ = 0;

    for (uint64_t at = 0; at < count; at += READ_BLOCKS) {
        size_t n = count - at < READ_BLOCKS ? count - at : READ_BLOCKS;

        read_blocks(fd, name, at, n);
        for (size_t i = 0; i < n; i++) {
            fill_block(want, at + i, seed);
            if (memcmp(want, buffer + i * BLOCK_WORDS, BLOCK_BYTES) == 0)
                continue;
            if (!differ++)
                printf("blkcheck: block %llu differs\n",
                       (unsigned long long)(at + i));
        }
    }
    printf("blkcheck: read %llu blocks, %llu differ\n",
           (unsigned long long)count, (unsigned long long)differ);
    return differ != 0;
}

/* One byte of POSIX cksum's CRC. */
static uint32_t crc_byte(uint32_t crc, uint8_t byte)
{
    crc ^= (uint32_t)byte << 24;
    for (int bit = 0; bit < 8; bit++)
        crc = crc << 1 ^ (crc >> 31 ? 0x04c11db7 : 0);
    return crc;
}

static int print_cksum(int fd, const char *name, uint64_t count)
{
    uint32_t table[256], crc = 0;

    for (int i = 0; i < 256; i++)
        table[i] = crc_byte(0, (uint8_t)i);
    for (uint64_t at = 0; at < count; at += READ_BLOCKS) {
        size_t n = count - at < READ_BLOCKS ? count - at : READ_BLOCKS;
        const uint8_t *bytes = (const uint8_t *)buffer;

        read_blocks(fd, name, at, n);
        for (size_t i = 0; i < n * BLOCK_BYTES; i++)
            crc = crc << 8 ^ table[crc >> 24 ^ bytes[i]];
    }
    for (uint64_t length = count * BLOCK_BYTES; length; length >>= 8)
        crc = crc << 8 ^ table[crc >> 24 ^ (length & 0xff)];
    printf("blkcheck: cksum %lu\n", (unsigned long)(uint32_t)~crc);
    return 0;
}

static void reconnect(const char *device)
{
    const char *name = strrchr(device, '/');

    if (pith_disk_reconnect(name ? name + 1 : device))
        trouble("reconnect", device);
    printf("blkcheck: reconnected\n");
}

static uint64_t open_disk(const char *device, bool write, int *fd)
{
    struct stat st;

    *fd = open(device, write ? O_RDWR : O_RDONLY);
    if (*fd < 0 || fstat(*fd, &st))
        trouble("open", device);
    if (st.st_size < BLOCK_BYTES) {
        fprintf(stderr, "blkcheck: %s: %lld bytes are too few\n", device,
                (long long)st.st_size);
        exit(2);
    }
    return (uint64_t)st.st_size / BLOCK_BYTES;
}

int main(int argc, char **argv)
{
    bool only_verify = false, cksum = false;
    const char *device = NULL;
    uint64_t seed = 1, count;
    int fd;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            seed = strtoull(argv[++i], NULL, 0);
        else if (strcmp(argv[i], "--verify") == 0)
            only_verify = true;
        else if (strcmp(argv[i], "--cksum") == 0)
            cksum = true;
        else if (argv[i][0] != '-' && !device)
            device = argv[i];
        else
            device = NULL, argc = 0;
    }
    if (!device) {
        fprintf(stderr,
                "usage: blkcheck DEVICE [--seed N] [--verify | --cksum]\n");
        return 2;
    }
    count = open_disk(device, !only_verify && !cksum, &fd);
    if (cksum)
        return print_cksum(fd, device, count);
    if (!only_verify) {
        write_pattern(fd, device, count, seed);
        reconnect(device);
    }
    return verify(fd, device, count, seed);
}
