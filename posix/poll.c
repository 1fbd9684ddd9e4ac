/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting for several descriptors at once: one waiter on each file's queue. */

#include "interrupt.h"
#include "masked.h"
#include "private.h"
#include <errno.h>
#include <pith/errno.h>
#include <pith/file.h>
#include <pith/heap.h>
#include <pith/timer.h>
#include <poll.h>

#define FEW 16 /* these many need no heap */

/* One descriptor while it is waited for. */
struct polled {
    struct file *file; /* holds a reference; NULL: number not open */
    struct waiter waiter;
};

short poll_events(unsigned ready, short wanted)
{
    short out = 0;

    if (ready & FILE_READABLE)
        out |= wanted & (POLLIN | POLLRDNORM);
    if (ready & FILE_WRITABLE)
        out |= wanted & (POLLOUT | POLLWRNORM);
    if (ready & FILE_READ_END)
        out |= wanted & POLLRDHUP;
    if (ready & FILE_HANGUP)
        out |= POLLHUP;
    if (ready & FILE_ERROR)
        out |= POLLERR;
    return out;
}

static void hold(struct pollfd *fds, struct polled *p, unsigned long count)
{
    int saved = errno;

    for (unsigned long i = 0; i < count; i++) {
        p[i].file = fds[i].fd < 0 ? NULL : fd_get(fds[i].fd);
        p[i].waiter.queue = NULL;
    }
    errno = saved; /* poll reports a bad number in revents */
}

static void release(struct polled *p, unsigned long count)
{
    for (unsigned long i = 0; i < count; i++)
        if (p[i].file)
            file_put(p[i].file);
}

/* Asks every file, linking waiters until one is ready. How many are ready. */
static int ask(struct pollfd *fds, struct polled *p, unsigned long count,
               bool wait)
{
    unsigned ready;
    int n = 0;

    for (unsigned long i = 0; i < count; i++) {
        fds[i].revents = 0;
        if (fds[i].fd < 0)
            continue;
        if (!p[i].file) {
            fds[i].revents = POLLNVAL;
        } else if (!p[i].file->ops->poll) {
            fds[i].revents =
                poll_events(FILE_READABLE | FILE_WRITABLE, fds[i].events);
        } else {
            ready = p[i].file->ops->poll(p[i].file,
                                         wait && !n ? &p[i].waiter : NULL);
            fds[i].revents = poll_events(ready, fds[i].events);
        }
        n += fds[i].revents != 0;
    }
    return n;
}

static void unlink_waiters(struct polled *p, unsigned long count)
{
    for (unsigned long i = 0; i < count; i++)
        waitq_cancel(&p[i].waiter); /* nothing if it is not linked */
}

static int poll_once(struct pollfd *fds, unsigned long count,
                     uint64_t deadline_ns)
{
    struct polled few[FEW], *p = few;
    bool wait, interrupted = false;
    int n;

    if (count > FEW)
        p = heap_alloc(count * sizeof(*p));
    if (!p)
        return -XEN_ENOMEM;
    hold(fds, p, count);
    do {
        wait = deadline_ns != 0;
        n = ask(fds, p, count, wait);
        if (!n && wait) {
            int rc = waitq_block_interruptible(deadline_ns);

            interrupted = rc == -XEN_EINTR;
            if (rc)
                deadline_ns = 0; /* one last look, without waiting */
        }
        unlink_waiters(p, count);
    } while (!n && wait);
    release(p, count);
    if (p != few)
        heap_free(p);
    return !n && interrupted ? -XEN_EINTR : n;
}

int poll_until(struct pollfd *fds, unsigned long count, uint64_t deadline_ns)
{
    int n;

    posix_cancel_point();
    do
        n = poll_once(fds, count, deadline_ns);
    while (n == -XEN_EINTR && posix_goes_on(false));
    return n;
}

int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
    uint64_t deadline = DEADLINE_NEVER;

    if (count > FD_LIMIT)
        return posix_fail(EINVAL);
    if (timeout_ms == 0)
        deadline = 0;
    else if (timeout_ms > 0)
        deadline = deadline_after_ns((uint64_t)timeout_ms * NS_PER_MS);
    return (int)posix_result(poll_until(fds, count, deadline));
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
          const sigset_t *mask)
{
    uint64_t deadline = DEADLINE_NEVER;

    if (count > FD_LIMIT || (timeout && !timespec_valid(timeout)))
        return posix_fail(EINVAL);
    if (timeout)
        deadline = deadline_after_ns(timespec_to_ns(timeout));
    return POSIX_MASKED(mask,
                        (int)posix_result(poll_until(fds, count, deadline)));
}
