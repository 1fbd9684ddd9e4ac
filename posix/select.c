/* SPDX-License-Identifier: BSD-2-Clause */
/* select() as poll(). */

#include "masked.h"
#include "private.h"
#include <errno.h>
#include <pith/heap.h>
#include <pith/timer.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>

struct sets {
    fd_set *read, *write, *except;
};

static bool has(const fd_set *set, int fd)
{
    return set && FD_ISSET(fd, set);
}

/* Entries for the numbers below count in any set; how many. */
static unsigned long to_poll(const struct sets *s, int count,
                             struct pollfd *out)
{
    unsigned long n = 0;
    short events;

    for (int fd = 0; fd < count; fd++) {
        events = (has(s->read, fd) ? POLLIN : 0) |
                 (has(s->write, fd) ? POLLOUT : 0) |
                 (has(s->except, fd) ? POLLPRI : 0);
        if (events)
            out[n++] = (struct pollfd){.fd = fd, .events = events};
    }
    return n;
}

static void clear(fd_set *set)
{
    if (set)
        FD_ZERO(set);
}

static int mark(fd_set *set, const struct pollfd *p, int wanted, int meaning)
{
    if (!set || !(p->events & wanted) || !(p->revents & meaning))
        return 0;
    FD_SET(p->fd, set);
    return 1;
}

/* A peer that hung up or failed makes reads and writes return at once, which
 * is what select calls ready. */
static int from_poll(const struct sets *s, const struct pollfd *p,
                     unsigned long count)
{
    int n = 0;

    clear(s->read);
    clear(s->write);
    clear(s->except);
    for (unsigned long i = 0; i < count; i++) {
        if (p[i].revents & POLLNVAL)
            return posix_fail(EBADF);
        n += mark(s->read, &p[i], POLLIN, POLLIN | POLLHUP | POLLERR);
        n += mark(s->write, &p[i], POLLOUT, POLLOUT | POLLERR);
        n += mark(s->except, &p[i], POLLPRI, POLLPRI);
    }
    return n;
}

static int select_until(int count, const struct sets *s, uint64_t deadline_ns)
{
    struct pollfd *fds;
    unsigned long n;
    int rc;

    if (count < 0 || count > FD_SETSIZE)
        return posix_fail(EINVAL);
    fds = heap_alloc((size_t)count * sizeof(*fds));
    if (!fds)
        return posix_fail(ENOMEM);
    n = to_poll(s, count, fds);
    rc = (int)posix_result(poll_until(fds, n, deadline_ns));
    if (rc >= 0)
        rc = from_poll(s, fds, n);
    heap_free(fds);
    return rc;
}

int pselect(int count, fd_set *read, fd_set *write, fd_set *except,
            const struct timespec *timeout, const sigset_t *mask)
{
    struct sets s = {read, write, except};

    if (timeout && !timespec_valid(timeout))
        return posix_fail(EINVAL);
    return POSIX_MASKED(
        mask, select_until(count, &s,
                           timeout ? deadline_after_ns(timespec_to_ns(timeout))
                                   : DEADLINE_NEVER));
}

int select(int count, fd_set *read, fd_set *write, fd_set *except,
           struct timeval *timeout)
{
    struct timespec ts;

    if (!timeout)
        return pselect(count, read, write, except, NULL, NULL);
    ts.tv_sec = timeout->tv_sec + timeout->tv_usec / 1000000;
    ts.tv_nsec = timeout->tv_usec % 1000000 * 1000;
    return pselect(count, read, write, except, &ts, NULL);
}
