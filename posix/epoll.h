/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What epoll.c and epollctl.c share.
 *
 * Locks: epolls.lock, then struct epoll's, then those that a file's poll takes.
 * ready_lock is taken in upcalls and under the lock of any wait queue.
 */
#ifndef POSIX_EPOLL_H
#define POSIX_EPOLL_H

#include <pith/file.h>
#include <sys/epoll.h>

struct epoll {
    struct file file;
    struct mutex lock;         /* protects by_fd, the items, who is asked */
    struct epoll_item **by_fd; /* chains of items of one number */
    size_t slots;
    struct spinlock ready_lock; /* protects ready; interrupts off */
    struct list ready;          /* items that may have something to report */
    struct waitq changed;       /* woken when ready gets one */
};

/* One descriptor that is watched. It holds no reference: the file tells when it
 * goes. */
struct epoll_item {
    struct waiter waiter; /* in the file's queue, or woken and in ready */
    struct epoll *epoll;
    struct file *file;
    int fd;
    uint32_t events; /* 0 in the lower bits: nothing until the next MOD */
    epoll_data_t data;
    struct list file_link, ready_link; /* the latter links itself: not ready */
    struct epoll_item *next;           /* of the same number */
};

/* Bits that can be waited for. */
#define EPOLL_BITS 0xffffu

/* epoll.c. Under epoll's lock: what item has to report now; from here on the
 * next change puts it into ready. */
uint32_t epoll_ask(struct epoll_item *item);
/* Notes that item may have something. Any context. */
void epoll_make_ready(struct epoll_item *item);
/* The epoll of fd with a reference; NULL with errno EBADF or EINVAL. */
struct epoll *epoll_get(int fd);
bool epoll_is(const struct file *f);

/* epollctl.c: forgets all items and frees what holds them. */
void epoll_forget_all(struct epoll *e);

#endif
