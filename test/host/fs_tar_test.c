/* SPDX-License-Identifier: BSD-2-Clause */
/* The tar parser on good, damaged and random archives. */
/* sources: fs/tar.c fs/archive.c */

#include "../../fs/private.h"
#include "test.h"
#include <pith/errno.h>

#define BLOCK 512

static uint8_t archive[65536];
static size_t used;
static struct archive_entry entry;

static void seal(size_t at)
{
    unsigned sum = 0;

    memset(archive + at + 148, ' ', 8);
    for (size_t i = 0; i < BLOCK; i++)
        sum += archive[at + i];
    sprintf((char *)archive + at + 148, "%06o", sum);
}

static size_t put_entry(const char *name, char type, const char *data)
{
    size_t start = used, size = strlen(data);
    char *h = (char *)archive + used;

    memcpy(h, name, strlen(name));
    strcpy(h + 100, "0000644");
    strcpy(h + 108, "0000000");
    strcpy(h + 116, "0000000");
    sprintf(h + 124, "%011zo", size);
    strcpy(h + 136, "14500000000");
    h[156] = type;
    memcpy(h + 257, "ustar\00000", 8);
    seal(start);
    memcpy(archive + used + BLOCK, data, size);
    used += BLOCK + ALIGN_UP(size, BLOCK);
    return start;
}

static void start_archive(void)
{
    memset(archive, 0, sizeof(archive));
    used = 0;
}

static void end_archive(void)
{
    used += 2 * BLOCK;
}

/* A copy of exactly size bytes, so that ASan sees every read beyond it. */
static struct archive exact(size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    memcpy(copy, archive, size);
    return (struct archive){.base = copy, .size = size};
}

static const char *last_error;

static int first_result(size_t size)
{
    struct archive a = exact(size);
    int rc = tar_next(&a, &entry);

    last_error = a.error ? a.error : "";
    free((void *)a.base);
    return rc;
}

TEST(tar_good_archive_is_read)
{
    struct archive a;

    start_archive();
    put_entry("./", '5', "");
    put_entry("www/", '5', "");
    put_entry("www/index.html", '0', "<p>hello");
    put_entry("www/link", '2', "");
    put_entry("www/fifo", '6', "");
    end_archive();
    a = exact(used);
    CHECK_EQ(tar_next(&a, &entry), 1);
    CHECK_STR(entry.name, "");
    CHECK_EQ(entry.type, FILE_DIRECTORY);
    CHECK_EQ(tar_next(&a, &entry), 1);
    CHECK_STR(entry.name, "www");
    CHECK_EQ(tar_next(&a, &entry), 1);
    CHECK_STR(entry.name, "www/index.html");
    CHECK_EQ(entry.type, FILE_REGULAR);
    CHECK_EQ(entry.mode, 0644);
    CHECK_EQ(entry.size, 8);
    CHECK_EQ(entry.mtime_s, 014500000000);
    CHECK(!memcmp(entry.data, "<p>hello", 8));
    CHECK_EQ(tar_next(&a, &entry), 1);
    CHECK_EQ(entry.type, FILE_LINK);
    CHECK_EQ(tar_next(&a, &entry), 1);
    CHECK_EQ(entry.type, ARCHIVE_OTHER);
    CHECK_EQ(tar_next(&a, &entry), 0);
    free((void *)a.base);
}

TEST(tar_prefix_comes_before_the_name)
{
    start_archive();
    put_entry("file", '0', "x");
    memcpy(archive + 345, "some/dir", 8);
    seal(0);
    CHECK_EQ(first_result(used), 1);
    CHECK_STR(entry.name, "some/dir/file");
}

TEST(tar_name_that_fills_its_field_needs_no_nul)
{
    char name[101];

    memset(name, 'n', 100);
    name[100] = '\0';
    start_archive();
    put_entry(name, '0', "x");
    CHECK_EQ(first_result(used), 1);
    CHECK_STR(entry.name, name);
}

