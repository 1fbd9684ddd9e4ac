/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree of the file system in memory: nodes, names, counts, and what the
 * boot module adds. Paths are clean and relative (private.h).
 */

#include "private.h"
#include <pith/errno.h>
#include <pith/heap.h>
#include <pith/mutex.h>
#include <pith/timer.h>
#include <string.h>

static struct {
    struct mutex lock; /* protects root and all below, and the counts */
    uint64_t last_inode;
    uint64_t files, file_bytes;
    struct ramfs_node root;
} ramfs = {
    .lock = MUTEX_INIT(ramfs.lock),
    .last_inode = 1,
    .root = {.children = LIST_INIT(ramfs.root.children),
             .type = FILE_DIRECTORY,
             .mode = 0755,
             .refs = 1,
             .inode = 1},
};

void ramfs_lock(void)
{
    mutex_lock(&ramfs.lock);
}

void ramfs_unlock(void)
{
    mutex_unlock(&ramfs.lock);
}

struct ramfs_node *ramfs_find_child(struct ramfs_node *dir, const char *name,
                                    size_t length)
{
    struct ramfs_node *node;

    list_for_each (node, &dir->children, link)
        if (!strncmp(node->name, name, length) && !node->name[length])
            return node;
    return NULL;
}

int ramfs_walk_parent(const char *path, struct ramfs_node **out,
                      const char **name)
{
    struct ramfs_node *dir = &ramfs.root;
    size_t length;

    for (; path[length = strcspn(path, "/")]; path += length + 1) {
        dir = ramfs_find_child(dir, path, length);
        if (!dir)
            return -XEN_ENOENT;
        if (dir->type != FILE_DIRECTORY)
            return -XEN_ENOTDIR;
    }
    *out = dir;
    *name = path;
    return 0;
}

int ramfs_walk(const char *path, struct ramfs_node **out)
{
    struct ramfs_node *dir;
    const char *name;
    int rc = ramfs_walk_parent(path, &dir, &name);

    if (rc)
        return rc;
    *out = *name ? ramfs_find_child(dir, name, strlen(name)) : dir;
    return *out ? 0 : -XEN_ENOENT;
}

char *ramfs_name_copy(const char *name, size_t length)
{
    char *copy = heap_alloc(length + 1);

    if (copy) {
        memcpy(copy, name, length);
        copy[length] = '\0';
    }
    return copy;
}

struct ramfs_node *ramfs_node_create(struct ramfs_node *dir, const char *name,
                                     size_t length, enum file_type type,
                                     uint32_t mode)
{
    struct ramfs_node *node = heap_zalloc(sizeof(*node));

    if (!node)
        return NULL;
    node->name = ramfs_name_copy(name, length);
    if (!node->name) {
        heap_free(node);
        return NULL;
    }
    list_init(&node->children);
    node->type = type;
    node->mode = mode & 07777;
    node->refs = 1;
    node->inode = ++ramfs.last_inode;
    node->mtime_ns = clock_realtime_ns();
    node->parent = dir;
    list_push_back(&dir->children, &node->link);
    ramfs.files += type == FILE_REGULAR;
    return node;
}

void ramfs_node_put_locked(struct ramfs_node *node)
{
    if (--node->refs)
        return;
    ramfs.files -= node->type == FILE_REGULAR;
    ramfile_truncate_locked(node, 0);
    heap_free(node->pages);
    heap_free(node->name);
    heap_free(node);
}

void ramfs_node_unlink(struct ramfs_node *node)
{
    list_remove(&node->link);
    node->parent = NULL;
    ramfs_node_put_locked(node);
}

void ramfs_set_size_locked(struct ramfs_node *node, uint64_t size_bytes)
{
    ramfs.file_bytes += size_bytes - node->size_bytes;
    node->size_bytes = size_bytes;
}

/* --- for the archives --- */

static int make_parents(const char *path, struct ramfs_node **out,
                        const char **name)
{
    struct ramfs_node *dir = &ramfs.root, *child;
    size_t length;

    for (;;) {
        path += strspn(path, "/");
        length = strcspn(path, "/");
        if (!path[length])
            break;
        child = ramfs_find_child(dir, path, length);
        if (!child)
            child = ramfs_node_create(dir, path, length, FILE_DIRECTORY, 0755);
        if (!child)
            return -XEN_ENOMEM;
        if (child->type != FILE_DIRECTORY)
            return -XEN_ENOTDIR;
        dir = child;
        path += length;
    }
    *out = dir;
    *name = path;
    return 0;
}

static int add_locked(const char *path, enum file_type type, uint32_t mode,
                      struct ramfs_node **out)
{
    struct ramfs_node *dir, *node;
    const char *name;
    int rc = make_parents(path, &dir, &name);

    if (rc)
        return rc;
    node = *name ? ramfs_find_child(dir, name, strlen(name)) : dir;
    if (node && node->type != type)
        return -XEN_EEXIST;
    if (node && type == FILE_REGULAR) {
        ramfs_node_unlink(node);
        node = NULL;
    }
    if (!node)
        node = ramfs_node_create(dir, name, strlen(name), type, mode);
    *out = node;
    return node ? 0 : -XEN_ENOMEM;
}

int ramfs_add(const char *path, enum file_type type, uint32_t mode,
              uint64_t mtime_ns, const uint8_t *data, size_t size,
              struct ramfs_node **out)
{
    int rc;

    ramfs_lock();
    rc = add_locked(path, type, mode, out);
    if (!rc) {
        (*out)->mode = mode;
        (*out)->mtime_ns = mtime_ns;
        if (type == FILE_REGULAR)
            ramfs_lend(*out, data, size);
    }
    ramfs_unlock();
    return rc;
}

void ramfs_lend(struct ramfs_node *node, const uint8_t *data, size_t size)
{
    node->lent = data;
    ramfs_set_size_locked(node, size);
}

void vfs_get_stats(struct vfs_stats *out)
{
    ramfs_lock();
    out->files = ramfs.files;
    out->file_bytes = ramfs.file_bytes;
    ramfs_unlock();
}
