/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work that shows whether a save, restore or migration lost or doubled
 * anything: threads that compute, sleep and take turns; a disk (argument disk)
 * that is written and read back; and streams to port 7000 and from port 7001
 * (argument net) of known bytes. Says "alive" ten times a second, with what has
 * been done, and "BAD" for whatever is not as it must be.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define STREAM_BYTES (64ul << 20)
#define CHUNK_BYTES 16384u
#define BLOCK_BYTES 65536u
#define BLOCKS 32u
#define SLEEP_NS 7000000ull

static unsigned long computed, slept, turns, blocks;
static uint64_t latest_ns;

#define BAD(...) \
    do { \
        printf("BAD " __VA_ARGS__); \
        printf("\n"); \
        fflush(stdout); \
    } while (0)

static void count(unsigned long *what)
{
    __atomic_add_fetch(what, 1, __ATOMIC_SEQ_CST);
}

static uint64_t time_ns(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
}

/* Never before what any thread has seen. */
static uint64_t now_ns(void)
{
    uint64_t latest = __atomic_load_n(&latest_ns, __ATOMIC_SEQ_CST);
    uint64_t now = time_ns(CLOCK_MONOTONIC);

    if (now < latest)
        BAD("time went back by %llu ns", (unsigned long long)(latest - now));
    while (now > latest &&
           !__atomic_compare_exchange_n(&latest_ns, &latest, now, 0,
                                        __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        ;
    return now;
}

static uint64_t next(uint64_t x)
{
    x ^= x << 13;
    x ^= x >> 7;
    return x ^ x << 17;
}

static void fill(void *buf, size_t bytes, uint64_t *state)
{
    for (uint64_t *p = buf; bytes; bytes -= sizeof(*p))
        *p++ = *state = next(*state);
}

static uint32_t tables[4][256]; /* by how many bytes later it counts */

static void tables_make(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        tables[0][i] = i << 24;
        for (int bit = 0; bit < 8; bit++)
            tables[0][i] = tables[0][i] << 1 ^
                           (tables[0][i] >> 31 ? 0x04c11db7 : 0);
    }
    for (int n = 1; n < 4; n++)
        for (int i = 0; i < 256; i++)
            tables[n][i] = tables[n - 1][i] << 8 ^
                           tables[0][tables[n - 1][i] >> 24];
}

/* As cksum does: the CRC of POSIX. */
static uint32_t cksum(uint32_t crc, const char *p, size_t bytes)
{
    uint32_t word;

    for (; bytes >= sizeof(word); bytes -= sizeof(word), p += sizeof(word)) {
        memcpy(&word, p, sizeof(word));
        crc ^= __builtin_bswap32(word);
        crc = tables[3][crc >> 24] ^ tables[2][crc >> 16 & 255] ^
              tables[1][crc >> 8 & 255] ^ tables[0][crc & 255];
    }
    for (; bytes; bytes--)
        crc = crc << 8 ^ tables[0][(crc >> 24 ^ (uint8_t)*p++) & 255];
    return crc;
}

static uint32_t cksum_end(uint32_t crc, size_t length)
{
    for (; length; length >>= 8) {
        char byte = (char)length;

        crc = cksum(crc, &byte, 1);
    }
    return ~crc;
}

/* Vector registers and integers, both with one right end. Without end, but
 * after all others. */
static void *compute(void *arg)
{
    uint64_t end = 0;
    struct sched_param param = {.sched_priority = 0};

    if (pthread_setschedparam(pthread_self(), SCHED_IDLE, &param))
        BAD("no lower priority");
    for (;;) {
        uint64_t x = 88172645463325252ull;
        volatile double sum = 0;

        for (int i = 1; i <= 100000; i++) {
            x = next(x);
            sum += i;
        }
        if (sum != 100000.0 * 100001 / 2 || (end && x != end))
            BAD("computed %.1f and %llx", sum, (unsigned long long)x);
        end = x;
        count(&computed);
    }
    return arg;
}

static void *sleep_on(void *arg)
{
    for (;;) {
        uint64_t before = now_ns(), after;
        struct timespec ts = {0, SLEEP_NS};

        if (nanosleep(&ts, NULL))
            BAD("a sleep ended: %s", strerror(errno));
        after = now_ns();
        if (after - before < SLEEP_NS || after - before > 30 * 1000000000ull)
            BAD("a sleep of %llu took %llu ns", SLEEP_NS,
                (unsigned long long)(after - before));
        count(&slept);
    }
    return arg;
}

static sem_t turn[2];

static void *take_turns(void *arg)
{
    intptr_t mine = (intptr_t)arg;

    for (;;) {
        sem_wait(&turn[mine]);
        count(&turns);
        usleep(1000);
        sem_post(&turn[!mine]);
    }
    return NULL;
}

static void check_disk_once(int fd, uint64_t round, char *buf, char *want)
{
    for (unsigned i = 0; i < BLOCKS; i++) {
        uint64_t state = round * BLOCKS + i + 1;

        fill(buf, BLOCK_BYTES, &state);
        if (pwrite(fd, buf, BLOCK_BYTES, (off_t)i * BLOCK_BYTES) !=
            (ssize_t)BLOCK_BYTES)
            BAD("write of block %u: %s", i, strerror(errno));
    }
    if (fsync(fd))
        BAD("fsync: %s", strerror(errno));
    for (unsigned i = 0; i < BLOCKS; i++) {
        uint64_t state = round * BLOCKS + i + 1;

        fill(want, BLOCK_BYTES, &state);
        memset(buf, 0, BLOCK_BYTES);
        if (pread(fd, buf, BLOCK_BYTES, (off_t)i * BLOCK_BYTES) !=
            (ssize_t)BLOCK_BYTES)
            BAD("read of block %u: %s", i, strerror(errno));
        else if (memcmp(buf, want, BLOCK_BYTES))
            BAD("block %u of round %llu differs", i, (unsigned long long)round);
        count(&blocks);
        usleep(1000);
    }
}

static void *check_disk(void *arg)
{
    char *buf = malloc(BLOCK_BYTES), *want = malloc(BLOCK_BYTES);
    int fd = open("/dev/xvda", O_RDWR);
    int bad = 0;

    if (fd < 0)
        BAD("/dev/xvda: %s", strerror(errno));
    for (uint64_t round = 1; fd >= 0 && !bad; round++) {
        check_disk_once(fd, round, buf, want);
        /* A disk that is lost for good is said once. */
        bad = pread(fd, buf, BLOCK_BYTES, 0) < 0;
    }
    return arg;
}

static int listen_on(int port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 4))
        BAD("port %d: %s", port, strerror(errno));
    return fd;
}

