/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which descriptors an epoll watches. An item belongs to an open file, not to
 * its number: a number that is closed while a duplicate lives goes on being
 * reported, as on Linux. When the file goes, so do its items.
 */

#include "epoll.h"
#include "private.h"
#include <errno.h>
#include <pith/heap.h>
#include <string.h>

#define DEPTH_MAX 5 /* of epolls that watch epolls */
#define FEW_SLOTS 16

/* Held while items come and go. Thread context. */
static struct mutex items_lock = MUTEX_INIT(items_lock);

/* Where the item of fd and file is linked, or would be. */
static struct epoll_item **find(struct epoll *e, int fd,
                                const struct file *file)
{
    struct epoll_item **at = &e->by_fd[fd];

    while (*at && (*at)->file != file)
        at = &(*at)->next;
    return at;
}

static int make_slot(struct epoll *e, int fd)
{
    size_t slots = MAX(e->slots, FEW_SLOTS);
    struct epoll_item **by_fd;

    while (slots <= (size_t)fd)
        slots *= 2;
    if (slots == e->slots)
        return 0;
    by_fd = heap_realloc(e->by_fd, slots * sizeof(*by_fd));
    if (!by_fd)
        return ENOMEM;
    memset(by_fd + e->slots, 0, (slots - e->slots) * sizeof(*by_fd));
    e->by_fd = by_fd;
    e->slots = slots;
    return 0;
}

/* Both locks are held. */
static void forget(struct epoll_item **at)
{
    struct epoll_item *item = *at;
    struct epoll *e = item->epoll;
    unsigned long flags;

    waitq_cancel(&item->waiter); /* nobody puts it into ready any more */
    flags = spin_lock_irqsave(&e->ready_lock);
    list_remove(&item->ready_link);
    spin_unlock_irqrestore(&e->ready_lock, flags);
    list_remove(&item->file_link);
    *at = item->next;
    heap_free(item);
}

void epoll_forget_all(struct epoll *e)
{
    mutex_lock(&items_lock);
    for (size_t i = 0; i < e->slots; i++)
        while (e->by_fd[i])
            forget(&e->by_fd[i]);
    mutex_unlock(&items_lock);
    heap_free(e->by_fd);
}

/* The last reference to f is gone. */
static void file_closing(struct file *f)
{
    mutex_lock(&items_lock);
    while (!list_empty(&f->watches)) {
        struct epoll_item *item =
            list_entry(f->watches.next, struct epoll_item, file_link);
        struct epoll *e = item->epoll;

        mutex_lock(&e->lock);
        forget(find(e, item->fd, f));
        mutex_unlock(&e->lock);
    }
    mutex_unlock(&items_lock);
}

/* Would e watch itself through f, or be too many levels above the last? */
static bool loops(const struct epoll *e, struct file *f, unsigned depth)
{
    struct epoll *inner = container_of(f, struct epoll, file);

    if (!epoll_is(f))
        return false;
    if (inner == e || depth == DEPTH_MAX)
        return true;
    for (size_t i = 0; i < inner->slots; i++)
        for (struct epoll_item *it = inner->by_fd[i]; it; it = it->next)
            if (loops(e, it->file, depth + 1))
                return true;
    return false;
}

/* Asks for the first time with these events. */
static void begin(struct epoll_item *item, const struct epoll_event *event)
{
    /* Errors and the end are always told (poll_events). */
    item->events = event->events | EPOLLERR;
    item->data = event->data;
    if (!epoll_ask(item))
        return;
    epoll_make_ready(item);
    waitq_wake_all(&item->epoll->changed);
}

static int add(struct epoll *e, int fd, struct file *file,
               const struct epoll_event *event)
{
    struct epoll_item *item;
    int err = make_slot(e, fd);

    if (err)
        return err;
    if (*find(e, fd, file))
        return EEXIST;
    item = heap_zalloc(sizeof(*item));
    if (!item)
        return ENOMEM;
    item->epoll = e;
    item->file = file;
    item->fd = fd;
    list_init(&item->ready_link);
    if (!file->closing) {
        list_init(&file->watches);
        file->closing = file_closing;
    }
    list_push_back(&file->watches, &item->file_link);
    *find(e, fd, file) = item;
    begin(item, event);
    return 0;
}

/* Both locks are held. 0 or errno. */
static int control(struct epoll *e, int operation, int fd, struct file *file,
                   const struct epoll_event *event)
{
    struct epoll_item **at;

    if (operation == EPOLL_CTL_ADD)
        return loops(e, file, 0) ? ELOOP : add(e, fd, file, event);
    at = (size_t)fd < e->slots ? find(e, fd, file) : NULL;
    if (!at || !*at)
        return ENOENT;
    if (operation == EPOLL_CTL_DEL)
        forget(at);
    else
        begin(*at, event);
    return 0;
}

static int check(const struct epoll *e, int operation, const struct file *file,
                 const struct epoll_event *event)
{
    if (operation < EPOLL_CTL_ADD || operation > EPOLL_CTL_MOD ||
        file == &e->file)
        return EINVAL;
    if (operation != EPOLL_CTL_DEL && !event)
        return EFAULT;
    return file->ops->poll ? 0 : EPERM;
}

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    struct file *file = fd_get(fd);
    struct epoll *e;
    int err;

    if (!file)
        return -1;
    e = epoll_get(epoll);
    if (!e) {
        file_put(file);
        return -1;
    }
    err = check(e, operation, file, event);
    if (!err) {
        mutex_lock(&items_lock);
        mutex_lock(&e->lock);
        err = control(e, operation, fd, file, event);
        mutex_unlock(&e->lock);
        mutex_unlock(&items_lock);
    }
    file_put(&e->file);
    file_put(file);
    return err ? posix_fail(err) : 0;
}
