/* SPDX-License-Identifier: BSD-2-Clause */
/* Random numbers with the CPU's source and without one, and the stack canary:
 * different ones at each boot. */
/* clang-format off */
/* cmdline: hardware */
/* cmdline: hardware again */
/* cmdline: bare */
/*   xl: cpuid="host,rdrand=0,rdseed=0" */
/*   console: ^random: the CPU shows neither RDSEED nor RDRAND: gathering */
/* cmdline: bare again */
/*   xl: cpuid="host,rdrand=0,rdseed=0" */
/*   check: test $(grep -c '^random: ' $log) = 1 */
/* console: ^drawn: canary [0-9a-f]{16} */
/* check: grep '^drawn:' $log >>/tmp/drawn */
/* check: test -z "$(sort /tmp/drawn | uniq -d)" */
/* clang-format on */

#include <pith/cpurandom.h>
#include <pith/random.h>

#include "guest_test.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define MEGABYTE (1u << 20)

extern uint64_t __stack_chk_guard;

static int bare; /* the guest was started without a hardware source */

/* First of all: nothing was gathered yet. Who does not want to wait helps a
 * little each time. */
TEST(getrandom_nonblock_without_a_source_says_again_at_first)
{
    unsigned value, tries = 0;
    ssize_t rc;

    do
        rc = getrandom(&value, sizeof(value), GRND_NONBLOCK);
    while (rc < 0 && errno == EAGAIN && ++tries < 1000);
    CHECK_EQ(rc, sizeof(value));
    CHECK_EQ(tries >= 7, bare);
}

TEST(cpu_random_is_as_configured)
{
    uint64_t word;

    CHECK_EQ(cpu_random(&word), !bare);
}

/* covers: getrandom */
TEST(getrandom_waits_until_enough_is_gathered)
{
    unsigned char a[64] = {0}, b[64] = {0};

    random_reseed();
    CHECK_EQ(getrandom(a, sizeof(a), 0), sizeof(a));
    random_reseed();
    CHECK_EQ(getrandom(b, sizeof(b), GRND_RANDOM), sizeof(b));
    CHECK(memcmp(a, b, sizeof(a)) != 0);
    CHECK_EQ(getrandom(a, 0, GRND_NONBLOCK), 0);
    CHECK_EQ(getrandom(a, 1, 64), -1);
    CHECK_EQ(errno, EINVAL);
}

/* Ones and runs of equal bits (SP 800-22), within six standard deviations,
 * which are 1448 for 2^23 bits. */
TEST(random_megabyte_passes_frequency_and_runs)
{
    unsigned char *out = malloc(MEGABYTE);
    long ones = 0, runs = 1, half = 4l * MEGABYTE;
    unsigned last, bit;

    CHECK(out);
    CHECK_EQ(getrandom(out, MEGABYTE, 0), MEGABYTE);
    last = out[0] & 1;
    for (size_t i = 0; i < 8ul * MEGABYTE; i++) {
        bit = out[i / 8] >> i % 8 & 1;
        ones += bit;
        runs += bit != last;
        last = bit;
    }
    free(out);
    CHECK(labs(ones - half) < 6 * 1448);
    CHECK(labs(runs - half) < 6 * 1448);
}

/* covers: arc4random arc4random_buf arc4random_uniform getentropy */
TEST(arc4random_and_getentropy_give_numbers)
{
    unsigned a[4] = {0}, b[4] = {0};
    char big[257];

    arc4random_buf(a, sizeof(a));
    arc4random_buf(b, sizeof(b));
    CHECK(memcmp(a, b, sizeof(a)) != 0);
    CHECK(arc4random() != arc4random() || arc4random() != arc4random());
    for (int i = 0; i < 100; i++)
        CHECK(arc4random_uniform(7) < 7);
    CHECK_EQ(getentropy(b, sizeof(b)), 0);
    CHECK(memcmp(a, b, sizeof(a)) != 0);
    CHECK_EQ(getentropy(big, sizeof(big)), -1);
}

TEST(dev_random_and_urandom_give_numbers)
{
    static const char *const names[] = {"/dev/random", "/dev/urandom"};
    unsigned char a[100], b[100];

    for (int i = 0; i < 2; i++) {
        int fd = open(names[i], O_RDWR | O_NONBLOCK);

        CHECK(fd >= 0);
        CHECK_EQ(read(fd, a, sizeof(a)), sizeof(a));
        CHECK_EQ(write(fd, a, sizeof(a)), sizeof(a));
        CHECK_EQ(read(fd, b, sizeof(b)), sizeof(b));
        CHECK(memcmp(a, b, sizeof(a)) != 0);
        close(fd);
    }
}

TEST(canary_ends_text_and_is_not_what_it_was_compiled_as)
{
    CHECK_EQ(__stack_chk_guard & 0xff, 0);
    CHECK(__stack_chk_guard != 0 && __stack_chk_guard != 0x2f6a8c1d59e37b00);
}

int main(int argc, char **argv)
{
    uint64_t words[2] = {0};
    int rc;

    bare = argc > 1 && !strcmp(argv[1], "bare");
    rc = test_run_all();
    getentropy(words, sizeof(words));
    printf("drawn: canary %016lx\ndrawn: bytes %016lx%016lx\n",
           __stack_chk_guard, words[0], words[1]);
    return rc;
}
