/* SPDX-License-Identifier: BSD-2-Clause */
/* How full a file system is, and space taken in advance. */

#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pith/errno.h>
#include <pith/vfs.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int fill(int rc, const struct file_space *from, struct statvfs *out)
{
    if (!rc)
        *out = (struct statvfs){
            .f_bsize = from->block_bytes,
            .f_frsize = from->block_bytes,
            .f_blocks = from->blocks,
            .f_bfree = from->free_blocks,
            .f_bavail = from->free_blocks,
            .f_files = from->files,
            .f_ffree = from->free_files,
            .f_favail = from->free_files,
            .f_flag = from->readonly ? ST_RDONLY : 0,
            .f_namemax = NAME_MAX,
        };
    return (int)posix_result(rc);
}

int statvfs(const char *restrict path, struct statvfs *restrict out)
{
    char buf[VFS_PATH_MAX];
    const char *full = path_at(AT_FDCWD, path, buf);
    struct file_space space;

    return full ? fill(vfs_space(full, &space), &space, out) : -1;
}

int fstatvfs(int fd, struct statvfs *out)
{
    struct file *f = fd_get(fd);
    struct file_space space;
    int rc;

    if (!f)
        return -1;
    rc = f->ops->space ? f->ops->space(f, &space) : -XEN_EINVAL;
    file_put(f);
    return fill(rc, &space, out);
}

int posix_fallocate(int fd, off_t offset, off_t length)
{
    int before = errno, rc;
    struct file *f;

    if (offset < 0 || length <= 0)
        return EINVAL;
    f = fd_get(fd);
    if (!f) {
        errno = before;
        return EBADF;
    }
    if ((f->flags & O_ACCMODE) == O_RDONLY)
        rc = -XEN_EBADF;
    else if (!f->seekable)
        rc = -XEN_ESPIPE;
    else if (!f->ops->allocate)
        rc = -XEN_ENODEV;
    else
        rc = f->ops->allocate(f, (uint64_t)offset, (uint64_t)length);
    file_put(f);
    return rc ? errno_from_xen(rc) : 0;
}

/* Files are in memory already, or bypass it. */
int posix_fadvise(int fd, off_t offset, off_t length, int advice)
{
    int before = errno;
    struct file *f = fd_get(fd);
    bool seekable;

    errno = before;
    if (!f)
        return EBADF;
    seekable = f->seekable;
    file_put(f);
    if (!seekable)
        return ESPIPE;
    return length < 0 || advice < POSIX_FADV_NORMAL ||
                   advice > POSIX_FADV_NOREUSE
               ? EINVAL
               : 0;
}

/* Nothing waits in memory for a disk to be written. */
void sync(void)
{
}
