/* SPDX-License-Identifier: BSD-2-Clause */
/* Paths without ".", ".." and doubled slashes. */
/* sources: fs/path.c */

#include "../../fs/private.h"
#include "test.h"
#include <pith/errno.h>

static char out[VFS_PATH_MAX];
static bool slash;

static const char *clean(const char *path)
{
    return path_clean(path, out, &slash) ? "error" : out;
}

TEST(path_plain_stays)
{
    CHECK_STR(clean("/"), "/");
    CHECK_STR(clean("/a"), "/a");
    CHECK(!slash);
    CHECK_STR(clean("/a/b.c/d..e/.f"), "/a/b.c/d..e/.f");
    CHECK(!slash);
    CHECK_STR(clean("/..."), "/...");
}

TEST(path_dots_and_slashes_go)
{
    CHECK_STR(clean("//a///b//"), "/a/b");
    CHECK(slash);
    CHECK_STR(clean("/./a/./b/."), "/a/b");
    CHECK(slash);
    CHECK_STR(clean("/a/b/../c"), "/a/c");
    CHECK(!slash);
    CHECK_STR(clean("/a/b/.."), "/a");
    CHECK(slash);
    CHECK_STR(clean("/a/b/../.."), "/");
}

TEST(path_dotdot_stops_at_the_root)
{
    CHECK_STR(clean("/.."), "/");
    CHECK_STR(clean("/../../a"), "/a");
    CHECK_STR(clean("/a/../../../b"), "/b");
}

TEST(path_wrong_ones_are_errors)
{
    CHECK_EQ(path_clean("", out, NULL), -XEN_ENOENT);
    CHECK_EQ(path_clean("a", out, NULL), -XEN_EINVAL);
    CHECK_EQ(path_clean("../a", out, NULL), -XEN_EINVAL);
}

TEST(path_lengths_are_limited)
{
    char path[VFS_PATH_MAX + 2];

    memset(path, 'n', sizeof(path));
    path[0] = '/';
    path[256] = '\0';
    CHECK_EQ(path_clean(path, out, NULL), 0);
    path[256] = 'n';
    path[257] = '\0';
    CHECK_EQ(path_clean(path, out, NULL), -XEN_ENAMETOOLONG);

    memset(path, 'n', sizeof(path));
    for (size_t i = 0; i < sizeof(path); i += 100)
        path[i] = '/';
    path[VFS_PATH_MAX - 1] = '\0';
    CHECK_EQ(path_clean(path, out, NULL), 0);
    CHECK_EQ(strlen(out), VFS_PATH_MAX - 1);
    path[VFS_PATH_MAX - 1] = 'n';
    path[VFS_PATH_MAX] = '\0';
    CHECK_EQ(path_clean(path, out, NULL), -XEN_ENAMETOOLONG);
}
