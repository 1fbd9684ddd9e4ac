/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading directories. */

#include "private.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/file.h>
#include <pith/heap.h>
#include <string.h>
#include <unistd.h>

struct __dir {
    int fd;
    unsigned next; /* number of the next entry: 0 ".", 1 "..", then files */
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
    else
        dir->fd = fd;
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
    };

    return types[type];
}

/* The entry of a number: 1, 0 at the end, or -XEN_E*. */
static int read_entry(struct file *f, unsigned index, struct dirent *out)
{
    enum file_type type = FILE_DIRECTORY;
    int rc = 1;

    if (index < 2)
        strcpy(out->d_name, index ? ".." : ".");
    else
        rc = f->ops->readdir(f, index - 2, out->d_name, sizeof(out->d_name),
                             &type);
    out->d_ino = index + 1;
    out->d_type = type_of(type);
    return rc;
}

struct dirent *readdir(DIR *dir)
{
    struct file *f = fd_get(dir->fd);
    int rc;

    if (!f)
        return NULL;
    rc = read_entry(f, dir->next, &dir->entry);
    file_put(f);
    if (rc <= 0) {
        posix_result(rc); /* sets errno, but not at the end */
        return NULL;
    }
    dir->next++;
    return &dir->entry;
}

void rewinddir(DIR *dir)
{
    dir->next = 0;
}

long telldir(DIR *dir)
{
    return dir->next;
}

void seekdir(DIR *dir, long position)
{
    dir->next = (unsigned)position;
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
