/* SPDX-License-Identifier: BSD-2-Clause */
/* sources: xenstore/wire.c */

#include "../../xenstore/wire.h"
#include "test.h"
#include <pith/errno.h>

#define RING XENSTORE_RING_SIZE

TEST(ring_used_at_index_wrap_counts)
{
    CHECK_EQ(wire_ring_used(0, 0), 0);
    CHECK_EQ(wire_ring_used(5, 0xfffffffbu), 10);
    CHECK_EQ(wire_ring_used(RING, 0), RING);
}

TEST(ring_used_with_impossible_indices_is_refused)
{
    CHECK_EQ(wire_ring_used(RING + 1, 0), -XEN_EIO);
    CHECK_EQ(wire_ring_used(0, 1), -XEN_EIO);
    CHECK_EQ(wire_ring_used(0x80000000u, 0), -XEN_EIO);
    CHECK_EQ(wire_ring_used(0, 0xfffffbffu), -XEN_EIO);
}

TEST(ring_copy_at_every_offset_and_length_returns_the_bytes)
{
    char *ring = malloc(RING), in[RING], out[RING];

    for (unsigned i = 0; i < RING; i++)
        in[i] = (char)(i * 7 + 3);
    for (uint32_t at = 0u - RING; at != RING; at += 8) {
        for (uint32_t bytes = 0; bytes <= RING; bytes += 93) {
            memset(out, 0, sizeof(out));
            wire_ring_put(ring, at, in, bytes);
            wire_ring_get(ring, at, out, bytes);
            CHECK(!memcmp(in, out, bytes));
        }
    }
    wire_ring_put(ring, 1, in, RING);
    wire_ring_get(ring, 1, out, RING);
    CHECK(!memcmp(in, out, RING));
    free(ring);
}

TEST(path_that_is_valid_has_its_length)
{
    CHECK_EQ(wire_path_length("/", NULL), -XEN_EINVAL);
    CHECK_EQ(wire_path_length("device", NULL), 6);
    CHECK_EQ(wire_path_length("device/vif", "0"), 12);
    CHECK_EQ(wire_path_length("/local/domain/0", "a/b"), 19);
    CHECK_EQ(wire_path_length("@releaseDomain", NULL), 14);
}

TEST(path_that_is_not_valid_is_refused)
{
    const char *bad[] = {"",    "a//b", "a/",  "//a",  "a b", "a\n",
                         "a.b", "//",   "a:b", "\xff", "a/b/"};

    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_EQ(wire_path_length(bad[i], NULL), -XEN_EINVAL);
    CHECK_EQ(wire_path_length("a", ""), -XEN_EINVAL);
    CHECK_EQ(wire_path_length("a", "/b"), -XEN_EINVAL);
    CHECK_EQ(wire_path_length("a/", "b"), -XEN_EINVAL);
    CHECK_EQ(wire_path_length("a", "b/"), -XEN_EINVAL);
}

