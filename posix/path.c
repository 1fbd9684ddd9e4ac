/* SPDX-License-Identifier: BSD-2-Clause */
/* The working directory, and paths that begin there or at a descriptor. The
 * directory is held open: so it may be renamed, or removed. */

#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pith/errno.h>
#include <pith/mutex.h>
#include <pith/vfs.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    struct mutex lock; /* protects dir */
    struct file *dir;  /* NULL: "/" */
} cwd = {MUTEX_INIT(cwd.lock), NULL};

/* A reference, or NULL for "/". */
static struct file *cwd_get(void)
{
    struct file *dir;

    mutex_lock(&cwd.lock);
    dir = cwd.dir;
    if (dir)
        file_get(dir);
    mutex_unlock(&cwd.lock);
    return dir;
}

/* Takes the reference. */
static void cwd_set(struct file *dir)
{
    struct file *before;

    mutex_lock(&cwd.lock);
    before = cwd.dir;
    cwd.dir = dir;
    mutex_unlock(&cwd.lock);
    if (before)
        file_put(before);
}

static int cwd_path(char *out, size_t size)
{
    struct file *dir = cwd_get();
    int rc = 0;

    if (dir) {
        rc = dir->ops->path(dir, out, size);
        file_put(dir);
    } else if (size < 2) {
        rc = -XEN_ENAMETOOLONG;
    } else {
        strcpy(out, "/");
    }
    return rc;
}

/* Adds "/path" to the directory in buf. */
static int append(char *buf, size_t size, const char *path)
{
    size_t base = strlen(buf), rest = strlen(path);

    if (base + 1 + rest >= size)
        return -XEN_ENAMETOOLONG;
    buf[base] = '/';
    memcpy(buf + base + 1, path, rest + 1);
    return 0;
}

int path_absolute(const char *path, char *out, size_t size)
{
    int rc = 0;

    if (!*path)
        return -XEN_ENOENT;
    if (*path == '/')
        *out = '\0';
    else
        rc = cwd_path(out, size);
    return rc ? rc : append(out, size, path);
}

static int path_from_fd(int dirfd, const char *path, char *buf)
{
    struct file *dir = fd_get(dirfd);
    int rc = -XEN_ENOTDIR;

    if (!dir)
        return -XEN_EBADF;
    if (dir->ops->path)
        rc = dir->ops->path(dir, buf, VFS_PATH_MAX);
    file_put(dir);
    return rc ? rc : append(buf, VFS_PATH_MAX, path);
}

const char *path_at(int dirfd, const char *path, char *buf)
{
    int rc;

    if (*path == '/')
        return path;
    if (!*path)
        rc = -XEN_ENOENT;
    else if (dirfd == AT_FDCWD)
        rc = path_absolute(path, buf, VFS_PATH_MAX);
    else
        rc = path_from_fd(dirfd, path, buf);
    if (!rc)
        return buf;
    posix_result(rc);
    return NULL;
}

int chdir(const char *path)
{
    char buf[VFS_PATH_MAX];
    const char *full = path_at(AT_FDCWD, path, buf);
    struct file *dir;
    int rc;

    if (!full)
        return -1;
    rc = vfs_open(full, VFS_READ | VFS_DIRECTORY, 0, &dir);
    if (!rc)
        cwd_set(dir);
    return (int)posix_result(rc);
}

int fchdir(int fd)
{
    struct file *dir = fd_get(fd);

    if (!dir)
        return -1;
    if (!dir->ops->path) {
        file_put(dir);
        return posix_fail(ENOTDIR);
    }
    cwd_set(dir);
    return 0;
}

char *getcwd(char *buf, size_t size)
{
    char now[VFS_PATH_MAX];
    size_t length;
    int rc;

    if (buf && !size) {
        errno = EINVAL;
        return NULL;
    }
    rc = cwd_path(now, sizeof(now));
    if (rc) {
        posix_result(rc);
        return NULL;
    }
    length = strlen(now) + 1;
    if (!buf) {
        size = MAX(size, length);
        buf = malloc(size);
    } else if (size < length) {
        errno = ERANGE;
        return NULL;
    }
    return buf ? memcpy(buf, now, length) : NULL;
}

char *getwd(char *buf)
{
    return getcwd(buf, PATH_MAX);
}

char *get_current_dir_name(void)
{
    return getcwd(NULL, 0);
}

char *realpath(const char *restrict path, char *restrict out)
{
    char buf[VFS_PATH_MAX], clean[VFS_PATH_MAX];
    const char *full;
    int rc;

    if (!path) {
        errno = EINVAL;
        return NULL;
    }
    full = path_at(AT_FDCWD, path, buf);
    if (!full)
        return NULL;
    rc = vfs_resolve(full, clean);
    if (rc) {
        posix_result(rc);
        return NULL;
    }
    return out ? strcpy(out, clean) : strdup(clean);
}
