/* SPDX-License-Identifier: BSD-2-Clause */
/* ChaCha20 by the vectors of RFC 8439, and the generator made of it. */
/* flags: -lm */

#include "test.h"
#include <math.h>
#include <pith/drbg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *hex(const void *data, size_t size)
{
    static char text[2 * 128 + 1];
    const unsigned char *p = data;

    for (size_t i = 0; i < size; i++)
        snprintf(text + 2 * i, 3, "%02x", p[i]);
    return text;
}

/* Section 2.3.2. */
TEST(chacha20_block_of_the_rfc_is_right)
{
    static const uint32_t counter_nonce[4] = {1, 0x09000000, 0x4a000000, 0};
    uint32_t key[8], out[16];

    for (unsigned i = 0; i < sizeof(key); i++)
        ((unsigned char *)key)[i] = (unsigned char)i;
    chacha20_block(key, counter_nonce, out);
    CHECK_STR(
        hex(out, sizeof(out)),
        "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
        "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e");
}

/* Appendix A.1, test vectors 1, 2 and 4. */
TEST(chacha20_blocks_of_the_appendix_are_right)
{
    uint32_t key[8] = {0}, counter[4] = {0}, out[16];

    chacha20_block(key, counter, out);
    CHECK_STR(
        hex(out, sizeof(out)),
        "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
        "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
    counter[0] = 1;
    chacha20_block(key, counter, out);
    CHECK_STR(
        hex(out, sizeof(out)),
        "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
        "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f");
    counter[0] = 2;
    ((unsigned char *)key)[1] = 0xff;
    chacha20_block(key, counter, out);
    CHECK_STR(
        hex(out, sizeof(out)),
        "72d54dfbf12ec44b362692df94137f328fea8da73990265ec1bbbea1ae9af0ca"
        "13b25aa26cb4a648cb9b9d1be65b2c0924a66c54d545ec1b7374f4872e99f096");
}

/* By a second implementation, written in Python from pith/drbg.h's text. */
TEST(drbg_known_answer_is_right)
{
    static const char seed[] = "The seed of this known answer, forty-four B.";
    struct drbg d = {0};
    char out[112];

    drbg_mix(&d, seed, strlen(seed));
    drbg_read(&d, out, 16);
    CHECK_STR(hex(out, 16), "17c62287a2d8f8b3c6ef6fb7f84407ae");
    drbg_read(&d, out, 112);
    CHECK_STR(hex(out, 112),
              "5c046706cebd7f73e550ba2fb04324bcb30aad993a74c257f3679b37850ce30f"
              "bf575c4cf153bd687ae0cdb16b841884113c37291b88d05d64cbd56f533ca36c"
              "625b08771c139738544bafcee1adadda9453e3f784e7a4589bc97a467b03f3e5"
              "3666c7e96dcd55ba018f2cf939d2c1ef");
}

/* What was given is not in the state any more. */
TEST(drbg_read_erases_its_key)
{
    struct drbg d = {{1, 2, 3}}, before = d;
    unsigned char out[32];

    drbg_read(&d, out, sizeof(out));
    CHECK(memcmp(&d, &before, sizeof(d)) != 0);
    CHECK(memcmp(&d, out, sizeof(d)) != 0);
}

TEST(drbg_mix_adds_and_never_replaces)
{
    struct drbg a = {{1}}, b = {{2}};
    unsigned char same[64] = {0};

    drbg_mix(&a, same, sizeof(same));
    drbg_mix(&b, same, sizeof(same));
    CHECK(memcmp(&a, &b, sizeof(a)) != 0);
    b = a;
    drbg_mix(&b, "x", 1);
    CHECK(memcmp(&a, &b, sizeof(a)) != 0);
}

TEST(drbg_children_differ_from_each_other_and_their_parent)
{
    struct drbg parent = {{7}}, a, b;

    drbg_split(&parent, &a);
    drbg_split(&parent, &b);
    CHECK(memcmp(&a, &b, sizeof(a)) != 0);
    CHECK(memcmp(&a, &parent, sizeof(a)) != 0);
}

/* Bits that are one, and runs of equal bits (SP 800-22, "Frequency" and
 * "Runs"): within six standard deviations. The seed is fixed. */
TEST(drbg_megabyte_passes_frequency_and_runs)
{
    const size_t bytes = 1 << 20;
    const double bits = 8.0 * (double)bytes;
    unsigned char *out = malloc(bytes);
    struct drbg d = {{42}};
    double ones = 0, runs = 1;
    unsigned last, bit;

    drbg_read(&d, out, bytes);
    last = out[0] & 1;
    for (size_t i = 0; i < 8 * bytes; i++) {
        bit = out[i / 8] >> i % 8 & 1;
        ones += bit;
        runs += bit != last;
        last = bit;
    }
    free(out);
    CHECK(fabs(ones - bits / 2) < 6 * sqrt(bits) / 2);
    CHECK(fabs(runs - bits / 2) < 6 * sqrt(bits) / 2);
}
