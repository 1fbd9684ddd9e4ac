/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The descriptor table: numbers for open files. 0, 1 and 2 are the console
 * from the start; the table doubles as numbers are needed.
 */

#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/file.h>
#include <pith/heap.h>
#include <reent.h>
#include <string.h>
#include <unistd.h>

struct slot {
    struct file *file; /* holds a reference; NULL: free */
    bool cloexec;
};

/* One reference for each standard descriptor and one that keeps it for ever,
 * as it is not the heap's. */
static struct file console = {
    .ops = &tty_file_ops,
    .type = FILE_CHAR,
    .refs = 4,
    .flags = O_RDWR,
    .terminal = true,
};

static struct slot first_slots[16] = {
    {&console, false}, {&console, false}, {&console, false}};

static struct {
    struct spinlock lock; /* protects what follows; no upcall takes it */
    struct slot *slots;
    size_t count;
    size_t lowest_free; /* no free number below it */
} fds = {SPINLOCK_INIT, first_slots, ARRAY_SIZE(first_slots), 3};

static struct slot *slot_locked(int fd)
{
    if (fd < 0 || (size_t)fd >= fds.count || !fds.slots[fd].file)
        return NULL;
    return &fds.slots[fd];
}

struct file *fd_get(int fd)
{
    struct slot *slot;
    struct file *file = NULL;

    spin_lock(&fds.lock);
    slot = slot_locked(fd);
    if (slot) {
        file = slot->file;
        file_get(file);
    }
    spin_unlock(&fds.lock);
    if (!file)
        errno = EBADF;
    return file;
}

/* Makes room for number want: 0, ENOMEM or EMFILE. */
static int grow(size_t want)
{
    size_t count = ARRAY_SIZE(first_slots);
    struct slot *slots, *old;

    if (want >= FD_LIMIT)
        return EMFILE;
    while (count <= want)
        count *= 2;
    slots = heap_zalloc(count * sizeof(*slots));
    if (!slots)
        return ENOMEM;
    spin_lock(&fds.lock);
    old = slots;
    if (count > fds.count) { /* nobody else did it meanwhile */
        old = fds.slots;
        memcpy(slots, fds.slots, fds.count * sizeof(*slots));
        fds.slots = slots;
        fds.count = count;
    }
    spin_unlock(&fds.lock);
    if (old != first_slots)
        heap_free(old);
    return 0;
}

/* Puts file at the first free number from lowest on; the number, or -1 and
 * *want is a number for which there is no room yet. */
static int place(struct file *file, size_t lowest, bool cloexec, size_t *want)
{
    size_t fd;
    bool fits;

    spin_lock(&fds.lock);
    fd = MAX(lowest, fds.lowest_free);
    while (fd < fds.count && fds.slots[fd].file)
        fd++;
    fits = fd < fds.count;
    if (fits)
        fds.slots[fd] = (struct slot){file, cloexec};
    if (lowest <= fds.lowest_free)
        fds.lowest_free = fd + fits;
    spin_unlock(&fds.lock);
    *want = fd;
    return fits ? (int)fd : -1;
}

int fd_install(struct file *file, int lowest, bool cloexec)
{
    size_t want;
    int fd, err;

    while ((fd = place(file, (size_t)lowest, cloexec, &want)) < 0) {
        err = grow(want);
        if (err) {
            file_put(file);
            return posix_fail(err);
        }
    }
    return fd;
}

int fd_install_pair(struct file *first, struct file *second, bool cloexec,
                    int out[2])
{
    int near = fd_install(first, 0, cloexec), far;

    if (near < 0) {
        file_put(second);
        return -1;
    }
    far = fd_install(second, 0, cloexec);
    if (far < 0) {
        int saved = errno;

        close(near);
        return posix_fail(saved);
    }
    out[0] = near;
    out[1] = far;
    return 0;
}

int fd_cloexec_get(int fd)
{
    struct slot *slot;
    int rc = -1;

    spin_lock(&fds.lock);
    slot = slot_locked(fd);
    if (slot)
        rc = slot->cloexec;
    spin_unlock(&fds.lock);
    return rc < 0 ? posix_fail(EBADF) : rc;
}

int fd_cloexec_set(int fd, bool cloexec)
{
    struct slot *slot;

    spin_lock(&fds.lock);
    slot = slot_locked(fd);
    if (slot)
        slot->cloexec = cloexec;
    spin_unlock(&fds.lock);
    return slot ? 0 : posix_fail(EBADF);
}

int close(int fd)
{
    struct slot *slot;
    struct file *file = NULL;

    spin_lock(&fds.lock);
    slot = slot_locked(fd);
    if (slot) {
        file = slot->file;
        slot->file = NULL;
        fds.lowest_free = MIN(fds.lowest_free, (size_t)fd);
    }
    spin_unlock(&fds.lock);
    if (!file)
        return posix_fail(EBADF);
    file_put(file); /* may block: outside the lock */
    return 0;
}

int dup(int fd)
{
    struct file *file = fd_get(fd);

    return file ? fd_install(file, 0, false) : -1;
}

/* Swaps file into fd, for which there is room; the one before, or NULL. */
static struct file *replace(int fd, struct file *file, bool cloexec)
{
    struct file *before;

    spin_lock(&fds.lock);
    before = fds.slots[fd].file;
    fds.slots[fd] = (struct slot){file, cloexec};
    spin_unlock(&fds.lock);
    return before;
}

int dup3(int from, int to, int flags)
{
    struct file *file = fd_get(from), *before;
    int err = 0;

    if (!file)
        return -1;
    if (to < 0 || to >= FD_LIMIT)
        err = EBADF;
    else if (from == to || (flags & ~O_CLOEXEC))
        err = EINVAL;
    else if ((size_t)to >= fds.count)
        err = grow((size_t)to);
    if (err) {
        file_put(file);
        return posix_fail(err);
    }
    before = replace(to, file, flags & O_CLOEXEC);
    if (before)
        file_put(before);
    return to;
}

int dup2(int from, int to)
{
    struct file *file;

    if (from != to)
        return dup3(from, to, 0);
    file = fd_get(from);
    if (!file)
        return -1;
    file_put(file);
    return to;
}

int _close_r(struct _reent *reent, int fd)
{
    return close(fd);
}
