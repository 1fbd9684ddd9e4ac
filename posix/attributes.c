/* SPDX-License-Identifier: BSD-2-Clause */
/* Changes of modes, owners and times. */

#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/timer.h>
#include <pith/vfs.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

static int change_path(int dirfd, const char *path, int flags,
                       const struct file_change *change)
{
    char buf[VFS_PATH_MAX];
    const char *full;

    if (flags & ~AT_SYMLINK_NOFOLLOW)
        return posix_fail(EINVAL);
    full = path_at(dirfd, path, buf);
    if (!full)
        return -1;
    return (int)posix_result(
        vfs_change(full, !(flags & AT_SYMLINK_NOFOLLOW), change));
}

static int change_fd(int fd, const struct file_change *change)
{
    struct file *f = fd_get(fd);
    int rc;

    if (!f)
        return -1;
    rc = f->ops->change ? f->ops->change(f, change) : -XEN_EROFS;
    file_put(f);
    return (int)posix_result(rc);
}

/* --- modes and owners --- */

static struct file_change new_mode(mode_t mode)
{
    return (struct file_change){.mask = FILE_SET_MODE, .mode = mode & 07777};
}

int fchmodat(int dirfd, const char *path, mode_t mode, int flags)
{
    struct file_change change = new_mode(mode);

    return change_path(dirfd, path, flags, &change);
}

int chmod(const char *path, mode_t mode)
{
    return fchmodat(AT_FDCWD, path, mode, 0);
}

int fchmod(int fd, mode_t mode)
{
    struct file_change change = new_mode(mode);

    return change_fd(fd, &change);
}

/* -1 leaves one as it is. */
static struct file_change new_owner(uid_t uid, gid_t gid)
{
    struct file_change change = {.uid = uid, .gid = gid};

    if (uid != (uid_t)-1)
        change.mask |= FILE_SET_UID;
    if (gid != (gid_t)-1)
        change.mask |= FILE_SET_GID;
    return change;
}

int fchownat(int dirfd, const char *path, uid_t uid, gid_t gid, int flags)
{
    struct file_change change = new_owner(uid, gid);

    return change_path(dirfd, path, flags, &change);
}

int chown(const char *path, uid_t uid, gid_t gid)
{
    return fchownat(AT_FDCWD, path, uid, gid, 0);
}

int lchown(const char *path, uid_t uid, gid_t gid)
{
    return fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

int fchown(int fd, uid_t uid, gid_t gid)
{
    struct file_change change = new_owner(uid, gid);

    return change_fd(fd, &change);
}

/* --- times --- */

/* Reads one of the two; false: it is invalid. */
static bool set_time(struct file_change *change, unsigned bit,
                     const struct timespec *ts, uint64_t *out)
{
    if (ts->tv_nsec == UTIME_OMIT)
        return true;
    change->mask |= bit;
    if (ts->tv_nsec == UTIME_NOW) {
        *out = clock_realtime_ns();
        return true;
    }
    if (!timespec_valid(ts))
        return false;
    *out = timespec_to_ns(ts);
    return true;
}

/* times may be NULL: now. */
static bool new_times(struct file_change *out, const struct timespec *times)
{
    static const struct timespec now = {.tv_nsec = UTIME_NOW};

    *out = (struct file_change){0};
    return set_time(out, FILE_SET_ATIME, times ? &times[0] : &now,
                    &out->atime_ns) &&
           set_time(out, FILE_SET_MTIME, times ? &times[1] : &now,
                    &out->mtime_ns);
}

int utimensat(int dirfd, const char *path, const struct timespec times[2],
              int flags)
{
    struct file_change change;

    if (!new_times(&change, times))
        return posix_fail(EINVAL);
    return change_path(dirfd, path, flags, &change);
}

int futimens(int fd, const struct timespec times[2])
{
    struct file_change change;

    if (!new_times(&change, times))
        return posix_fail(EINVAL);
    return change_fd(fd, &change);
}

/* NULL for times that are invalid. */
static const struct timespec *from_timeval(const struct timeval times[2],
                                           struct timespec out[2])
{
    for (int i = 0; times && i < 2; i++) {
        out[i].tv_sec = times[i].tv_sec;
        /* Not one of the special values. */
        out[i].tv_nsec = times[i].tv_usec < 0 || times[i].tv_usec >= 1000000
                             ? 1000000000
                             : times[i].tv_usec * 1000;
    }
    return times ? out : NULL;
}

int utimes(const char *path, const struct timeval times[2])
{
    struct timespec ts[2];

    return utimensat(AT_FDCWD, path, from_timeval(times, ts), 0);
}

int lutimes(const char *path, const struct timeval times[2])
{
    struct timespec ts[2];

    return utimensat(AT_FDCWD, path, from_timeval(times, ts),
                     AT_SYMLINK_NOFOLLOW);
}

int futimes(int fd, const struct timeval times[2])
{
    struct timespec ts[2];

    return futimens(fd, from_timeval(times, ts));
}

int futimesat(int dirfd, const char *path, const struct timeval times[2])
{
    struct timespec ts[2];

    return utimensat(dirfd, path, from_timeval(times, ts), 0);
}

int utime(const char *path, const struct utimbuf *times)
{
    struct timespec ts[2] = {{0}};

    if (times) {
        ts[0].tv_sec = times->actime;
        ts[1].tv_sec = times->modtime;
    }
    return utimensat(AT_FDCWD, path, times ? ts : NULL, 0);
}
