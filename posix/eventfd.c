/* SPDX-License-Identifier: BSD-2-Clause */
/* A counter as a descriptor. Spec: eventfd(2) of Linux's manual. */

#include "private.h"
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define COUNT_MAX (UINT64_MAX - 1)

struct event {
    struct file file;
    struct mutex lock; /* protects count */
    uint64_t count;
    bool semaphore;
    struct waitq changed;
};

static struct event *event_of(struct file *f)
{
    return container_of(f, struct event, file);
}

static long event_read(struct file *f, void *buf, size_t size, uint64_t offset,
                       bool nonblock)
{
    struct event *e = event_of(f);
    uint64_t value = 0;
    int rc = 0;

    if (size < sizeof(value))
        return -XEN_EINVAL;
    mutex_lock(&e->lock);
    while (!e->count && !rc)
        rc = wait_on(&e->changed, &e->lock, wait_deadline(nonblock));
    if (!rc) {
        value = e->semaphore ? 1 : e->count;
        e->count -= value;
        wake_if_any(&e->changed);
    }
    mutex_unlock(&e->lock);
    if (rc)
        return rc;
    memcpy(buf, &value, sizeof(value));
    return sizeof(value);
}

static long event_write(struct file *f, const void *buf, size_t size,
                        uint64_t offset, bool nonblock)
{
    struct event *e = event_of(f);
    uint64_t value;
    int rc = 0;

    if (size < sizeof(value))
        return -XEN_EINVAL;
    memcpy(&value, buf, sizeof(value));
    if (value > COUNT_MAX)
        return -XEN_EINVAL;
    mutex_lock(&e->lock);
    while (value > COUNT_MAX - e->count && !rc)
        rc = wait_on(&e->changed, &e->lock, wait_deadline(nonblock));
    if (!rc) {
        e->count += value;
        wake_if_any(&e->changed);
    }
    mutex_unlock(&e->lock);
    return rc ? rc : (long)sizeof(value);
}

static int event_stat(struct file *f, struct file_stat *out)
{
    *out = (struct file_stat){
        .type = FILE_CHAR, .mode = 0600, .block_bytes = 4096};
    return 0;
}

static unsigned event_poll(struct file *f, struct waiter *w)
{
    struct event *e = event_of(f);
    unsigned ready = 0;

    mutex_lock(&e->lock);
    if (w)
        waitq_prepare(&e->changed, w);
    if (e->count)
        ready |= FILE_READABLE;
    if (e->count < COUNT_MAX)
        ready |= FILE_WRITABLE;
    mutex_unlock(&e->lock);
    return ready;
}

static void event_release(struct file *f)
{
    heap_free(event_of(f));
}

static const struct file_ops event_ops = {
    .read = event_read,
    .write = event_write,
    .stat = event_stat,
    .poll = event_poll,
    .release = event_release,
};

int eventfd(unsigned initial, int flags)
{
    struct event *e;

    if (flags & ~(EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE))
        return posix_fail(EINVAL);
    e = heap_zalloc(sizeof(*e));
    if (!e)
        return posix_fail(ENOMEM);
    file_init(&e->file, &event_ops, FILE_CHAR);
    e->file.flags = O_RDWR | ((uint32_t)flags & O_NONBLOCK);
    mutex_init(&e->lock);
    waitq_init(&e->changed);
    e->count = initial;
    e->semaphore = flags & EFD_SEMAPHORE;
    return fd_install(&e->file, 0, flags & EFD_CLOEXEC);
}

int eventfd_read(int fd, eventfd_t *out)
{
    return read(fd, out, sizeof(*out)) == sizeof(*out) ? 0 : -1;
}

int eventfd_write(int fd, eventfd_t value)
{
    return write(fd, &value, sizeof(value)) == sizeof(value) ? 0 : -1;
}
