/* SPDX-License-Identifier: BSD-2-Clause */
/* What a file is, in the form of struct stat. Apart from files.c, because
 * stdio asks for every stream: a program without files has no name space. */

#include "private.h"
#include <pith/errno.h>
#include <pith/file.h>
#include <reent.h>
#include <string.h>
#include <sys/stat.h>

#define NS_IN_SEC 1000000000ull

static struct timespec time_from_ns(uint64_t ns)
{
    return (struct timespec){(time_t)(ns / NS_IN_SEC), (long)(ns % NS_IN_SEC)};
}

void stat_from_file(const struct file_stat *from, struct stat *out)
{
    static const mode_t kinds[] = {
        [FILE_REGULAR] = S_IFREG, [FILE_DIRECTORY] = S_IFDIR,
        [FILE_CHAR] = S_IFCHR,    [FILE_BLOCK] = S_IFBLK,
        [FILE_SOCKET] = S_IFSOCK, [FILE_PIPE] = S_IFIFO,
        [FILE_LINK] = S_IFLNK,
    };
    bool named = from->type == FILE_REGULAR || from->type == FILE_DIRECTORY ||
                 from->type == FILE_LINK || from->links;

    memset(out, 0, sizeof(*out));
    out->st_ino = from->inode;
    out->st_mode = kinds[from->type] | (from->mode & 07777);
    out->st_dev = (dev_t)from->device;
    /* What has no name cannot lose it. */
    out->st_nlink = (nlink_t)(named ? from->links : 1);
    out->st_uid = from->uid;
    out->st_gid = from->gid;
    out->st_size = (off_t)from->size_bytes;
    out->st_blksize = (blksize_t)from->block_bytes;
    out->st_blocks = (blkcnt_t)(from->used_bytes / 512);
    out->st_atim = time_from_ns(from->atime_ns);
    out->st_mtim = time_from_ns(from->mtime_ns);
    out->st_ctim = time_from_ns(from->ctime_ns);
}

int fstat(int fd, struct stat *out)
{
    struct file *f = fd_get(fd);
    struct file_stat st;
    int rc;

    if (!f)
        return -1;
    rc = f->ops->stat ? f->ops->stat(f, &st) : -XEN_EINVAL;
    file_put(f);
    if (!rc)
        stat_from_file(&st, out);
    return (int)posix_result(rc);
}

int _fstat_r(struct _reent *reent, int fd, struct stat *out)
{
    return fstat(fd, out);
}
