/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and writing descriptors, whatever they stand for. */

#include "interrupt.h"
#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/file.h>
#include <reent.h>
#include <unistd.h>

/* The result is a ssize_t, so no more than this moves at once. */
#define IO_MAX ((size_t)0x7ffff000)

/* From the look at a file's end to the write there; also between open files,
 * which may be the same one. After a position lock. Never held for long: what
 * can be written behind its end lies in memory. */
static struct mutex append_lock = MUTEX_INIT(append_lock);

/* POSIX.1-2017, 2.9.7: reads, writes and seeks of one open file do not mix. */
static void position_lock(struct file *f)
{
    if (f->seekable)
        mutex_lock(&f->position_lock);
}

static void position_unlock(struct file *f)
{
    if (f->seekable)
        mutex_unlock(&f->position_lock);
}

static bool may_read(const struct file *f)
{
    return (f->flags & O_ACCMODE) != O_WRONLY;
}

static bool may_write(const struct file *f)
{
    return (f->flags & O_ACCMODE) != O_RDONLY;
}

static long file_read(struct file *f, void *buf, size_t size, uint64_t offset)
{
    if (!may_read(f))
        return -XEN_EBADF;
    if (f->type == FILE_DIRECTORY)
        return -XEN_EISDIR;
    if (!f->ops->read)
        return -XEN_EINVAL;
    return f->ops->read(f, buf, MIN(size, IO_MAX), offset,
                        f->flags & O_NONBLOCK);
}

static long file_write(struct file *f, const void *buf, size_t size,
                       uint64_t offset)
{
    if (!may_write(f))
        return -XEN_EBADF;
    if (!f->ops->write)
        return -XEN_EINVAL;
    return f->ops->write(f, buf, MIN(size, IO_MAX), offset,
                         f->flags & O_NONBLOCK);
}

/* The file's end, or its position where there is no such thing. */
static int end_position(struct file *f, uint64_t *out)
{
    struct file_stat st;
    int rc;

    *out = f->position;
    if (!f->ops->stat)
        return 0;
    rc = f->ops->stat(f, &st);
    if (!rc)
        *out = st.size_bytes;
    return rc;
}

/* Writes at the position, or appends, and moves the position behind it. */
static long write_on(struct file *f, const void *buf, size_t size)
{
    bool append = f->seekable && (f->flags & O_APPEND);
    uint64_t offset = f->position;
    long rc = 0;

    if (append) {
        mutex_lock(&append_lock);
        rc = end_position(f, &offset);
    }
    if (!rc)
        rc = file_write(f, buf, size, offset);
    if (append)
        mutex_unlock(&append_lock);
    if (rc > 0 && f->seekable)
        f->position = offset + (uint64_t)rc;
    return rc;
}

static ssize_t read_once(int fd, void *buf, size_t size)
{
    struct file *f = fd_get(fd);
    long rc;

    if (!f)
        return -1;
    position_lock(f);
    rc = file_read(f, buf, size, f->position);
    if (rc > 0 && f->seekable)
        f->position += (uint64_t)rc;
    position_unlock(f);
    file_put(f);
    return posix_result(rc);
}

ssize_t read(int fd, void *buf, size_t size)
{
    return POSIX_RESTART(read_once(fd, buf, size));
}

static ssize_t write_once(int fd, const void *buf, size_t size)
{
    struct file *f = fd_get(fd);
    long rc;

    if (!f)
        return -1;
    position_lock(f);
    rc = write_on(f, buf, size);
    position_unlock(f);
    file_put(f);
    return posix_result(rc);
}

ssize_t write(int fd, const void *buf, size_t size)
{
    return POSIX_RESTART(write_once(fd, buf, size));
}

ssize_t pread(int fd, void *buf, size_t size, off_t offset)
{
    struct file *f = fd_get(fd);
    long rc;

    if (!f)
        return -1;
    if (!f->seekable)
        rc = -XEN_ESPIPE;
    else if (offset < 0)
        rc = -XEN_EINVAL;
    else
        rc = file_read(f, buf, size, (uint64_t)offset);
    file_put(f);
    return posix_result(rc);
}

ssize_t pwrite(int fd, const void *buf, size_t size, off_t offset)
{
    struct file *f = fd_get(fd);
    long rc;

    if (!f)
        return -1;
    if (!f->seekable)
        rc = -XEN_ESPIPE;
    else if (offset < 0)
        rc = -XEN_EINVAL;
    else
        rc = file_write(f, buf, size, (uint64_t)offset);
    file_put(f);
    return posix_result(rc);
}

static int seek_base(struct file *f, int whence, uint64_t *out)
{
    struct file_stat st = {0};
    int rc = 0;

    if (whence == SEEK_END)
        rc = f->ops->stat ? f->ops->stat(f, &st) : -XEN_EINVAL;
    else if (whence != SEEK_SET && whence != SEEK_CUR)
        rc = -XEN_EINVAL;
    *out = whence == SEEK_CUR ? f->position : st.size_bytes;
    return rc;
}

/* SEEK_DATA and SEEK_HOLE; *offset becomes 0. A file that knows of no holes is
 * data up to its end. */
static int seek_find(struct file *f, bool hole, off_t *offset, uint64_t *out)
{
    uint64_t from = (uint64_t)*offset;
    struct file_stat st;
    int rc;

    if (*offset < 0)
        return -XEN_ENXIO;
    *offset = 0;
    if (f->ops->find)
        return f->ops->find(f, from, hole, out);
    rc = f->ops->stat ? f->ops->stat(f, &st) : -XEN_EINVAL;
    if (!rc && from >= st.size_bytes)
        rc = -XEN_ENXIO;
    if (!rc)
        *out = hole ? st.size_bytes : from;
    return rc;
}

off_t lseek(int fd, off_t offset, int whence)
{
    struct file *f = fd_get(fd);
    uint64_t base;
    off_t to = 0;
    long rc;

    if (!f)
        return -1;
    position_lock(f);
    if (!f->seekable)
        rc = -XEN_ESPIPE;
    else if (whence == SEEK_DATA || whence == SEEK_HOLE)
        rc = seek_find(f, whence == SEEK_HOLE, &offset, &base);
    else
        rc = seek_base(f, whence, &base);
    if (!rc && __builtin_add_overflow((off_t)base, offset, &to))
        rc = -XEN_EOVERFLOW;
    if (!rc && to < 0)
        rc = -XEN_EINVAL;
    if (!rc)
        f->position = (uint64_t)to;
    position_unlock(f);
    file_put(f);
    return rc ? posix_result(rc) : to;
}

/* --- what newlib calls --- */

_ssize_t _read_r(struct _reent *reent, int fd, void *buf, size_t size)
{
    return read(fd, buf, size);
}

_ssize_t _write_r(struct _reent *reent, int fd, const void *buf, size_t size)
{
    return write(fd, buf, size);
}

_off_t _lseek_r(struct _reent *reent, int fd, _off_t offset, int whence)
{
    return lseek(fd, offset, whence);
}
