/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * epoll: waiting for many descriptors at the cost of those that are ready. Each
 * has a waiter in its file's queue that, when woken, puts it into a list; who
 * waits looks at that list alone and asks these files what they have.
 * Spec: epoll(7) of Linux's manual.
 */

#include "epoll.h"
#include "interrupt.h"
#include "masked.h"
#include "private.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/timer.h>

static struct epoll *epoll_of(struct file *f)
{
    return container_of(f, struct epoll, file);
}

/* --- the list --- */

void epoll_make_ready(struct epoll_item *item)
{
    struct epoll *e = item->epoll;
    unsigned long flags = spin_lock_irqsave(&e->ready_lock);

    if (list_empty(&item->ready_link))
        list_push_back(&e->ready, &item->ready_link);
    spin_unlock_irqrestore(&e->ready_lock, flags);
}

/* A watched file's queue was woken. */
static void item_woken(struct waiter *w)
{
    struct epoll_item *item = container_of(w, struct epoll_item, waiter);

    epoll_make_ready(item);
    waitq_wake_nested(&item->epoll->changed);
}

static bool any_ready(struct epoll *e)
{
    unsigned long flags = spin_lock_irqsave(&e->ready_lock);
    bool any = !list_empty(&e->ready);

    spin_unlock_irqrestore(&e->ready_lock, flags);
    return any;
}

static void move_all(struct epoll *e, struct list *from, struct list *to)
{
    unsigned long flags = spin_lock_irqsave(&e->ready_lock);
    struct list *link;

    while ((link = list_pop_front(from)))
        list_push_back(to, link);
    spin_unlock_irqrestore(&e->ready_lock, flags);
}

static struct epoll_item *pop(struct epoll *e, struct list *list)
{
    unsigned long flags = spin_lock_irqsave(&e->ready_lock);
    struct list *link = list_pop_front(list);

    spin_unlock_irqrestore(&e->ready_lock, flags);
    return link ? list_entry(link, struct epoll_item, ready_link) : NULL;
}

uint32_t epoll_ask(struct epoll_item *item)
{
    uint32_t wanted = item->events & EPOLL_BITS;
    unsigned ready;

    waitq_cancel(&item->waiter);
    ready = item->file->ops->poll(item->file, &item->waiter);
    waitq_watch(&item->waiter, item_woken);
    return wanted ? (uint32_t)poll_events(ready, (short)wanted) : 0;
}

/* Under the lock: up to max events of those in ready. A descriptor that goes on
 * being ready is put at the end of the list again. */
static int collect(struct epoll *e, struct epoll_event *out, int max)
{
    struct list todo = LIST_INIT(todo);
    struct epoll_item *item;
    int n = 0;

    move_all(e, &e->ready, &todo);
    while (n < max && (item = pop(e, &todo))) {
        uint32_t found = epoll_ask(item);

        if (!found)
            continue;
        out[n].events = found;
        out[n++].data = item->data;
        if (item->events & EPOLLONESHOT)
            item->events &= ~EPOLL_BITS;
        else if (!(item->events & EPOLLET))
            epoll_make_ready(item);
    }
    /* What was not asked comes first next time. */
    move_all(e, &e->ready, &todo);
    move_all(e, &todo, &e->ready);
    /* Who began to wait meanwhile saw a list without them. */
    if (any_ready(e))
        waitq_wake_all(&e->changed);
    return n;
}

/* --- the open file --- */

static unsigned epoll_file_poll(struct file *f, struct waiter *w)
{
    struct epoll *e = epoll_of(f);
    struct epoll_item *item;
    unsigned ready = 0;

    mutex_lock(&e->lock);
    if (w)
        waitq_prepare(&e->changed, w);
    while (!ready && (item = pop(e, &e->ready))) {
        if (!epoll_ask(item))
            continue;
        epoll_make_ready(item);
        ready = FILE_READABLE;
    }
    mutex_unlock(&e->lock);
    return ready;
}

static int epoll_file_stat(struct file *f, struct file_stat *out)
{
    *out = (struct file_stat){
        .type = FILE_CHAR, .mode = 0600, .block_bytes = 4096};
    return 0;
}

static void epoll_file_release(struct file *f)
{
    struct epoll *e = epoll_of(f);

    epoll_forget_all(e);
    heap_free(e);
}

static const struct file_ops epoll_ops = {
    .stat = epoll_file_stat,
    .poll = epoll_file_poll,
    .release = epoll_file_release,
};

bool epoll_is(const struct file *f)
{
    return f->ops == &epoll_ops;
}

struct epoll *epoll_get(int fd)
{
    struct file *f = fd_get(fd);

    if (!f)
        return NULL;
    if (epoll_is(f))
        return epoll_of(f);
    file_put(f);
    errno = EINVAL;
    return NULL;
}

/* --- the calls --- */

int epoll_create1(int flags)
{
    struct epoll *e;

    if (flags & ~EPOLL_CLOEXEC)
        return posix_fail(EINVAL);
    e = heap_zalloc(sizeof(*e));
    if (!e)
        return posix_fail(ENOMEM);
    file_init(&e->file, &epoll_ops, FILE_CHAR);
    e->file.flags = O_RDWR;
    mutex_init(&e->lock);
    list_init(&e->ready);
    waitq_init(&e->changed);
    return fd_install(&e->file, 0, flags & EPOLL_CLOEXEC);
}

int epoll_create(int size)
{
    return size > 0 ? epoll_create1(0) : posix_fail(EINVAL);
}

static int wait_once(struct epoll *e, struct epoll_event *events, int max,
                     uint64_t deadline_ns)
{
    int n, rc = 0;

    for (;;) {
        mutex_lock(&e->lock);
        n = collect(e, events, max);
        mutex_unlock(&e->lock);
        if (n || rc || !deadline_ns)
            break;
        rc = WAITQ_WAIT_INTERRUPTIBLE(&e->changed, any_ready(e), deadline_ns);
    }
    return !n && rc == -XEN_EINTR ? rc : n;
}

static int wait_until(int fd, struct epoll_event *events, int max,
                      uint64_t deadline_ns)
{
    struct epoll *e;
    int n;

    if (max <= 0)
        return posix_fail(EINVAL);
    do {
        e = epoll_get(fd);
        if (!e)
            return -1;
        n = wait_once(e, events, max, deadline_ns);
        file_put(&e->file);
    } while (n == -XEN_EINTR && posix_goes_on(false));
    return (int)posix_result(n);
}

int epoll_wait(int fd, struct epoll_event *events, int max, int timeout_ms)
{
    uint64_t deadline = DEADLINE_NEVER;

    if (timeout_ms >= 0)
        deadline = deadline_after_ns((uint64_t)timeout_ms * NS_PER_MS);
    return wait_until(fd, events, max, deadline);
}

int epoll_pwait(int fd, struct epoll_event *events, int max, int timeout_ms,
                const sigset_t *mask)
{
    return POSIX_MASKED(mask, epoll_wait(fd, events, max, timeout_ms));
}

int epoll_pwait2(int fd, struct epoll_event *events, int max,
                 const struct timespec *timeout, const sigset_t *mask)
{
    uint64_t deadline = DEADLINE_NEVER;

    if (timeout && !timespec_valid(timeout))
        return posix_fail(EINVAL);
    if (timeout)
        deadline = deadline_after_ns(timespec_to_ns(timeout));
    return POSIX_MASKED(mask, wait_until(fd, events, max, deadline));
}
