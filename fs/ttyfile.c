/* SPDX-License-Identifier: BSD-2-Clause */
/* The system console as an open file. */

#include "private.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/timer.h>
#include <pith/tty.h>

/* Written by whoever writes to the console last; nobody's correctness depends
 * on it, so it has no lock. */
static bool line_open;

static long tty_file_read(struct file *f, void *buf, size_t size,
                          uint64_t offset, bool nonblock)
{
    long rc = tty_read(buf, size, nonblock ? 0 : DEADLINE_NEVER);

    return rc == -XEN_ETIME ? -XEN_EAGAIN : rc;
}

static long tty_file_write(struct file *f, const void *buf, size_t size,
                           uint64_t offset, bool nonblock)
{
    if (size)
        line_open = ((const char *)buf)[size - 1] != '\n';
    return tty_write(buf, size);
}

bool tty_file_line_open(void)
{
    return line_open;
}

static int tty_file_stat(struct file *f, struct file_stat *out)
{
    *out = (struct file_stat){
        .type = FILE_CHAR, .mode = 0620, .block_bytes = 1024};
    return 0;
}

static unsigned tty_file_poll(struct file *f, struct waiter *w)
{
    if (w)
        waitq_prepare(tty_input_waitq(), w);
    return FILE_WRITABLE | (tty_ready() ? FILE_READABLE : 0);
}

static size_t tty_file_readable_bytes(struct file *f)
{
    return tty_readable();
}

static void tty_file_release(struct file *f)
{
    heap_free(f);
}

const struct file_ops tty_file_ops = {
    .read = tty_file_read,
    .write = tty_file_write,
    .stat = tty_file_stat,
    .poll = tty_file_poll,
    .readable_bytes = tty_file_readable_bytes,
    .release = tty_file_release,
};