TEST(tar_long_names_replace_the_short_one)
{
    start_archive();
    put_entry("././@LongLink", 'L', "gnu/long/name");
    put_entry("short", '0', "x");
    CHECK_EQ(first_result(used), 1);
    CHECK_STR(entry.name, "gnu/long/name");
    CHECK_EQ(entry.size, 1);

    start_archive();
    put_entry("PaxHeaders/x", 'x', "11 mtime=1\n22 path=pax/long/name\n");
    put_entry("short", '0', "xy");
    CHECK_EQ(first_result(used), 1);
    CHECK_STR(entry.name, "pax/long/name");
    CHECK_EQ(entry.size, 2);
}

TEST(tar_bad_pax_records_are_errors)
{
    static const char *const bad[] = {
        "x",
        "99 path=a\n",
        "5\n",
        "0 a=b\n",
        "10 path=abc",
        "99999999999999999999999 a=\n",
        "12 path=abcd",
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        start_archive();
        put_entry("PaxHeaders/x", 'x', bad[i]);
        put_entry("short", '0', "xy");
        CHECK_EQ(first_result(used), -XEN_EINVAL);
        CHECK_STR(last_error, "bad pax header");
    }
}

TEST(tar_cut_anywhere_is_an_error)
{
    start_archive();
    put_entry("file", '0', "0123456789");
    for (size_t size = 0; size < BLOCK + 10; size++)
        CHECK_EQ(first_result(size), -XEN_EINVAL);
    CHECK_EQ(first_result(BLOCK + 10), 1);
}

TEST(tar_end_without_zero_block_is_an_error)
{
    struct archive a;

    start_archive();
    put_entry("file", '0', "0123456789");
    a = exact(used);
    CHECK_EQ(tar_next(&a, &entry), 1);
    CHECK_EQ(tar_next(&a, &entry), -XEN_EINVAL);
    CHECK_STR(a.error, "tar archive ends early");
    CHECK_EQ(a.offset, used);
    free((void *)a.base);
}

TEST(tar_changed_header_fails_its_checksum)
{
    for (size_t at = 0; at < BLOCK; at++) {
        start_archive();
        put_entry("file", '0', "x");
        if (at == 155) /* behind the NUL that ends the checksum */
            continue;
        archive[at] ^= 1;
        CHECK_EQ(first_result(used), -XEN_EINVAL);
        CHECK_STR(last_error, "bad tar header");
    }
}

static void check_name(const char *name, const char *want_error)
{
    start_archive();
    put_entry(name, '0', "x");
    CHECK_EQ(first_result(used), -XEN_EINVAL);
    CHECK_STR(last_error, want_error);
}

TEST(tar_names_that_leave_the_root_are_errors)
{
    check_name("/etc/passwd", "absolute name");
    check_name("../x", "name with \"..\"");
    check_name("a/..", "name with \"..\"");
    check_name("", "empty name");
}

TEST(tar_huge_size_is_an_error)
{
    start_archive();
    put_entry("file", '0', "x");
    memcpy(archive + 124, "777777777777", 12);
    seal(0);
    CHECK_EQ(first_result(used), -XEN_EINVAL);
    CHECK_STR(last_error, "tar file beyond the archive");
}

/* Whatever bytes come, the parser ends and reads nothing outside. Half of the
 * rounds mend the checksum, so that what is behind it is met, too. */
TEST(tar_garbage_is_survived)
{
    srand(1);
    for (int round = 0; round < 20000; round++) {
        size_t starts[4];
        struct archive a;
        int rc, entries = 0;

        start_archive();
        starts[0] = put_entry("long", 'L', "a/longer/name");
        starts[1] = put_entry("pax", 'x', "13 path=abcd\n");
        starts[2] = put_entry("file", '0', "some data");
        starts[3] = put_entry("dir", '5', "");
        end_archive();
        for (int n = rand() % 6; n >= 0; n--)
            archive[(size_t)rand() % used] =
                (uint8_t)(rand() % 2 ? '0' + rand() % 8 : rand());
        for (int i = 0; i < 4 && round % 2; i++)
            seal(starts[i]);
        a = exact(used);
        while ((rc = tar_next(&a, &entry)) > 0 && entries < 100)
            entries++;
        CHECK(entries < 100);
        CHECK(rc == 0 || (rc == -XEN_EINVAL && a.error));
        free((void *)a.base);
    }
}
