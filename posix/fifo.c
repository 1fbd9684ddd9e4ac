/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * FIFOs: pipes with a name. The file system keeps the name; the pipe is found
 * by the number of its inode as long as somebody has it open. A program that
 * makes none has none: open() calls fifo_open only if this is linked.
 */

#include "interrupt.h"
#include "pipe.h"
#include "private.h"
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <sys/stat.h>

struct fifo {
    struct list link;
    uint64_t inode;
    struct pipe *pipe;
    unsigned users; /* open ends, and calls of open under way */
};

static struct {
    struct mutex lock; /* protects the list and users; before a pipe's */
    struct list list;
} fifos = {MUTEX_INIT(fifos.lock), LIST_INIT(fifos.list)};

static struct fifo *find_locked(uint64_t inode)
{
    struct fifo *fifo;

    list_for_each (fifo, &fifos.list, link)
        if (fifo->inode == inode)
            return fifo;
    return NULL;
}

static struct fifo *create_locked(uint64_t inode)
{
    struct fifo *fifo = heap_zalloc(sizeof(*fifo));

    if (!fifo)
        return NULL;
    fifo->inode = inode;
    fifo->pipe = pipe_create();
    if (!fifo->pipe) {
        heap_free(fifo);
        return NULL;
    }
    list_push_back(&fifos.list, &fifo->link);
    return fifo;
}

static struct fifo *fifo_get(uint64_t inode)
{
    struct fifo *fifo;

    mutex_lock(&fifos.lock);
    fifo = find_locked(inode);
    if (!fifo)
        fifo = create_locked(inode);
    if (fifo)
        fifo->users++;
    mutex_unlock(&fifos.lock);
    return fifo;
}

static void fifo_put(uint64_t inode)
{
    struct fifo *fifo;

    mutex_lock(&fifos.lock);
    fifo = find_locked(inode);
    if (--fifo->users == 0)
        list_remove(&fifo->link);
    else
        fifo = NULL;
    mutex_unlock(&fifos.lock);
    if (!fifo)
        return;
    pipe_destroy(fifo->pipe);
    heap_free(fifo);
}

static uint64_t inode_of(struct file *node)
{
    struct file_stat st = {0};

    node->ops->stat(node, &st); /* ramfs', which never fails */
    return st.inode;
}

void fifo_closed(struct pipe_end *end)
{
    uint64_t inode = inode_of(end->node);

    file_put(end->node);
    fifo_put(inode);
}

/* Waits until somebody has opened the other side since it was opened before
 * times, even if he closed it again meanwhile. */
static int wait_partner(struct pipe_end *end, unsigned before)
{
    struct pipe *p = end->pipe;
    struct waitq *q = end->reads ? &p->readable : &p->writable;
    const unsigned *there = end->reads ? &p->writers : &p->readers;
    const unsigned *opened = end->reads ? &p->writers_opened
                                        : &p->readers_opened;
    int rc = 0;

    mutex_lock(&p->lock);
    while (!*there && *opened == before && !rc)
        rc = wait_on(q, &p->lock, DEADLINE_NEVER);
    mutex_unlock(&p->lock);
    return rc;
}

int fifo_open(struct file *node, int flags, struct file **out)
{
    struct fifo *fifo = fifo_get(inode_of(node));
    int mode = flags & O_ACCMODE, rc = 0;
    struct pipe_end *end;
    unsigned before;

    if (!fifo) {
        file_put(node);
        return -XEN_ENOMEM;
    }
    if (mode == O_WRONLY && (flags & O_NONBLOCK) &&
        !READ_ONCE(fifo->pipe->readers))
        rc = -XEN_ENXIO;
    before = mode == O_RDONLY ? READ_ONCE(fifo->pipe->writers_opened)
                              : READ_ONCE(fifo->pipe->readers_opened);
    end = rc ? NULL : pipe_end_create(fifo->pipe, flags);
    if (!end) {
        fifo_put(fifo->inode);
        file_put(node);
        return rc ? rc : -XEN_ENOMEM;
    }
    end->node = node;
    if (mode != O_RDWR && !(flags & O_NONBLOCK))
        do
            rc = wait_partner(end, before);
        while (rc == -XEN_EINTR && posix_goes_on(true));
    if (rc)
        file_put(&end->file);
    *out = &end->file;
    return rc;
}

int mkfifoat(int dirfd, const char *path, mode_t mode)
{
    return node_make(dirfd, path, FILE_PIPE, mode);
}

int mkfifo(const char *path, mode_t mode)
{
    return mkfifoat(AT_FDCWD, path, mode);
}
