/* SPDX-License-Identifier: BSD-2-Clause */
/* Names for what is no file with contents: FIFOs, sockets. Devices are the
 * system's own. */

#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/vfs.h>
#include <sys/stat.h>

int node_make(int dirfd, const char *path, enum file_type type, mode_t mode)
{
    char buf[VFS_PATH_MAX];
    const char *full = path_at(dirfd, path, buf);

    return full ? (int)posix_result(vfs_mknod(full, type, umask_apply(mode)))
                : -1;
}

static int make_file(int dirfd, const char *path, mode_t mode)
{
    char buf[VFS_PATH_MAX];
    const char *full = path_at(dirfd, path, buf);
    struct file *f;
    int rc;

    if (!full)
        return -1;
    rc = vfs_open(full, VFS_WRITE | VFS_CREATE | VFS_EXCLUSIVE,
                  umask_apply(mode), &f);
    if (!rc)
        file_put(f);
    return (int)posix_result(rc);
}

int mknodat(int dirfd, const char *path, mode_t mode, dev_t dev)
{
    switch (mode & S_IFMT) {
    case 0:
    case S_IFREG:
        return make_file(dirfd, path, mode);
    case S_IFIFO:
        return mkfifoat(dirfd, path, mode);
    case S_IFSOCK:
        return node_make(dirfd, path, FILE_SOCKET, mode);
    case S_IFBLK:
    case S_IFCHR:
        return posix_fail(EPERM);
    default:
        return posix_fail(EINVAL);
    }
}

int mknod(const char *path, mode_t mode, dev_t dev)
{
    return mknodat(AT_FDCWD, path, mode, dev);
}
