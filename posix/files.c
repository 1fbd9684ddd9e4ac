/* SPDX-License-Identifier: BSD-2-Clause */
/* Files by name. Linking this brings the name space into the image, and the
 * drivers of the disks that it shows in /dev. */

#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/mutex.h>
#include <pith/vfs.h>
#include <reent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    struct mutex lock;       /* protects path */
    char path[VFS_PATH_MAX]; /* "/..." without an end slash, but "/" itself */
} cwd = {MUTEX_INIT(cwd.lock), "/"};

static int join_locked(const char *path, char *out, size_t size)
{
    size_t base = path[0] == '/' ? 0 : strlen(cwd.path), rest = strlen(path);

    if (!rest)
        return -XEN_ENOENT;
    if (base + 1 + rest >= size)
        return -XEN_ENAMETOOLONG;
    memcpy(out, cwd.path, base);
    if (base)
        out[base++] = '/';
    memcpy(out + base, path, rest + 1);
    return 0;
}

int path_absolute(const char *path, char *out, size_t size)
{
    int rc;

    mutex_lock(&cwd.lock);
    rc = join_locked(path, out, size);
    mutex_unlock(&cwd.lock);
    return rc;
}

static unsigned vfs_flags(int flags)
{
    static const struct {
        int posix;
        unsigned vfs;
    } map[] = {
        {O_CREAT, VFS_CREATE},
        {O_EXCL, VFS_EXCLUSIVE},
        {O_TRUNC, VFS_TRUNCATE},
        {O_DIRECTORY, VFS_DIRECTORY},
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

int open(const char *path, int flags, ...)
{
    char full[VFS_PATH_MAX];
    struct file *f;
    va_list args;
    uint32_t mode = 0;
    int rc;

    if (flags & O_CREAT) {
        va_start(args, flags);
        mode = (uint32_t)va_arg(args, int);
        va_end(args);
    }
    rc = path_absolute(path, full, sizeof(full));
    if (!rc)
        rc = vfs_open(full, vfs_flags(flags), mode & 07777, &f);
    if (rc)
        return (int)posix_result(rc);
    if (f->type == FILE_PIPE) {
        rc = fifo_open ? fifo_open(f, flags, &f) : -XEN_ENXIO;
        if (rc)
            return (int)posix_result(rc);
    }
    f->flags = (uint32_t)flags & (O_ACCMODE | O_NONBLOCK | O_APPEND);
    return fd_install(f, 0, flags & O_CLOEXEC);
}

int creat(const char *path, mode_t mode)
{
    return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

int stat(const char *restrict path, struct stat *restrict out)
{
    char full[VFS_PATH_MAX];
    struct file_stat st;
    int rc = path_absolute(path, full, sizeof(full));

    if (!rc)
        rc = vfs_stat(full, &st);
    if (!rc)
        stat_from_file(&st, out);
    return (int)posix_result(rc);
}

/* There are no symbolic links. */
int lstat(const char *restrict path, struct stat *restrict out)
{
    return stat(path, out);
}

int access(const char *path, int mode)
{
    struct stat st;

    if (stat(path, &st))
        return -1;
    /* As root on any Unix: all but to execute what nobody may execute. */
    if ((mode & X_OK) && !S_ISDIR(st.st_mode) && !(st.st_mode & 0111))
        return posix_fail(EACCES);
    return 0;
}

int mkdir(const char *path, mode_t mode)
{
    char full[VFS_PATH_MAX];
    int rc = path_absolute(path, full, sizeof(full));

    return (int)posix_result(rc ? rc : vfs_mkdir(full, mode & 07777));
}

int unlink(const char *path)
{
    char full[VFS_PATH_MAX];
    int rc = path_absolute(path, full, sizeof(full));

    return (int)posix_result(rc ? rc : vfs_unlink(full));
}

int rmdir(const char *path)
{
    char full[VFS_PATH_MAX];
    int rc = path_absolute(path, full, sizeof(full));

    return (int)posix_result(rc ? rc : vfs_rmdir(full));
}

int remove(const char *path)
{
    struct stat st;

    if (stat(path, &st))
        return -1;
    return S_ISDIR(st.st_mode) ? rmdir(path) : unlink(path);
}

int rename(const char *from, const char *to)
{
    char full_from[VFS_PATH_MAX], full_to[VFS_PATH_MAX];
    int rc = path_absolute(from, full_from, sizeof(full_from));

    if (!rc)
        rc = path_absolute(to, full_to, sizeof(full_to));
    return (int)posix_result(rc ? rc : vfs_rename(full_from, full_to));
}

int truncate(const char *path, off_t length)
{
    int fd = open(path, O_WRONLY), rc;

    if (fd < 0)
        return -1;
    rc = ftruncate(fd, length);
    close(fd);
    return rc;
}

int chdir(const char *path)
{
    char full[VFS_PATH_MAX], clean[VFS_PATH_MAX];
    int rc = path_absolute(path, full, sizeof(full));

    if (!rc)
        rc = vfs_resolve(full, clean);
    if (rc)
        return (int)posix_result(rc);
    mutex_lock(&cwd.lock);
    strcpy(cwd.path, clean);
    mutex_unlock(&cwd.lock);
    return 0;
}

char *getcwd(char *buf, size_t size)
{
    char now[VFS_PATH_MAX];
    size_t length;

    mutex_lock(&cwd.lock);
    strcpy(now, cwd.path);
    mutex_unlock(&cwd.lock);
    length = strlen(now) + 1;
    if (!buf) {
        size = MAX(size, length);
        buf = malloc(size);
    }
    if (buf && size < length) {
        errno = size ? ERANGE : EINVAL;
        return NULL;
    }
    return buf ? memcpy(buf, now, length) : NULL;
}

/* --- what newlib calls --- */

int _open_r(struct _reent *reent, const char *path, int flags, int mode)
{
    return open(path, flags, mode);
}

int _stat_r(struct _reent *reent, const char *path, struct stat *out)
{
    return stat(path, out);
}

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
