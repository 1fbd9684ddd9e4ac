/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of files: directories, links, removal, renaming. */

#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/vfs.h>
#include <reent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int mkdirat(int dirfd, const char *path, mode_t mode)
{
    char buf[VFS_PATH_MAX];
    const char *full = path_at(dirfd, path, buf);

    return full ? (int)posix_result(vfs_mkdir(full, umask_apply(mode))) : -1;
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

int unlinkat(int dirfd, const char *path, int flags)
{
    char buf[VFS_PATH_MAX];
    const char *full = path_at(dirfd, path, buf);

    if (!full)
        return -1;
    if (flags & ~AT_REMOVEDIR)
        return posix_fail(EINVAL);
    return (int)posix_result(flags & AT_REMOVEDIR ? vfs_rmdir(full)
                                                  : vfs_unlink(full));
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
    return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int remove(const char *path)
{
    struct stat st;

    if (lstat(path, &st))
        return -1;
    return S_ISDIR(st.st_mode) ? rmdir(path) : unlink(path);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    char from_buf[VFS_PATH_MAX], to_buf[VFS_PATH_MAX];
    const char *full_from = path_at(from_fd, from, from_buf);
    const char *full_to = full_from ? path_at(to_fd, to, to_buf) : NULL;

    return full_to ? (int)posix_result(vfs_rename(full_from, full_to)) : -1;
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    char from_buf[VFS_PATH_MAX], to_buf[VFS_PATH_MAX];
    const char *full_from = path_at(from_fd, from, from_buf);
    const char *full_to = full_from ? path_at(to_fd, to, to_buf) : NULL;

    if (!full_to)
        return -1;
    if (flags & ~AT_SYMLINK_FOLLOW)
        return posix_fail(EINVAL);
    return (int)posix_result(
        vfs_link(full_from, full_to, flags & AT_SYMLINK_FOLLOW));
}

int link(const char *from, const char *to)
{
    return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int symlinkat(const char *target, int dirfd, const char *path)
{
    char buf[VFS_PATH_MAX];
    const char *full = path_at(dirfd, path, buf);

    return full ? (int)posix_result(vfs_symlink(target, full)) : -1;
}

int symlink(const char *target, const char *path)
{
    return symlinkat(target, AT_FDCWD, path);
}

ssize_t readlinkat(int dirfd, const char *restrict path, char *restrict out,
                   size_t size)
{
    char buf[VFS_PATH_MAX];
    const char *full = path_at(dirfd, path, buf);

    if (!full)
        return -1;
    return size ? posix_result(vfs_readlink(full, out, size))
                : posix_fail(EINVAL);
}

ssize_t readlink(const char *restrict path, char *restrict out, size_t size)
{
    return readlinkat(AT_FDCWD, path, out, size);
}

/* --- what newlib calls --- */

int _mkdir_r(struct _reent *reent, const char *path, int mode)
{
    return mkdir(path, (mode_t)mode);
}

int _unlink_r(struct _reent *reent, const char *path)
{
    return unlink(path);
}

int _rename_r(struct _reent *reent, const char *from, const char *to)
{
    return rename(from, to);
}

int _link_r(struct _reent *reent, const char *from, const char *to)
{
    return link(from, to);
}

int _remove_r(struct _reent *reent, const char *path)
{
    return remove(path);
}
