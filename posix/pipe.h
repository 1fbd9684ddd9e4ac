/* SPDX-License-Identifier: BSD-2-Clause */
/* Pipes, as pipe.c makes them and fifo.c names them. */
#ifndef POSIX_PIPE_H
#define POSIX_PIPE_H

#include "bytes.h"
#include <pith/file.h>

struct pipe {
    struct mutex lock; /* protects all of it, and what is waited for */
    struct bytes bytes;
    unsigned readers, writers;               /* ends that are open */
    unsigned readers_opened, writers_opened; /* since it is there */
    struct waitq readable, writable;
};

/* What an open end is; a FIFO opened for both has one file for the two. */
struct pipe_end {
    struct file file;
    struct pipe *pipe;
    bool reads, writes;
    struct file *node; /* a FIFO's place in the file system, or NULL */
};

/* NULL: out of memory. */
struct pipe *pipe_create(void);
/* Nobody has an end, or will have. */
void pipe_destroy(struct pipe *p);
/* An end that counts as open; flags: O_RDONLY and so on, O_NONBLOCK. NULL: out
 * of memory. */
struct pipe_end *pipe_end_create(struct pipe *p, int flags);

/* fifo.c: an end of a FIFO is closed; frees the pipe with the last one. Not
 * linked without mkfifo. */
void fifo_closed(struct pipe_end *end) __attribute__((weak));

#endif
