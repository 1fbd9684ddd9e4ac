/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pipes. Up to PIPE_BYTES wait in one; PIPE_ATOMIC bytes are written whole or
 * not at all (limits.h promises fewer). Readers and writers that wait are on
 * queues of their own, so that an edge at one end is none at the other.
 * Spec: POSIX.1-2017, pipe, read, write, poll.
 */

#include "pipe.h"
#include "private.h"
#include "wait.h"
#include <errno.h>
#include <fcntl.h>
#include <pith/errno.h>
#include <pith/heap.h>
#include <unistd.h>

#define PIPE_BYTES ((size_t)64 << 10)
#define PIPE_ATOMIC BYTES_FIRST

static struct pipe_end *end_of(struct file *f)
{
    return container_of(f, struct pipe_end, file);
}

static long pipe_read(struct file *f, void *buf, size_t size, uint64_t offset,
                      bool nonblock)
{
    struct pipe *p = end_of(f)->pipe;
    long rc = 0;

    mutex_lock(&p->lock);
    while (size && !p->bytes.count && p->writers && !rc)
        rc = wait_on(&p->readable, &p->lock, wait_deadline(nonblock));
    if (!rc && size && p->bytes.count) {
        rc = (long)bytes_get(&p->bytes, buf, size);
        wake_if_any(&p->writable);
    }
    mutex_unlock(&p->lock);
    return rc;
}

/* Waits until something of size bytes fits: all of a small piece. */
static int wait_room(struct pipe *p, size_t size, bool nonblock)
{
    int rc = 0;

    while (!rc && p->readers &&
           bytes_room(&p->bytes) < (size <= PIPE_ATOMIC ? size : 1))
        rc = wait_on(&p->writable, &p->lock, wait_deadline(nonblock));
    return p->readers ? rc : -XEN_EPIPE;
}

static long pipe_write(struct file *f, const void *buf, size_t size,
                       uint64_t offset, bool nonblock)
{
    struct pipe *p = end_of(f)->pipe;
    size_t done = 0;
    int rc;

    mutex_lock(&p->lock);
    do {
        /* The rest of a large write need not be whole any more. */
        rc = wait_room(p, done ? PIPE_ATOMIC + 1 : size, nonblock);
        if (rc)
            break;
        done += bytes_put(&p->bytes, (const char *)buf + done, size - done);
        wake_if_any(&p->readable);
    } while (done < size);
    mutex_unlock(&p->lock);
    if (done || !size)
        return (long)done;
    return rc == -XEN_EPIPE ? broken_pipe() : rc;
}

static int pipe_stat(struct file *f, struct file_stat *out)
{
    struct pipe_end *end = end_of(f);

    if (end->node)
        return end->node->ops->stat(end->node, out);
    *out = (struct file_stat){
        .type = FILE_PIPE, .mode = 0600, .block_bytes = PIPE_ATOMIC};
    return 0;
}

static unsigned reader_ready(const struct pipe *p)
{
    unsigned ready = p->bytes.count ? FILE_READABLE : 0;

    /* Nobody hung up before the first one came. */
    if (!p->writers && p->writers_opened)
        ready |= FILE_HANGUP;
    return ready;
}

static unsigned writer_ready(const struct pipe *p)
{
    unsigned ready = 0;

    if (bytes_room(&p->bytes) >= PIPE_ATOMIC)
        ready |= FILE_WRITABLE;
    if (!p->readers)
        ready |= FILE_ERROR;
    return ready;
}

static unsigned pipe_poll(struct file *f, struct waiter *w)
{
    struct pipe_end *end = end_of(f);
    struct pipe *p = end->pipe;
    unsigned ready = 0;

    mutex_lock(&p->lock);
    if (w)
        waitq_prepare(end->reads ? &p->readable : &p->writable, w);
    if (end->reads)
        ready |= reader_ready(p);
    if (end->writes)
        ready |= writer_ready(p);
    mutex_unlock(&p->lock);
    return ready;
}

static size_t pipe_readable_bytes(struct file *f)
{
    return READ_ONCE(end_of(f)->pipe->bytes.count);
}

static void pipe_release(struct file *f)
{
    struct pipe_end *end = end_of(f);
    struct pipe *p = end->pipe;
    bool last;

    mutex_lock(&p->lock);
    p->readers -= end->reads;
    p->writers -= end->writes;
    last = !p->readers && !p->writers;
    wake_if_any(&p->readable);
    wake_if_any(&p->writable);
    mutex_unlock(&p->lock);
    if (end->node)
        fifo_closed(end);
    else if (last)
        pipe_destroy(p);
    heap_free(end);
}

static const struct file_ops pipe_ops = {
    .read = pipe_read,
    .write = pipe_write,
    .stat = pipe_stat,
    .poll = pipe_poll,
    .readable_bytes = pipe_readable_bytes,
    .release = pipe_release,
};

struct pipe *pipe_create(void)
{
    struct pipe *p = heap_zalloc(sizeof(*p));

    if (!p)
        return NULL;
    if (!bytes_init(&p->bytes, PIPE_BYTES)) {
        heap_free(p);
        return NULL;
    }
    mutex_init(&p->lock);
    waitq_init(&p->readable);
    waitq_init(&p->writable);
    return p;
}

void pipe_destroy(struct pipe *p)
{
    bytes_fini(&p->bytes);
    heap_free(p);
}

struct pipe_end *pipe_end_create(struct pipe *p, int flags)
{
    struct pipe_end *end = heap_zalloc(sizeof(*end));

    if (!end)
        return NULL;
    file_init(&end->file, &pipe_ops, FILE_PIPE);
    end->file.flags = (uint32_t)flags & (O_ACCMODE | O_NONBLOCK);
    end->pipe = p;
    end->reads = (flags & O_ACCMODE) != O_WRONLY;
    end->writes = (flags & O_ACCMODE) != O_RDONLY;
    mutex_lock(&p->lock);
    p->readers += end->reads;
    p->writers += end->writes;
    p->readers_opened += end->reads;
    p->writers_opened += end->writes;
    wake_if_any(&p->readable);
    wake_if_any(&p->writable);
    mutex_unlock(&p->lock);
    return end;
}

/* Both ends, or neither. */
static int ends_create(struct pipe_end *ends[2], int flags)
{
    struct pipe *p = pipe_create();

    if (!p)
        return ENOMEM;
    ends[0] = pipe_end_create(p, O_RDONLY | flags);
    if (!ends[0]) {
        pipe_destroy(p);
        return ENOMEM;
    }
    ends[1] = pipe_end_create(p, O_WRONLY | flags);
    if (!ends[1]) {
        file_put(&ends[0]->file);
        return ENOMEM;
    }
    return 0;
}

int pipe2(int fds[2], int flags)
{
    struct pipe_end *ends[2];
    int err;

    if (flags & ~(O_NONBLOCK | O_CLOEXEC))
        return posix_fail(EINVAL);
    err = ends_create(ends, flags & O_NONBLOCK);
    if (err)
        return posix_fail(err);
    return fd_install_pair(&ends[0]->file, &ends[1]->file, flags & O_CLOEXEC,
                           fds);
}

int pipe(int fds[2])
{
    return pipe2(fds, 0);
}