TEST(path_that_is_too_long_is_refused)
{
    char path[XENSTORE_ABS_PATH_MAX + 2];

    memset(path, 'a', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    CHECK_EQ(wire_path_length(path, NULL), -XEN_E2BIG);
    path[XENSTORE_REL_PATH_MAX] = '\0';
    CHECK_EQ(wire_path_length(path, NULL), XENSTORE_REL_PATH_MAX);
    CHECK_EQ(wire_path_length(path, "b"), -XEN_E2BIG);
    path[0] = '/';
    CHECK_EQ(wire_path_length(path, "b"), XENSTORE_REL_PATH_MAX + 2);
}

TEST(path_pieces_joined_are_the_path)
{
    struct wire_piece pieces[WIRE_PATH_PIECES];
    char text[32] = "", *at = text;
    unsigned count = wire_path_pieces("device", "vif", pieces);

    for (unsigned i = 0; i < count; i++) {
        memcpy(at, pieces[i].base, pieces[i].bytes);
        at += pieces[i].bytes;
    }
    CHECK_EQ(at - text, 11);
    CHECK_STR(text, "device/vif");
    CHECK_EQ(wire_path_pieces("device", NULL, pieces), 1);
    CHECK_EQ(pieces[0].bytes, 7);
}

TEST(path_join_checks_the_size)
{
    char out[8];

    CHECK_EQ(wire_path_join("abc", "def", out, sizeof(out)), 0);
    CHECK_STR(out, "abc/def");
    CHECK_EQ(wire_path_join("abc", "defg", out, sizeof(out)), -XEN_E2BIG);
    CHECK_EQ(wire_path_join("abcdefg", NULL, out, sizeof(out)), 0);
    CHECK_EQ(wire_path_join("a//b", NULL, out, sizeof(out)), -XEN_EINVAL);
}

TEST(perms_are_letters_with_numbers)
{
    CHECK(wire_perms_valid("n0", 3));
    CHECK(wire_perms_valid("n0\0r5\0b12", 10));
    CHECK(!wire_perms_valid("n0", 2)); /* the NUL is not counted */
    CHECK(!wire_perms_valid("", 0));
    CHECK(!wire_perms_valid("", 1));
    CHECK(!wire_perms_valid("n", 2));
    CHECK(!wire_perms_valid("x0", 3));
    CHECK(!wire_perms_valid("n0x", 4));
    CHECK(!wire_perms_valid("n0\0", 4));
}

TEST(list_of_names_ends_with_a_nul)
{
    CHECK(wire_list_valid("", 0));
    CHECK(wire_list_valid("a\0bc", 5));
    CHECK(!wire_list_valid("a\0bc", 4));
    CHECK(!wire_list_valid("a\0\0b", 5));
    CHECK(!wire_list_valid("", 1));
}

TEST(error_names_become_numbers)
{
    CHECK_EQ(wire_error_number("ENOENT", 7), -XEN_ENOENT);
    CHECK_EQ(wire_error_number("EAGAIN", 6), -XEN_EAGAIN);
    CHECK_EQ(wire_error_number("E2BIG", 16), -XEN_E2BIG);
    CHECK_EQ(wire_error_number("EINVALID", 9), -XEN_EIO);
    CHECK_EQ(wire_error_number("EIN", 4), -XEN_EIO);
    CHECK_EQ(wire_error_number("", 0), -XEN_EIO);
}

TEST(event_has_two_strings_and_nothing_more)
{
    const char *path = NULL, *token = NULL;

    CHECK_EQ(wire_event_split("a/b\0t1", 7, &path, &token), 0);
    CHECK_STR(path, "a/b");
    CHECK_STR(token, "t1");
    CHECK_EQ(wire_event_split("a/b\0t1", 6, &path, &token), -XEN_EIO);
    CHECK_EQ(wire_event_split("a/b\0t1\0x", 9, &path, &token), -XEN_EIO);
    CHECK_EQ(wire_event_split("a/b", 4, &path, &token), -XEN_EIO);
    CHECK_EQ(wire_event_split("a/b", 3, &path, &token), -XEN_EIO);
    CHECK_EQ(wire_event_split("", 0, &path, &token), -XEN_EIO);
    CHECK_EQ(wire_event_split("\0t", 3, &path, &token), -XEN_EIO);
}

TEST(garbage_never_reads_outside_of_its_bytes)
{
    const char *path, *token;

    srand(1);
    for (int i = 0; i < 200000; i++) {
        size_t bytes = (size_t)rand() % 24;
        /* Of exact size, so that the sanitizer sees every step too far. */
        char *text = malloc(bytes ? bytes : 1);

        for (size_t j = 0; j < bytes; j++)
            text[j] = "\0\0n05r/aE\xff"[rand() % 10];
        wire_event_split(text, bytes, &path, &token);
        wire_list_valid(text, bytes);
        wire_perms_valid(text, bytes);
        wire_error_number(text, bytes);
        free(text);
    }
}