static void send_stream(int fd)
{
    char buf[CHUNK_BYTES];
    uint64_t state = 1;
    uint32_t crc = 0;
    size_t done = 0;

    while (done < STREAM_BYTES) {
        fill(buf, sizeof(buf), &state);
        crc = cksum(crc, buf, sizeof(buf));
        for (size_t at = 0; at < sizeof(buf);) {
            ssize_t n = send(fd, buf + at, sizeof(buf) - at, 0);

            if (n <= 0) {
                BAD("sent %zu: %s", done + at, strerror(errno));
                return;
            }
            at += (size_t)n;
        }
        done += sizeof(buf);
    }
    printf("sent %zu cksum %u\n", done, cksum_end(crc, done));
}

static void receive_stream(int fd)
{
    char buf[CHUNK_BYTES], want[CHUNK_BYTES];
    uint64_t state = 1;
    uint32_t crc = 0;
    size_t done = 0, differ = 0;
    ssize_t n;

    while ((n = recv(fd, buf, sizeof(buf), 0)) > 0) {
        crc = cksum(crc, buf, (size_t)n);
        for (size_t at = 0, part; at < (size_t)n; at += part, done += part) {
            size_t offset = done % sizeof(want);

            if (!offset)
                fill(want, sizeof(want), &state);
            part = sizeof(want) - offset;
            part = part < (size_t)n - at ? part : (size_t)n - at;
            differ += memcmp(buf + at, want + offset, part) != 0;
        }
    }
    if (n < 0)
        BAD("received %zu: %s", done, strerror(errno));
    printf("received %zu cksum %u, %zu pieces differ\n", done,
           cksum_end(crc, done), differ);
}

static void *serve(void *arg)
{
    int port = (int)(intptr_t)arg, fd = listen_on(port), peer;

    for (;;) {
        peer = accept(fd, NULL, NULL);
        if (peer < 0) {
            BAD("accept: %s", strerror(errno));
            return NULL;
        }
        printf("stream on port %d\n", port);
        fflush(stdout);
        if (port == 7000)
            send_stream(peer);
        else
            receive_stream(peer);
        fflush(stdout);
        close(peer);
    }
}

static void start(void *(*fn)(void *arg), intptr_t arg)
{
    pthread_t thread;
    int rc = pthread_create(&thread, NULL, fn, (void *)arg);

    if (rc)
        BAD("thread: %s", strerror(rc));
    else
        pthread_detach(thread);
}

static void say_alive(unsigned long n)
{
    uint64_t random = 0;

    if (getrandom(&random, sizeof(random), 0) != sizeof(random))
        BAD("no random numbers");
    printf("alive %lu at %llu ms, real %llu s, random %016llx: computed %lu "
           "slept %lu turns %lu blocks %lu\n",
           n, (unsigned long long)(now_ns() / 1000000),
           (unsigned long long)(time_ns(CLOCK_REALTIME) / 1000000000),
           (unsigned long long)random, computed, slept, turns, blocks);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    tables_make();
    sem_init(&turn[0], 0, 1);
    sem_init(&turn[1], 0, 0);
    start(take_turns, 0);
    start(take_turns, 1);
    start(sleep_on, 0);
    start(sleep_on, 1);
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "compute"))
            start(compute, i);
        if (!strcmp(argv[i], "disk"))
            start(check_disk, 0);
        if (!strcmp(argv[i], "net")) {
            start(serve, 7000);
            start(serve, 7001);
        }
    }
    for (unsigned long n = 0;; n++) {
        say_alive(n);
        usleep(100000);
    }
}
