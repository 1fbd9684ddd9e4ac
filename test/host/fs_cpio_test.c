/* SPDX-License-Identifier: BSD-2-Clause */
/* The cpio parser on good, damaged and random archives. */
/* sources: fs/cpio.c fs/archive.c */

#include "../../fs/private.h"
#include "test.h"
#include <pith/errno.h>

static uint8_t archive[65536];
static size_t used;

static size_t put_entry(const char *name, uint32_t mode, uint32_t nlink,
                        const char *data)
{
    size_t start = used, size = strlen(data);

    used += (size_t)sprintf(
        (char *)archive + used,
        "070701%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", 7, mode,
        0, 0, nlink, 0x65000000, size, 8, 1, 0, 0, strlen(name) + 1, 0);
    used += (size_t)sprintf((char *)archive + used, "%s", name) + 1;
    used = ALIGN_UP(used, 4);
    memcpy(archive + used, data, size);
    used = ALIGN_UP(used + size, 4);
    return start;
}

static void start_archive(void)
{
    memset(archive, 0, sizeof(archive));
    used = 0;
}

/* A copy of exactly size bytes, so that ASan sees every read beyond it. */
static struct archive exact(size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    memcpy(copy, archive, size);
    return (struct archive){.base = copy, .size = size};
}

static int first_result(size_t size, struct archive_entry *e, size_t *offset,
                        char *error)
{
    struct archive a = exact(size);
    int rc = cpio_next(&a, e);

    if (offset)
        *offset = a.offset;
    if (error)
        strcpy(error, a.error ? a.error : "");
    free((void *)a.base);
    return rc;
}

static struct archive_entry entry;

TEST(cpio_good_archive_is_read)
{
    struct archive a;

    start_archive();
    put_entry(".", 0040755, 2, "");
    put_entry("www", 0040750, 2, "");
    put_entry("www/index.html", 0100644, 1, "<p>hello");
    put_entry("./dev/tty", 0020600, 1, "");
    put_entry("TRAILER!!!", 0, 1, "");
    a = exact(used);
    CHECK_EQ(cpio_next(&a, &entry), 1);
    CHECK_STR(entry.name, "");
    CHECK_EQ(entry.type, FILE_DIRECTORY);
    CHECK_EQ(cpio_next(&a, &entry), 1);
    CHECK_STR(entry.name, "www");
    CHECK_EQ(entry.mode, 0750);
    CHECK_EQ(cpio_next(&a, &entry), 1);
    CHECK_STR(entry.name, "www/index.html");
    CHECK_EQ(entry.type, FILE_REGULAR);
    CHECK_EQ(entry.size, 8);
    CHECK(!memcmp(entry.data, "<p>hello", 8));
    CHECK_EQ(entry.mtime_s, 0x65000000);
    CHECK_EQ(entry.hard_id, 0);
    CHECK_EQ(cpio_next(&a, &entry), 1);
    CHECK_STR(entry.name, "dev/tty");
    CHECK_EQ(entry.type, ARCHIVE_OTHER);
    CHECK_EQ(cpio_next(&a, &entry), 0);
    free((void *)a.base);
}

TEST(cpio_hard_links_share_an_id)
{
    struct archive a;
    uint64_t id;

    start_archive();
    put_entry("a", 0100644, 2, "");
    put_entry("b", 0100644, 2, "data");
    a = exact(used);
    CHECK_EQ(cpio_next(&a, &entry), 1);
    id = entry.hard_id;
    CHECK(id != 0);
    CHECK_EQ(cpio_next(&a, &entry), 1);
    CHECK(entry.hard_id == id);
    free((void *)a.base);
}

TEST(cpio_cut_anywhere_is_an_error)
{
    size_t last;

    start_archive();
    last = put_entry("file", 0100644, 1, "0123456789");
    /* The last two bytes are padding, which may be missing. */
    for (size_t size = 0; size < used - 2; size++)
        CHECK_EQ(first_result(size, &entry, NULL, NULL), -XEN_EINVAL);
    CHECK_EQ(first_result(used - 2, &entry, NULL, NULL), 1);
    CHECK_EQ(last, 0);
}

