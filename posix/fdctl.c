/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What descriptors are and how they behave: fcntl, ioctl, isatty, fsync,
 * ftruncate. There is one process, and locks on files keep other processes out:
 * it gets each lock at once.
 */

#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/file.h>
#include <reent.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* What F_SETFL can change. */
#define SETTABLE_FLAGS (O_NONBLOCK | O_APPEND)

static void set_flags(struct file *f, uint32_t mask, uint32_t flags)
{
    uint32_t old = __atomic_load_n(&f->flags, __ATOMIC_RELAXED);

    while (!__atomic_compare_exchange_n(&f->flags, &old,
                                        (old & ~mask) | (flags & mask), false,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

/* 0, or errno for a lock that nobody could have. */
static int lock_check(const struct file *f, const struct flock *lock)
{
    int mode = (int)(f->flags & O_ACCMODE);

    if (lock->l_whence != SEEK_SET && lock->l_whence != SEEK_CUR &&
        lock->l_whence != SEEK_END)
        return EINVAL;
    if (lock->l_whence == SEEK_SET && lock->l_start < 0)
        return EINVAL;
    switch (lock->l_type) {
    case F_RDLCK:
        return mode == O_WRONLY ? EBADF : 0;
    case F_WRLCK:
        return mode == O_RDONLY ? EBADF : 0;
    case F_UNLCK:
        return 0;
    default:
        return EINVAL;
    }
}

static int lock_file(const struct file *f, int command, struct flock *lock)
{
    int err;

    if (!lock)
        return posix_fail(EFAULT);
    if (command == F_GETLK) { /* asking needs no right to the file */
        if (lock->l_type != F_RDLCK && lock->l_type != F_WRLCK)
            return posix_fail(EINVAL);
        lock->l_type = F_UNLCK;
        return 0;
    }
    err = lock_check(f, lock);
    return err ? posix_fail(err) : 0;
}

static int fcntl_file(int fd, int command, uintptr_t raw)
{
    struct file *f = fd_get(fd);
    int rc = 0, arg = (int)raw;

    if (!f)
        return -1;
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        if (arg >= 0 && arg < FD_LIMIT) /* takes over the reference */
            return fd_install(f, arg, command == F_DUPFD_CLOEXEC);
        rc = posix_fail(EINVAL);
        break;
    case F_GETFL:
        rc = (int)f->flags;
        break;
    case F_SETFL:
        set_flags(f, SETTABLE_FLAGS, (uint32_t)arg);
        break;
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
        rc = lock_file(f, command, (struct flock *)raw);
        break;
    default:
        rc = posix_fail(EINVAL);
        break;
    }
    file_put(f);
    return rc;
}

int fcntl(int fd, int command, ...)
{
    va_list args;
    uintptr_t arg; /* an int or a pointer */

    va_start(args, command);
    arg = va_arg(args, uintptr_t);
    va_end(args);
    if (command == F_GETFD)
        return fd_cloexec_get(fd) > 0 ? FD_CLOEXEC : fd_cloexec_get(fd);
    if (command == F_SETFD)
        return fd_cloexec_set(fd, arg & FD_CLOEXEC);
    return fcntl_file(fd, command, arg);
}

int flock(int fd, int operation)
{
    struct file *f = fd_get(fd);
    int kind = operation & ~LOCK_NB;

    if (!f)
        return -1;
    file_put(f);
    if (kind != LOCK_SH && kind != LOCK_EX && kind != LOCK_UN)
        return posix_fail(EINVAL);
    return 0;
}

int lockf(int fd, int command, off_t length)
{
    struct file *f = fd_get(fd);
    bool writable;

    if (!f)
        return -1;
    writable = (f->flags & O_ACCMODE) != O_RDONLY;
    file_put(f);
    if (command < F_ULOCK || command > F_TEST)
        return posix_fail(EINVAL);
    if (!writable && (command == F_LOCK || command == F_TLOCK))
        return posix_fail(EBADF);
    return 0;
}

/* Of the console; nobody tells a guest how large a window shows it. */
static int window_size(struct file *f, struct winsize *arg, bool set)
{
    static struct winsize window = {.ws_row = 24, .ws_col = 80};

    if (!f->terminal)
        return -XEN_ENOTTY;
    if (set)
        window = *arg;
    else
        *arg = window;
    return 0;
}

static int ioctl_file(struct file *f, unsigned long request, int *arg)
{
    struct file_stat st;
    int rc;

    switch (request) {
    case TIOCGWINSZ:
    case TIOCSWINSZ:
        return window_size(f, (struct winsize *)(void *)arg,
                           request == TIOCSWINSZ);
    case FIONBIO:
        set_flags(f, O_NONBLOCK, *arg ? O_NONBLOCK : 0);
        return 0;
    case FIONREAD:
        if (f->ops->readable_bytes) {
            *arg = (int)f->ops->readable_bytes(f);
            return 0;
        }
        if (!f->seekable || !f->ops->stat)
            return -XEN_ENOTTY;
        rc = f->ops->stat(f, &st);
        if (!rc)
            *arg = st.size_bytes > f->position
                       ? (int)MIN(st.size_bytes - f->position, INT32_MAX)
                       : 0;
        return rc;
    default:
        return -XEN_ENOTTY;
    }
}

int ioctl(int fd, unsigned long request, ...)
{
    struct file *f = fd_get(fd);
    va_list args;
    int rc, *arg;

    if (!f)
        return -1;
    va_start(args, request);
    arg = va_arg(args, int *);
    va_end(args);
    rc = ioctl_file(f, request, arg);
    file_put(f);
    return (int)posix_result(rc);
}

int isatty(int fd)
{
    struct file *f = fd_get(fd);
    bool terminal;

    if (!f)
        return 0;
    terminal = f->terminal;
    file_put(f);
    if (!terminal)
        errno = ENOTTY;
    return terminal;
}

int fsync(int fd)
{
    struct file *f = fd_get(fd);
    int rc;

    if (!f)
        return -1;
    rc = f->ops->sync ? f->ops->sync(f) : -XEN_EINVAL;
    file_put(f);
    return (int)posix_result(rc);
}

int fdatasync(int fd)
{
    return fsync(fd);
}

int ftruncate(int fd, off_t length)
{
    struct file *f = fd_get(fd);
    int rc = -XEN_EINVAL;

    if (!f)
        return -1;
    if (length >= 0 && f->ops->truncate && (f->flags & O_ACCMODE) != O_RDONLY)
        rc = f->ops->truncate(f, (uint64_t)length);
    file_put(f);
    return (int)posix_result(rc);
}

int _isatty_r(struct _reent *reent, int fd)
{
    return isatty(fd);
}

int _fcntl_r(struct _reent *reent, int fd, int command, int arg)
{
    return fcntl(fd, command, arg);
}
