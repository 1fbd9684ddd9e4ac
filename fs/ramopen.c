/* SPDX-License-Identifier: BSD-2-Clause */
/* Open files and directories of ramfs. */

#include "private.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <string.h>

struct ramfile {
    struct file file;
    struct ramfs_node *node;
    /* Where a listing got to, while no name has been removed since: saves the
     * walk from the directory's start. */
    struct ramfs_entry *hint;
    uint64_t hint_removals;
};

static struct ramfile *ramfile_of(struct file *f)
{
    return container_of(f, struct ramfile, file);
}

static struct ramfs_node *node_of(struct file *f)
{
    return ramfile_of(f)->node;
}

static long ramfile_read(struct file *f, void *buf, size_t size,
                         uint64_t offset, bool nonblock)
{
    long rc;

    ramfs_lock();
    rc = ramfile_read_locked(node_of(f), buf, size, offset);
    ramfs_unlock();
    return rc;
}

static long ramfile_write(struct file *f, const void *buf, size_t size,
                          uint64_t offset, bool nonblock)
{
    long rc;

    ramfs_lock();
    rc = ramfile_write_locked(node_of(f), buf, size, offset);
    ramfs_unlock();
    return rc;
}

static int ramfile_file_stat(struct file *f, struct file_stat *out)
{
    ramfs_lock();
    ramfile_stat(node_of(f), out);
    ramfs_unlock();
    return 0;
}

static int ramfile_change(struct file *f, const struct file_change *change)
{
    ramfs_lock();
    ramfs_change_locked(node_of(f), change);
    ramfs_unlock();
    return 0;
}

static int ramfile_truncate(struct file *f, uint64_t size_bytes)
{
    int rc;

    ramfs_lock();
    rc = ramfile_truncate_locked(node_of(f), size_bytes);
    ramfs_unlock();
    return rc;
}

static int ramfile_allocate(struct file *f, uint64_t offset, uint64_t size)
{
    int rc;

    ramfs_lock();
    rc = ramfile_allocate_locked(node_of(f), offset, size);
    ramfs_unlock();
    return rc;
}

static int ramfile_find(struct file *f, uint64_t offset, bool hole,
                        uint64_t *out)
{
    int rc;

    ramfs_lock();
    rc = ramfile_find_locked(node_of(f), offset, hole, out);
    ramfs_unlock();
    return rc;
}

static int ramfile_map(struct file *f, struct area_request *request)
{
    int rc;

    ramfs_lock();
    rc = ramshare_map_locked(node_of(f), request);
    ramfs_unlock();
    return rc;
}

static int ramfile_sync(struct file *f)
{
    return 0; /* memory is as far as it goes */
}

static int ramfile_space(struct file *f, struct file_space *out)
{
    ramfs_space(out);
    return 0;
}

/* --- directories --- */

static int ramdir_path(struct file *f, char *out, size_t size)
{
    int rc;

    ramfs_lock();
    rc = ramfs_path_locked(node_of(f), out, size);
    ramfs_unlock();
    return rc;
}

/* The first entry with this cookie or a later one; NULL: the end. */
static struct ramfs_entry *entry_from(struct ramfile *r, uint64_t cookie)
{
    struct ramfs_node *dir = r->node;
    struct list *at = dir->entries.next;

    if (r->hint && r->hint_removals == dir->removals &&
        r->hint->cookie <= cookie)
        at = &r->hint->link;
    while (at != &dir->entries &&
           container_of(at, struct ramfs_entry, link)->cookie < cookie)
        at = at->next;
    if (at == &dir->entries)
        return NULL;
    r->hint = container_of(at, struct ramfs_entry, link);
    r->hint_removals = dir->removals;
    return r->hint;
}

static void dot_entry(const struct ramfs_node *dir, uint64_t at,
                      struct file_entry *out)
{
    if (at == 1 && dir->entry)
        dir = dir->entry->dir;
    strcpy(out->name, at ? ".." : ".");
    out->inode = dir->inode;
    out->type = FILE_DIRECTORY;
    out->next = at + 1;
}

static int readdir_locked(struct ramfile *r, uint64_t at,
                          struct file_entry *out)
{
    struct ramfs_entry *entry;

    if (at < 2) {
        dot_entry(r->node, at, out);
        return 1;
    }
    entry = entry_from(r, at);
    if (!entry)
        return 0;
    strcpy(out->name, entry->name); /* FS_NAME_MAX fits */
    out->inode = entry->node->inode;
    out->type = entry->node->type;
    out->next = entry->cookie + 1;
    return 1;
}

static int ramdir_read(struct file *f, uint64_t at, struct file_entry *out)
{
    int rc;

    ramfs_lock();
    rc = readdir_locked(ramfile_of(f), at, out);
    ramfs_unlock();
    return rc;
}

static void ramfile_release(struct file *f)
{
    ramfs_lock();
    ramfs_node_put_locked(node_of(f));
    ramfs_unlock();
    heap_free(ramfile_of(f));
}

static const struct file_ops ramfile_ops = {
    .read = ramfile_read,
    .write = ramfile_write,
    .stat = ramfile_file_stat,
    .change = ramfile_change,
    .truncate = ramfile_truncate,
    .allocate = ramfile_allocate,
    .find = ramfile_find,
    .map = ramfile_map,
    .sync = ramfile_sync,
    .space = ramfile_space,
    .release = ramfile_release,
};

static const struct file_ops ramdir_ops = {
    .stat = ramfile_file_stat,
    .change = ramfile_change,
    .sync = ramfile_sync,
    .space = ramfile_space,
    .readdir = ramdir_read,
    .path = ramdir_path,
    .release = ramfile_release,
};

/* Of a FIFO: what it does is posix/'s. */
static const struct file_ops ramfifo_ops = {
    .stat = ramfile_file_stat,
    .change = ramfile_change,
    .release = ramfile_release,
};

static const struct file_ops *ops_of(const struct ramfs_node *node)
{
    if (node->type == FILE_REGULAR)
        return &ramfile_ops;
    return node->type == FILE_DIRECTORY ? &ramdir_ops : &ramfifo_ops;
}

int ramfile_open(struct ramfs_node *node, struct file **out)
{
    struct ramfile *r = heap_zalloc(sizeof(*r));

    if (!r) {
        ramfs_lock();
        ramfs_node_put_locked(node);
        ramfs_unlock();
        return -XEN_ENOMEM;
    }
    r->node = node;
    file_init(&r->file, ops_of(node), node->type);
    r->file.seekable = node->type != FILE_PIPE;
    *out = &r->file;
    return 0;
}
