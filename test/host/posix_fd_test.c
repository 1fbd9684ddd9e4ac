/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptor numbers: the lowest free one, growth, references. */
/* clang-format off */
/* sources: posix/fd.c */
/* flags: -D_GNU_SOURCE -include test/host/fake_spinlock.h -Itest/host/newlib -Dclose=our_close -Ddup=our_dup -Ddup2=our_dup2 -Ddup3=our_dup3 */
/* clang-format on */

#include "fs_fake_kernel.h"

#include "../../posix/private.h"
#include "test.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/file.h>
#include <unistd.h>

const struct file_ops tty_file_ops;

int posix_fail(int err)
{
    errno = err;
    return -1;
}

static int released;

static void count_release(struct file *f)
{
    released++;
    heap_free(f);
}

static const struct file_ops counted = {.release = count_release};

static struct file *make_file(void)
{
    struct file *f = heap_zalloc(sizeof(*f));

    f->ops = &counted;
    f->refs = 1;
    return f;
}

static int install(int lowest)
{
    return fd_install(make_file(), lowest, false);
}

/* Do both numbers stand for one open file? */
static bool same(int a, int b)
{
    struct file *fa = fd_get(a), *fb = fd_get(b);
    bool equal = fa && fa == fb;

    if (fa)
        file_put(fa);
    if (fb)
        file_put(fb);
    return equal;
}

TEST(fd_standard_ones_are_the_console)
{
    CHECK(same(0, 1) && same(1, 2));
    CHECK(!fd_get(3) && errno == EBADF);
    CHECK(!fd_get(-1) && !fd_get(1 << 30));
}

TEST(fd_lowest_free_number_is_given)
{
    CHECK_EQ(install(0), 3);
    CHECK_EQ(install(0), 4);
    CHECK_EQ(install(0), 5);
    CHECK_EQ(close(4), 0);
    CHECK_EQ(close(3), 0);
    CHECK_EQ(install(0), 3);
    CHECK_EQ(install(0), 4);
    CHECK_EQ(install(10), 10);
    CHECK_EQ(install(0), 6);
    CHECK_EQ(install(10), 11);
    for (int fd = 3; fd <= 6; fd++)
        CHECK_EQ(close(fd), 0);
    CHECK_EQ(close(10), 0);
    CHECK_EQ(close(11), 0);
    CHECK_EQ(close(11), -1);
    CHECK_EQ(errno, EBADF);
}

TEST(fd_without_memory_to_grow_releases_the_file)
{
    int before = released;

    fake_memory = 1; /* for the file */
    CHECK_EQ(install(16), -1);
    CHECK_EQ(errno, ENOMEM);
    CHECK_EQ(released, before + 1);
    fake_memory = 1000000;
}

TEST(fd_table_grows_and_ends)
{
    for (int fd = 3; fd < 5000; fd++)
        CHECK_EQ(install(0), fd);
    CHECK_EQ(install(FD_LIMIT), -1);
    CHECK_EQ(errno, EMFILE);
    CHECK_EQ(install(FD_LIMIT - 1), FD_LIMIT - 1);
    CHECK_EQ(close(FD_LIMIT - 1), 0);
    for (int fd = 3; fd < 5000; fd++)
        CHECK_EQ(close(fd), 0);
    CHECK_EQ(install(0), 3);
    CHECK_EQ(close(3), 0);
}

TEST(fd_file_is_released_once)
{
    int before = released;

    CHECK_EQ(install(0), 3);
    CHECK_EQ(dup(3), 4);
    CHECK_EQ(dup2(3, 9), 9);
    CHECK_EQ(dup2(3, 3), 3);
    CHECK_EQ(close(3), 0);
    CHECK_EQ(close(4), 0);
    CHECK_EQ(released, before);
    CHECK_EQ(close(9), 0);
    CHECK_EQ(released, before + 1);
}

TEST(fd_dup_over_an_open_number_closes_it)
{
    int before = released;

    CHECK_EQ(install(0), 3);
    CHECK_EQ(install(0), 4);
    CHECK_EQ(dup2(3, 4), 4);
    CHECK_EQ(released, before + 1);
    CHECK(same(3, 4));
    CHECK_EQ(dup3(3, 3, 0), -1);
    CHECK_EQ(errno, EINVAL);
    CHECK_EQ(dup3(3, FD_LIMIT, 0), -1);
    CHECK_EQ(errno, EBADF);
    CHECK_EQ(dup2(77, 4), -1);
    CHECK_EQ(dup3(3, 4, O_CLOEXEC), 4);
    CHECK_EQ(fd_cloexec_get(4), 1);
    CHECK_EQ(fd_cloexec_get(3), 0);
    CHECK_EQ(fd_cloexec_set(4, false), 0);
    CHECK_EQ(fd_cloexec_get(4), 0);
    CHECK_EQ(fd_cloexec_set(99, false), -1);
    CHECK_EQ(close(3), 0);
    CHECK_EQ(close(4), 0);
}
