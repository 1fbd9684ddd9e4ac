/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers as descriptors. What has expired is counted when somebody reads; the
 * kernel's timer only wakes those that wait, once for each time that it is
 * read. Spec: timerfd_create(2) of Linux's manual.
 */

#include "private.h"
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>

struct timed {
    struct file file;
    struct mutex lock; /* protects what follows, and timer's arming */
    clockid_t clock;
    uint64_t next_ns; /* clock_monotonic_ns() time; 0: not set */
    uint64_t interval_ns;
    struct timer timer;
    struct waitq expired;
};

static struct timed *timed_of(struct file *f)
{
    return container_of(f, struct timed, file);
}

/* Upcall context. */
static void fired(struct timer *timer)
{
    waitq_wake_all(&container_of(timer, struct timed, timer)->expired);
}

static bool has_expired(const struct timed *t)
{
    return t->next_ns && clock_monotonic_ns() >= t->next_ns;
}

/* Takes the expirations so far, and waits for the next one. */
static uint64_t take_locked(struct timed *t)
{
    uint64_t late = clock_monotonic_ns() - t->next_ns, count;

    if (!t->interval_ns) {
        t->next_ns = 0;
        return 1;
    }
    count = late / t->interval_ns + 1;
    t->next_ns += count * t->interval_ns;
    timer_arm(&t->timer, t->next_ns);
    return count;
}

static long timed_read(struct file *f, void *buf, size_t size, uint64_t offset,
                       bool nonblock)
{
    struct timed *t = timed_of(f);
    uint64_t count = 0;
    int rc = 0;

    if (size < sizeof(count))
        return -XEN_EINVAL;
    mutex_lock(&t->lock);
    while (!has_expired(t) && !rc)
        rc = wait_on(&t->expired, &t->lock, wait_deadline(nonblock));
    if (!rc)
        count = take_locked(t);
    mutex_unlock(&t->lock);
    if (rc)
        return rc;
    memcpy(buf, &count, sizeof(count));
    return sizeof(count);
}

static int timed_stat(struct file *f, struct file_stat *out)
{
    *out = (struct file_stat){
        .type = FILE_CHAR, .mode = 0600, .block_bytes = 4096};
    return 0;
}

static unsigned timed_poll(struct file *f, struct waiter *w)
{
    struct timed *t = timed_of(f);
    unsigned ready;

    mutex_lock(&t->lock);
    if (w)
        waitq_prepare(&t->expired, w);
    ready = has_expired(t) ? FILE_READABLE : 0;
    mutex_unlock(&t->lock);
    return ready;
}

static void timed_release(struct file *f)
{
    struct timed *t = timed_of(f);

    timer_cancel(&t->timer);
    heap_free(t);
}

static const struct file_ops timed_ops = {
    .read = timed_read,
    .stat = timed_stat,
    .poll = timed_poll,
    .release = timed_release,
};

int timerfd_create(clockid_t clock, int flags)
{
    struct timed *t;

    if ((clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC &&
         clock != CLOCK_BOOTTIME) ||
        (flags & ~(TFD_CLOEXEC | TFD_NONBLOCK)))
        return posix_fail(EINVAL);
    t = heap_zalloc(sizeof(*t));
    if (!t)
        return posix_fail(ENOMEM);
    file_init(&t->file, &timed_ops, FILE_CHAR);
    t->file.flags = O_RDWR | ((uint32_t)flags & O_NONBLOCK);
    mutex_init(&t->lock);
    waitq_init(&t->expired);
    timer_init(&t->timer, fired);
    t->clock = clock;
    return fd_install(&t->file, 0, flags & TFD_CLOEXEC);
}

/* The timer of fd with a reference; NULL with errno set. */
static struct timed *timed_get(int fd)
{
    struct file *f = fd_get(fd);

    if (!f)
        return NULL;
    if (f->ops == &timed_ops)
        return timed_of(f);
    file_put(f);
    errno = EINVAL;
    return NULL;
}

static struct timespec to_timespec(uint64_t ns)
{
    return (struct timespec){(time_t)(ns / NS_PER_SEC),
                             (long)(ns % NS_PER_SEC)};
}

static void get_locked(const struct timed *t, struct itimerspec *out)
{
    uint64_t now = clock_monotonic_ns(), next = t->next_ns, left = 0;

    if (next && next <= now && t->interval_ns)
        next += ((now - next) / t->interval_ns + 1) * t->interval_ns;
    if (next > now)
        left = next - now;
    out->it_interval = to_timespec(t->interval_ns);
    out->it_value = to_timespec(left);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *wanted,
                    struct itimerspec *before)
{
    struct timed *t;

    if (!wanted || (flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) ||
        !timespec_valid(&wanted->it_value) ||
        !timespec_valid(&wanted->it_interval))
        return posix_fail(EINVAL);
    t = timed_get(fd);
    if (!t)
        return -1;
    mutex_lock(&t->lock);
    if (before)
        get_locked(t, before);
    t->interval_ns = timespec_to_ns(&wanted->it_interval);
    t->next_ns = 0;
    if (wanted->it_value.tv_sec || wanted->it_value.tv_nsec) {
        t->next_ns = timespec_due_ns(t->clock, &wanted->it_value,
                                     flags & TFD_TIMER_ABSTIME);
        timer_arm(&t->timer, t->next_ns);
    } else {
        timer_cancel(&t->timer);
    }
    mutex_unlock(&t->lock);
    file_put(&t->file);
    return 0;
}

int timerfd_gettime(int fd, struct itimerspec *out)
{
    struct timed *t = timed_get(fd);

    if (!t)
        return -1;
    mutex_lock(&t->lock);
    get_locked(t, out);
    mutex_unlock(&t->lock);
    file_put(&t->file);
    return 0;
}