TEST(cpio_end_without_trailer_is_an_error)
{
    struct archive a;

    start_archive();
    put_entry("file", 0100644, 1, "0123");
    a = exact(used);
    CHECK_EQ(cpio_next(&a, &entry), 1);
    CHECK_EQ(cpio_next(&a, &entry), -XEN_EINVAL);
    CHECK_STR(a.error, "cpio archive ends early");
    CHECK_EQ(a.offset, used);
    free((void *)a.base);
}

TEST(cpio_bad_header_names_its_offset)
{
    struct archive a;
    size_t second;

    start_archive();
    put_entry("a", 0100644, 1, "x");
    second = put_entry("b", 0100644, 1, "x");
    archive[second + 5] = '5';
    a = exact(used);
    CHECK_EQ(cpio_next(&a, &entry), 1);
    CHECK_EQ(cpio_next(&a, &entry), -XEN_EINVAL);
    CHECK_STR(a.error, "bad cpio header");
    CHECK_EQ(a.offset, second);
    free((void *)a.base);
}

TEST(cpio_digits_that_are_none_are_an_error)
{
    char error[64];

    for (size_t at = 6; at < 110; at++) {
        start_archive();
        put_entry("a", 0100644, 1, "x");
        archive[at] = 'g';
        CHECK_EQ(first_result(used, &entry, NULL, error), -XEN_EINVAL);
        CHECK_STR(error, "bad cpio header");
    }
}

static void check_name(const char *name, const char *want_error)
{
    char error[64];

    start_archive();
    put_entry(name, 0100644, 1, "x");
    CHECK_EQ(first_result(used, &entry, NULL, error), -XEN_EINVAL);
    CHECK_STR(error, want_error);
}

TEST(cpio_names_that_leave_the_root_are_errors)
{
    check_name("/etc/passwd", "absolute name");
    check_name("..", "name with \"..\"");
    check_name("../x", "name with \"..\"");
    check_name("a/../b", "name with \"..\"");
    check_name("a/..", "name with \"..\"");
    check_name("", "empty name");
    start_archive();
    put_entry("..a/b..", 0100644, 1, "x");
    CHECK_EQ(first_result(used, &entry, NULL, NULL), 1);
    CHECK_STR(entry.name, "..a/b..");
}

TEST(cpio_name_without_its_nul_is_an_error)
{
    char error[64];

    start_archive();
    put_entry("abc", 0100644, 1, "x");
    archive[110 + 3] = 'd';
    CHECK_EQ(first_result(used, &entry, NULL, error), -XEN_EINVAL);
    CHECK_STR(error, "bad cpio name");
    start_archive();
    put_entry("abc", 0100644, 1, "x");
    archive[110 + 1] = '\0';
    CHECK_EQ(first_result(used, &entry, NULL, error), -XEN_EINVAL);
}

TEST(cpio_huge_sizes_are_errors)
{
    static const size_t fields[] = {6 + 6 * 8, 6 + 11 * 8};

    for (size_t i = 0; i < 2; i++) {
        start_archive();
        put_entry("abc", 0100644, 1, "x");
        memcpy(archive + fields[i], "ffffffff", 8);
        CHECK_EQ(first_result(used, &entry, NULL, NULL), -XEN_EINVAL);
    }
}

/* Whatever bytes come, the parser ends and reads nothing outside. */
TEST(cpio_garbage_is_survived)
{
    srand(1);
    for (int round = 0; round < 20000; round++) {
        struct archive a;
        int rc, entries = 0;

        start_archive();
        put_entry("a/b", 0100644, 1, "some data");
        put_entry("c", 0040755, 1, "");
        put_entry("TRAILER!!!", 0, 1, "");
        for (int n = rand() % 6; n >= 0; n--)
            archive[(size_t)rand() % used] =
                (uint8_t)(rand() % 2 ? "0123456789abcdef"[rand() % 16]
                                     : rand());
        a = exact(used);
        while ((rc = cpio_next(&a, &entry)) > 0 && entries < 100)
            entries++;
        CHECK(entries < 100);
        CHECK(rc == 0 || (rc == -XEN_EINVAL && a.error));
        free((void *)a.base);
    }
}
