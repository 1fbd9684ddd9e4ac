/* SPDX-License-Identifier: BSD-2-Clause */
/* Files by name: opening them and looking at them. Linking this brings the
 * name space into the image, and the drivers of the disks that it shows in
 * /dev. */

#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/vfs.h>
#include <reent.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned vfs_flags(int flags)
{
    static const struct {
        int posix;
        unsigned vfs;
    } map[] = {
        {O_CREAT, VFS_CREATE},      {O_EXCL, VFS_EXCLUSIVE},
        {O_TRUNC, VFS_TRUNCATE},    {O_DIRECTORY, VFS_DIRECTORY},
        {O_NOFOLLOW, VFS_NOFOLLOW},
    };
    int access_mode = flags & O_ACCMODE;
    unsigned out = 0;

    if (access_mode != O_WRONLY)
        out |= VFS_READ;
    if (access_mode != O_RDONLY)
        out |= VFS_WRITE;
    for (size_t i = 0; i < ARRAY_SIZE(map); i++)
        if (flags & map[i].posix)
            out |= map[i].vfs;
    return out;
}

static int open_at(int dirfd, const char *path, int flags, unsigned mode)
{
    char buf[VFS_PATH_MAX];
    const char *full = path_at(dirfd, path, buf);
    struct file *f;
    int rc;

    if (!full)
        return -1;
    if ((flags & O_ACCMODE) == O_ACCMODE)
        return posix_fail(EINVAL);
    rc = vfs_open(full, vfs_flags(flags), umask_apply(mode), &f);
    if (rc)
        return (int)posix_result(rc);
    if (f->type == FILE_PIPE) {
        rc = fifo_open ? fifo_open(f, flags, &f) : -XEN_ENXIO;
        if (rc)
            return (int)posix_result(rc);
    }
    f->flags = (uint32_t)flags & (O_ACCMODE | O_NONBLOCK | O_APPEND | O_SYNC);
    return fd_install(f, 0, flags & O_CLOEXEC);
}

/* The mode is there only if the flags say so. */
#define OPEN_MODE(flags, mode) \
    do { \
        va_list args_; \
        mode = 0; \
        if ((flags)&O_CREAT) { \
            va_start(args_, flags); \
            mode = (unsigned)va_arg(args_, int); \
            va_end(args_); \
        } \
    } while (0)

int open(const char *path, int flags, ...)
{
    unsigned mode;

    OPEN_MODE(flags, mode);
    return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int dirfd, const char *path, int flags, ...)
{
    unsigned mode;

    OPEN_MODE(flags, mode);
    return open_at(dirfd, path, flags, mode);
}

int creat(const char *path, mode_t mode)
{
    return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int fstatat(int dirfd, const char *restrict path, struct stat *restrict out,
            int flags)
{
    char buf[VFS_PATH_MAX];
    struct file_stat st;
    const char *full;
    int rc;

    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return posix_fail(EINVAL);
    if (flags & AT_EMPTY_PATH && !*path && dirfd != AT_FDCWD)
        return fstat(dirfd, out);
    full = path_at(dirfd, flags & AT_EMPTY_PATH && !*path ? "." : path, buf);
    if (!full)
        return -1;
    rc = flags & AT_SYMLINK_NOFOLLOW ? vfs_lstat(full, &st)
                                     : vfs_stat(full, &st);
    if (!rc)
        stat_from_file(&st, out);
    return (int)posix_result(rc);
}

int stat(const char *restrict path, struct stat *restrict out)
{
    return fstatat(AT_FDCWD, path, out, 0);
}

int lstat(const char *restrict path, struct stat *restrict out)
{
    return fstatat(AT_FDCWD, path, out, AT_SYMLINK_NOFOLLOW);
}

int faccessat(int dirfd, const char *path, int mode, int flags)
{
    struct stat st;

    if (mode & ~(R_OK | W_OK | X_OK) ||
        flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW))
        return posix_fail(EINVAL);
    if (fstatat(dirfd, path, &st, flags & AT_SYMLINK_NOFOLLOW))
        return -1;
    /* As root on any Unix: all but to execute what nobody may execute. */
    if ((mode & X_OK) && !S_ISDIR(st.st_mode) && !(st.st_mode & 0111))
        return posix_fail(EACCES);
    return 0;
}

int access(const char *path, int mode)
{
    return faccessat(AT_FDCWD, path, mode, 0);
}

int eaccess(const char *path, int mode)
{
    return faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}

int euidaccess(const char *path, int mode)
{
    return eaccess(path, mode);
}

int truncate(const char *path, off_t length)
{
    int fd, rc;

    if (length < 0)
        return posix_fail(EINVAL);
    fd = open(path, O_WRONLY);
    if (fd < 0)
        return -1;
    rc = ftruncate(fd, length);
    close(fd);
    return rc;
}

/* --- what newlib calls --- */

int _open_r(struct _reent *reent, const char *path, int flags, int mode)
{
    return open_at(AT_FDCWD, path, flags, (unsigned)mode);
}

int _stat_r(struct _reent *reent, const char *path, struct stat *out)
{
    return stat(path, out);
}
