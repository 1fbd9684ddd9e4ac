/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading directories. */

#include "private.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/file.h>
#include <pith/heap.h>
#include <pith/mutex.h>
#include <string.h>
#include <unistd.h>

struct __dir {
    int fd;
    uint64_t next;     /* file_entry.next of what was read last */
    struct mutex lock; /* protects next and entry while one is read */
    struct dirent entry;
};

DIR *fdopendir(int fd)
{
    struct file *f = fd_get(fd);
    bool is_directory;
    DIR *dir;

    if (!f)
        return NULL;
    is_directory = f->ops->readdir;
    file_put(f);
    if (!is_directory) {
        errno = ENOTDIR;
        return NULL;
    }
    dir = heap_zalloc(sizeof(*dir));
    if (!dir)
        errno = ENOMEM;
    if (dir) {
        dir->fd = fd;
        mutex_init(&dir->lock);
    }
    return dir;
}

DIR *opendir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);

    if (fd >= 0 && !dir)
        close(fd);
    return dir;
}

static unsigned char type_of(enum file_type type)
{
    static const unsigned char types[] = {
        [FILE_REGULAR] = DT_REG, [FILE_DIRECTORY] = DT_DIR,
        [FILE_CHAR] = DT_CHR,    [FILE_BLOCK] = DT_BLK,
        [FILE_SOCKET] = DT_SOCK, [FILE_PIPE] = DT_FIFO,
        [FILE_LINK] = DT_LNK,
    };

    return types[type];
}

/* The next entry: 1, 0 at the end, or -XEN_E*. */
static int read_next(DIR *dir, struct dirent *out)
{
    struct file *f = fd_get(dir->fd);
    struct file_entry entry;
    int rc;

    if (!f)
        return -XEN_EBADF;
    mutex_lock(&dir->lock);
    rc = f->ops->readdir ? f->ops->readdir(f, dir->next, &entry) : -XEN_ENOTDIR;
    if (rc > 0) {
        dir->next = entry.next;
        out->d_ino = entry.inode;
        out->d_reclen = sizeof(*out);
        out->d_type = type_of(entry.type);
        strcpy(out->d_name, entry.name);
    }
    mutex_unlock(&dir->lock);
    file_put(f);
    return rc;
}

struct dirent *readdir(DIR *dir)
{
    /* Sets errno, but not at the end. */
    return posix_result(read_next(dir, &dir->entry)) > 0 ? &dir->entry : NULL;
}

int readdir_r(DIR *restrict dir, struct dirent *restrict entry,
              struct dirent **restrict result)
{
    int rc = read_next(dir, entry);

    *result = rc > 0 ? entry : NULL;
    return rc < 0 ? errno_from_xen(rc) : 0;
}

void rewinddir(DIR *dir)
{
    dir->next = 0;
}

long telldir(DIR *dir)
{
    return (long)dir->next;
}

void seekdir(DIR *dir, long position)
{
    dir->next = (uint64_t)position;
}

int dirfd(DIR *dir)
{
    return dir->fd;
}

int closedir(DIR *dir)
{
    int rc = close(dir->fd);

    heap_free(dir);
    return rc;
}

int fdclosedir(DIR *dir)
{
    int fd = dir->fd;

    heap_free(dir);
    return fd;
}

/* Fits an entry in at out: its length, 0 at the end, or -XEN_E*. */
static long put_dent(struct file *f, char *out, size_t size)
{
    struct posix_dent *dent = (struct posix_dent *)out;
    struct file_entry entry;
    size_t length;
    int rc = f->ops->readdir(f, f->position, &entry);

    if (rc <= 0)
        return rc;
    length = ALIGN_UP(sizeof(*dent) + strlen(entry.name) + 1, sizeof(ino_t));
    if (length > size)
        return -XEN_EINVAL;
    dent->d_ino = entry.inode;
    dent->d_reclen = (unsigned short)length;
    dent->d_type = type_of(entry.type);
    strcpy(dent->d_name, entry.name);
    f->position = entry.next;
    return (long)length;
}

ssize_t posix_getdents(int fd, void *buf, size_t size, int flags)
{
    struct file *f = fd_get(fd);
    size_t done = 0;
    long rc = flags ? -XEN_EINVAL : 0;

    if (!f)
        return -1;
    if (!f->ops->readdir)
        rc = -XEN_ENOTDIR;
    if (!rc) {
        mutex_lock(&f->position_lock);
        while ((rc = put_dent(f, (char *)buf + done, size - done)) > 0)
            done += (size_t)rc;
        mutex_unlock(&f->position_lock);
    }
    file_put(f);
    return done ? (ssize_t)done : posix_result(rc);
}
